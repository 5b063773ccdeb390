// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Planning

/// `aplomb try`: a reconcile on sandbox nodes that are thrown away.
struct TryCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Reconciles sandbox nodes made for the purpose, and throws them away.",
        discussion: """
            Every node that the fleet declares becomes a copy-on-write clone of this machine. \
            Nothing outside is touched: no real node, no state, no status branch. Needs root.
            Examples:
              aplomb try                            the folder as it is, uncommitted too
              aplomb try --path environments/prod
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var options: ReconcileOptions

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        try await environment.withTemporaryDirectory("aplomb-try") { directory in
            var loaded = try await environment.loader(source.selection, directory).load()
            if loaded.diagnostics.hasErrors { environment.showDiagnostics(loaded) }
            var desired = try loaded.valid()
            guard !desired.nodes.isEmpty else {
                throw CommandError(
                    .refused,
                    "fleet '\(desired.fleet.name)' declares no node to try on",
                    hint: "add a manifest of kind Node with 'sandbox: {}'"
                )
            }
            desired.moveToSandboxes()
            loaded.desired = desired
            let view = ReconcileView(options, environment)
            let result = try await environment.reconciler(directory, report: view.show).reconcile(
                loaded,
                Reconciler.Options(publishesStatus: false, willExecute: view.showPlan)
            )
            view.finish(result)
            return result.exitStatus(detailed: options.detailedExitCode)
        }
    }
}

extension DesiredState {
    /// Makes every declared node a sandbox on this machine, keeping the settings of those that are.
    fileprivate mutating func moveToSandboxes() {
        fleet.provider = .local
        for index in nodes.indices {
            if case .sandbox = nodes[index].host { continue }
            nodes[index].host = .sandbox(DesiredNode.Sandbox())
        }
    }
}
