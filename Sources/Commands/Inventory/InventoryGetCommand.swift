// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Reports
import SystemsManagerAPI

/// `aplomb inventory get`: what one node reports.
struct InventoryGetCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows what one node reports: its types, or the entries of one.",
        discussion: """
            Examples:
              aplomb inventory get web-1
              aplomb inventory get web-1 --type AWS:Application
              aplomb inventory get web-1 --output json     every entry of every type
            """
    )

    @Argument(help: "The node's name or id.")
    var node: String

    @Option(help: ArgumentHelp("The type, such as AWS:Application.", valueName: "type"))
    var type: String?

    @OptionGroup var options: InventoryOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let style = environment.console.style(.output)
        let now = environment.now()
        let text = try await environment.withInventory(options, nodes: [node], type: type) {
            access in
            let node = try access.node(named: self.node)
            if output == .json { return try await json(node, access) }
            guard let type else {
                return InventoryTypesView.render(
                    try await access.types(of: node),
                    ofNode: node.name,
                    now: now,
                    style: style
                )
            }
            return InventoryEntriesView.render(
                try await access.manager.perform(
                    ListInventoryEntries(instanceId: node.instanceId, typeName: type)
                ),
                ofNode: node.name,
                now: now,
                style: style
            )
        }
        environment.console.write(text)
        return .success
    }

    private func json(
        _ node: InstanceInformation,
        _ access: InventoryAccess
    ) async throws -> String {
        let names =
            if let type { [type] } else { try await access.types(of: node).map(\.typeName) }
        var reports: [ListInventoryEntriesResponse] = []
        for name in names {
            if let report = try await access.report(name, of: node) { reports.append(report) }
        }
        return ReportJSON.text(["items": reports])
    }
}
