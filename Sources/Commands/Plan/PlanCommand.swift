// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Planning
import Reports

/// `aplomb plan`: what would happen to which node, why, who asked for it, and how bad it could get.
struct PlanCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Says what a reconcile would do, and does nothing.",
        discussion: """
            Examples:
              aplomb plan                        the folder as it is, uncommitted too
              aplomb plan --ref main --path environments/prod
              aplomb plan --against main --output markdown   for a pull request
              aplomb plan --output json --out plan.json
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var state: StateOptions

    @Option(
        help: ArgumentHelp(
            "Report what merging into this revision would change.",
            valueName: "rev"
        )
    )
    var against: String?

    @Option(help: "How to write the plan: text, markdown or json.")
    var output: OutputFormat = .text

    @Option(
        help: ArgumentHelp(
            "Write the plan to a file, too, as JSON unless markdown.",
            valueName: "file"
        )
    )
    var out: String?

    @Option(help: "The forge whose size limit a markdown report keeps to.")
    var forge: Forge = .github

    @Flag(help: "Write every field of every object, and differences whole.")
    var details = false

    @Flag(help: "Plan failed and held-back targets again.")
    var retry = false

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when there is something to do.")
    var detailedExitCode = false

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let loader = try environment.loader(source.selection, state.directory(in: environment))
        let loaded = try await loader.load()
        guard !loaded.diagnostics.hasErrors else { return try refuse(loaded, environment) }
        let reconciler = environment.reconciler(state.directory(in: environment))
        let failedTargets: PlanningInput.FailedTargets = retry ? .retry : .hold
        let plan = try await reconciler.plan(loaded, failedTargets: failedTargets)
        var base: Plan?
        if let against {
            let baseline = try await loader.load(revision: against)
            base =
                baseline.diagnostics.hasErrors
                ? nil : try await reconciler.plan(baseline, failedTargets: failedTargets)
        }
        let rendered = render(plan, base: base, environment)
        if let out { try environment.write(rendered.file, toFile: out) }
        environment.console.write(rendered.screen)
        environment.showWarnings(loaded)
        suggest(plan, environment)
        guard detailedExitCode else { return .success }
        if !plan.isEmpty || !plan.findings.isEmpty { return .changed }
        return plan.waits.isEmpty ? .success : .waiting
    }

    private func render(
        _ plan: Plan,
        base: Plan?,
        _ environment: CommandEnvironment
    ) -> (screen: String, file: String) {
        let json = PlanJSONView.render(plan)
        switch output {
        case .json: return (json, json)
        case .markdown:
            let report = PullRequestReport.make(head: plan, base: base)
            let text = MarkdownView.render(report, forge: forge)
            return (text, text)
        case .text:
            let style = environment.console.style(.output)
            let detail: PlanTerminalView.Detail = details ? .full : .brief
            return (PlanTerminalView.render(plan, style: style, detail: detail), json)
        }
    }

    /// Tells a person at a terminal how to have exactly this plan done.
    private func suggest(_ plan: Plan, _ environment: CommandEnvironment) {
        guard output == .text, against == nil, !plan.isEmpty, !plan.commit.isEmpty,
            plan.limits.refused.isEmpty, plan.suspension == nil,
            environment.console.isTerminal(.error)
        else { return }
        var words = ["aplomb reconcile"]
        if source.repository != "." { words.append(source.repository) }
        if let path = source.path { words.append("--path \(path)") }
        if let ref = source.ref { words.append("--ref \(ref)") }
        words.append("--plan \(plan.digest.short)")
        environment.console.note("Next: " + words.joined(separator: " ").displayEscaped)
    }

    private func refuse(
        _ loaded: LoadedFleet,
        _ environment: CommandEnvironment
    ) throws -> ExitStatus {
        if output == .markdown {
            environment.console.write(
                MarkdownView.render(invalid: loaded.diagnostics, forge: forge)
            )
        } else {
            environment.showDiagnostics(loaded)
        }
        _ = try loaded.valid()
        return .refused
    }
}

extension Forge: ExpressibleByArgument {}
