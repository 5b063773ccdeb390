// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Planning
import Reports

/// `aplomb describe`: everything about one thing.
struct DescribeCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tells everything about one node, group, policy, exception, document and so on.",
        discussion: """
            Examples:
              aplomb describe node web-1
              aplomb describe group web --why db-1
              aplomb describe association web-motd --output json
            """
    )

    @Argument(
        help: "node, group, policy, exception, document, association or command.",
        completion: .list(ListedKind.allCases.map(\.singular))
    )
    var kind: String

    @Argument(help: "Its name, or the id of a command.")
    var name: String

    @Option(
        help: ArgumentHelp("Explain why a node is in the group, or is not.", valueName: "node")
    )
    var why: String?

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        if let why { return try await explain(why, in: environment) }
        let json: String
        if ListedKind(typed: kind) == .nodes {
            json = ReportJSON.text(try await describeNode(in: environment))
        } else {
            let listing = try await environment.listing(of: kind, source, state)
            guard let item = listing.items.first(where: { $0.name == name }) else {
                throw CommandError.missing(kind, name, among: listing.items.map(\.name))
            }
            json = ReportJSON.text(item)
        }
        environment.console.write(output == .json ? json : try FieldTree.text(ofJSON: json))
        return .success
    }

    private func explain(
        _ node: String,
        in environment: CommandEnvironment
    ) async throws -> ExitStatus {
        guard ListedKind(typed: kind) == .groups else {
            throw CommandError(.usage, "'--why' explains groups, and not a \(kind)")
        }
        let directory = state.directory(in: environment)
        let loaded = try await environment.loader(source.selection, directory).load()
        let desired = try loaded.valid()
        let explanation = try await environment.reconciler(directory).withObservation(loaded) {
            observed,
            _ in
            let groups = desired.groupsInForce(observed).groups.map(\.name)
            guard groups.contains(name) else {
                throw CommandError.missing(kind, name, among: groups)
            }
            guard
                let found = GroupExplanation(
                    group: name,
                    node: node,
                    desired: desired,
                    observed: observed
                )
            else { throw CommandError.missing("node", node, among: observed.nodes.map(\.name)) }
            return found
        }
        guard output == .text else {
            environment.console.write(ReportJSON.text(explanation))
            return .success
        }
        let style = environment.console.style(.output)
        var text = "\(node) is \(explanation.isMember ? "" : "not ")in \(name):\n"
        for reason in explanation.reasons {
            text += "  \(style.mark(reason.holds ? .success : .failure)) "
            text += reason.words.displayEscaped + "\n"
        }
        environment.console.write(text)
        return .success
    }

    private func describeNode(
        in environment: CommandEnvironment
    ) async throws -> NodeDescription {
        let directory = state.directory(in: environment)
        let loaded = try await environment.loader(source.selection, directory).load()
        let fleet = try loaded.valid().fleet
        let owner = OwnerWords(fleet, loaded.ownership)
        return try await environment.reconciler(directory).withObservation(loaded) {
            observed,
            session in
            guard let place = observed.nodes.firstIndex(where: { $0.name == name }) else {
                throw CommandError.missing(kind, name, among: observed.nodes.map(\.name))
            }
            return try await NodeDescription(
                of: place,
                in: observed,
                owner,
                from: session.manager
            )
        }
    }
}
