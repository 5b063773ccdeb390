// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Reports

/// `aplomb inventory list`: the types that nodes report.
struct InventoryListCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the types that nodes report, how many do, and how old that is.",
        discussion: """
            Examples:
              aplomb inventory list
              aplomb inventory list --refresh
              aplomb inventory list --output json
            """
    )

    @OptionGroup var options: InventoryOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let (types, nodeCount) = try await environment.withInventory(options) { access in
            (try await access.types(), access.nodes.count)
        }
        environment.console.write(
            output == .json
                ? ReportJSON.text(["items": types])
                : InventoryTypesView.render(
                    types,
                    nodeCount: nodeCount,
                    now: environment.now(),
                    style: environment.console.style(.output)
                )
        )
        return .success
    }
}
