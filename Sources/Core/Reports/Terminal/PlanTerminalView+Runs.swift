// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Planning

extension PlanTerminalView {
    /// What runs where, wave by wave, and how bad each run could get.
    static func runs(_ plan: Plan, _ sources: SourceWords, _ page: inout TerminalPage) {
        let waves = Dictionary(grouping: plan.runs, by: \.wave)
        for wave in waves.keys.sorted() {
            let runs = waves[wave] ?? []
            page.gap()
            let nodes = Set(runs.flatMap(\.nodes)).count
            let after = wave > 1 ? ", once wave \(wave - 1) has ended well" : ""
            page.line(
                "Wave \(wave): \(Words.count(runs.count, "run")) on "
                    + Words.count(nodes, "node") + after,
                .bold
            )
            for run in runs { block(of: run, sources, &page) }
        }
    }

    private static func block(
        of run: PlannedRun,
        _ sources: SourceWords,
        _ page: inout TerminalPage
    ) {
        page.line(
            "  \(page.style.sign(.run)) \(run.object.shown) runs "
                + "\(run.document.displayEscaped) on "
                + "\(Words.count(run.nodes.count, "node")): \(Words.names(run.nodes))",
            .cyan
        )
        page.line("      why: \(sources.why(run.reason, run.source))")
        page.line("      \(Words.risk(of: run))")
    }
}
