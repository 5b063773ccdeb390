// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import FleetModel

/// `aplomb describe`: everything about one thing.
struct DescribeCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tells everything about one node, group, document, association or command.",
        discussion: """
            Examples:
              aplomb describe node web-1
              aplomb describe association web-motd --output json
            """
    )

    @Argument(
        help: "node, group, document, association or command.",
        completion: .list(ListedKind.allCases.map { String($0.rawValue.dropLast()) })
    )
    var kind: String

    @Argument(help: "Its name, or the id of a command.")
    var name: String

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let json: String
        if ListedKind(typed: kind) == .nodes {
            json = JSONText.render(try await describeNode(in: environment))
        } else {
            let listing = try await environment.listing(of: kind, source, state)
            guard let item = listing.items.first(where: { $0.name == name }) else {
                throw CommandError.missing(kind, name, among: listing.items.map(\.name))
            }
            json = JSONText.render(item)
        }
        environment.console.write(output == .json ? json : try FieldTree.text(ofJSON: json))
        return .success
    }

    private func describeNode(
        in environment: CommandEnvironment
    ) async throws -> NodeDescription {
        let directory = state.directory(in: environment)
        let loaded = try await environment.loader(source.selection, directory).load()
        return try await environment.reconciler(directory).withObservation(loaded) {
            observed,
            session in
            guard let place = observed.nodes.firstIndex(where: { $0.name == name }) else {
                throw CommandError.missing(kind, name, among: observed.nodes.map(\.name))
            }
            return try await NodeDescription(of: place, in: observed, from: session.manager)
        }
    }
}
