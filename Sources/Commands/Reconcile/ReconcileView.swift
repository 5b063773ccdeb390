// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetModel
import PlanExecution
import Planning
import Reports
import Synchronization

/// Shows a reconcile: the plan, then its progress, then the result.
///
/// Progress is repainted for a person and written as plain lines with `--verbose`; otherwise only
/// the end is written, and nothing at all when there was nothing to do and nobody watches.
final class ReconcileView: Sendable {
    private let options: ReconcileOptions
    private let environment: CommandEnvironment
    private let painter: Mutex<RolloutPainter>

    init(_ options: ReconcileOptions, _ environment: CommandEnvironment) {
        self.options = options
        self.environment = environment
        let console = environment.console
        let mode: RolloutPainter.Mode =
            options.quiet
            ? .silent
            : console.isTerminal(.error) ? .repaint : options.verbose ? .lines : .silent
        painter = Mutex(RolloutPainter(mode: mode, style: console.style(.error)))
    }

    private var isText: Bool { options.output == .text }
    private var isWatched: Bool { environment.console.isTerminal(.output) }

    /// Shows what is about to happen.
    func showPlan(_ plan: Plan) {
        guard isText, !options.quiet, isWatched || options.verbose, !plan.isEmpty else { return }
        environment.console.write(
            PlanTerminalView.render(plan, style: environment.console.style(.output)) + "\n"
        )
    }

    /// Shows one event; called from many tasks.
    func show(_ event: ExecutionEvent) {
        let console = environment.console
        painter.withLock { painter in
            let text = painter.text(for: event, now: environment.now())
            if !text.isEmpty { console.write(text, to: .error) }
        }
    }

    /// Shows how it ended.
    func finish(_ result: Reconciler.Result) {
        let console = environment.console
        painter.withLock { painter in
            let text = painter.end()
            if !text.isEmpty { console.write(text, to: .error) }
        }
        guard isText else {
            console.write(ReconcileJSONView.render(result))
            return
        }
        let style = console.style(.output)
        if let record = result.record {
            if !options.quiet || record.outcome != .succeeded {
                console.write(RunTerminalView.render(record, style: style))
            }
        } else if !result.remaining.findings.isEmpty || !result.remaining.waits.isEmpty {
            if !options.quiet {
                console.write(PlanTerminalView.render(result.remaining, style: style))
            }
        } else if !options.quiet, isWatched || options.verbose {
            console.write(PlanTerminalView.render(result.remaining, style: style))
        }
        if let problem = result.publication.problem {
            console.note("warning: the status branch is behind: \(problem)")
        }
        if let problem = result.compliance.problem { console.note("warning: \(problem)") }
    }
}
