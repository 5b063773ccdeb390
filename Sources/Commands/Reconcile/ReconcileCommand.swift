// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Planning
import Reports

/// `aplomb reconcile`: plan, check, execute, report, exit.
///
/// Made for cron.
struct ReconcileCommand: EnvironmentCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Makes the fleet what git says, once.",
        discussion: """
            Quiet when all is well and nobody watches; one clear line when not; a second run while \
            one is under way exits 75 at once.
            Examples:
              aplomb reconcile --path environments/prod
              aplomb reconcile --plan af6ffa11d50e   exactly that plan, or nothing
              aplomb reconcile --retry               failed and held-back targets again
              */10 * * * * root aplomb reconcile /srv/fleet.git   in /etc/cron.d
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var options: ReconcileOptions

    @Option(
        help: ArgumentHelp(
            "Do exactly the plan of this digest (12 digits or more), or nothing.",
            valueName: "digest"
        )
    )
    var plan: ContentDigest?

    @Flag(help: "Accept a branch that was rewritten or went backwards.")
    var acceptRewrite = false

    @Flag(help: "Ask nodes for inventory first, even if their last report is new.")
    var refreshInventory = false

    @Flag(help: "Do not write the status branch.")
    var noStatus = false

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let loaded = try await environment.loader(
            source.selection,
            state.directory(in: environment),
            content: .commit
        ).load()
        if loaded.diagnostics.hasErrors { environment.showDiagnostics(loaded) }
        let view = ReconcileView(options, environment)
        let reconciler = environment.reconciler(state.directory(in: environment), report: view.show)
        let result = try await reconciler.reconcile(
            loaded,
            Reconciler.Options(
                expectedDigest: plan,
                failedTargets: options.retry ? .retry : .hold,
                acceptsRewrite: acceptRewrite,
                publishesStatus: !noStatus,
                refreshesInventory: refreshInventory,
                willExecute: view.showPlan
            )
        )
        view.finish(result)
        return result.exitStatus(detailed: options.detailedExitCode)
    }
}

extension ContentDigest: ExpressibleByArgument {
    package init?(argument: String) { self.init(typed: argument) }
}

/// What `reconcile` and `try` have in common.
struct ReconcileOptions: ParsableArguments {
    @Option(help: "How to write the result: text or json.")
    var output: ReconcileCommand.Format = .text

    @Flag(help: "Run failed and held-back targets again.")
    var retry = false

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when changes were made.")
    var detailedExitCode = false

    @Flag(name: .shortAndLong, help: "Write nothing unless something went wrong.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Write every step, also where nobody watches.")
    var verbose = false
}

extension Reconciler.Result {
    /// The exit status that the contract gives this result.
    func exitStatus(detailed: Bool) -> ExitStatus {
        switch record?.outcome {
        case .failed, .refused: return .failed
        case .interrupted: return .interrupted
        case .partial: return .partial
        case .succeeded, nil: break
        }
        // A remedy that is to be tried again has not helped yet.
        if remaining.runs.contains(where: { $0.policy != nil }) { return .partial }
        let isHeld = remaining.waits.contains { $0.reason == .budget }
        if isHeld || remaining.findings.contains(where: { $0.cause == .node }) { return .partial }
        guard detailed else { return .success }
        if record != nil || !remaining.findings.isEmpty { return .changed }
        return remaining.waits.isEmpty ? .success : .waiting
    }
}
