// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Planning

extension PlanTerminalView {
    /// That nothing is done for now, or more than the limits allow, and on whose word.
    static func leave(_ plan: Plan, _ page: inout TerminalPage) {
        if let suspension = plan.suspension {
            page.gap()
            page.line("Suspended: nothing of this plan is done", .bold, .yellow)
            page.line("  \(Words.suspension(suspension))", .yellow)
        }
        guard !plan.limits.allowed.isEmpty else { return }
        page.gap()
        page.line("Over the limits, and allowed (\(plan.limits.allowed.count))", .bold, .yellow)
        for sentence in plan.limits.allowed {
            page.line("  " + sentence.displayEscaped.capped(at: 400), .yellow)
        }
    }

    /// Every exception: what it does, until when, on whose word, and what it hides.
    static func exceptions(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.exceptions.isEmpty else { return }
        page.gap()
        page.line("Exceptions (\(plan.exceptions.count))", .bold)
        for exception in plan.exceptions { block(of: exception, in: plan, &page) }
    }

    private static func block(
        of exception: PlannedException,
        in plan: Plan,
        _ page: inout TerminalPage
    ) {
        let name = exception.name.displayEscaped
        guard exception.isInForce else {
            page.line("  \(name): lapsed at \(exception.expiryWords)", .faint)
            page.line("      \(exception.remark ?? ""): \(SourceWords.written(exception.source))")
            return
        }
        let remark = exception.remark.map { "; it \($0)" } ?? ""
        page.line(
            "  \(name): \(exception.message.displayEscaped.capped(at: 300)) "
                + "until \(exception.expiryWords)\(remark)"
        )
        page.line(
            "      why: \(exception.reason.displayEscaped.capped(at: 300)), "
                + "says \(exception.owner.displayEscaped.capped(at: 120))"
        )
        page.line("      \(SourceWords.written(exception.source))", .faint)
        for finding in exception.ignored {
            let frozen = plan.isFrozen(finding.object) ? "; \(Words.frozen)" : ""
            page.line("      ignored: \(finding.object.shown)\(onNodes(finding.nodes))\(frozen)")
            if finding.fields.isEmpty {
                page.add(expectation(finding, page.style))
            } else {
                page.add(fields(finding.fields, page.style, order: .gitThenLive))
            }
        }
    }
}
