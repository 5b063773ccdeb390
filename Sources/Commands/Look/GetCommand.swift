// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import FleetModel
import Reports

/// `aplomb get`: lists what the provider has.
struct GetCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Lists nodes, groups, policies, exceptions, documents, associations or commands.",
        discussion: """
            Examples:
              aplomb get nodes
              aplomb get commands --output json
            """
    )

    @Argument(
        help: "nodes, groups, policies, exceptions, documents, associations or commands.",
        completion: .list(ListedKind.allCases.map(\.rawValue))
    )
    var kind: String

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Option(help: "How to write the list: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let listing = try await environment.listing(of: kind, source, state)
        if output == .json {
            environment.console.write(ReportJSON.text(["items": listing.items]))
            return .success
        }
        let style = environment.console.style(.output)
        environment.console.write(
            ListView.render(
                titles: listing.titles,
                rows: listing.items.map(\.columns),
                style: style
            )
        )
        return .success
    }
}

extension CommandEnvironment {
    /// Lists one kind of things from the fleet's provider.
    func listing(
        of typed: String,
        _ source: FleetOptions,
        _ state: StateOptions
    ) async throws -> Listing {
        guard let kind = ListedKind(typed: typed) else {
            throw CommandError.missing(
                "kind",
                typed,
                among: ListedKind.allCases.map(\.rawValue),
                status: .usage
            )
        }
        let loaded = try await loader(source.selection, state.directory(in: self)).load()
        let desired = try loaded.valid()
        let owner = OwnerWords(desired.fleet, loaded.ownership)
        let reconciler = reconciler(state.directory(in: self))
        return try await reconciler.withObservation(loaded) {
            observed,
            session in
            switch kind {
            case .nodes: Listing.nodes(observed, owner)
            case .groups: Listing.groups(desired, observed, owner)
            case .policies: Listing.policies(desired, observed)
            // What an exception hides is found by planning.
            case .exceptions: Listing.exceptions(try await reconciler.plan(loaded))
            case .documents: Listing.documents(observed, owner)
            case .associations: Listing.associations(observed, owner)
            case .commands: try await Listing.commands(from: session.manager)
            }
        }
    }
}
