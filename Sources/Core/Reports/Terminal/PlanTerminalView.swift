// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import Planning

/// Writes a plan for people: what happens to which machine, why, who asked, how bad it could get.
///
/// *Shape*: refusals and what changed outside git first, then deletions, changes, runs by wave and
/// waits; the last line is the whole plan in a sentence. One line when nothing is to be done.
package enum PlanTerminalView {
    /// How large the fleet is, which a plan that changes nothing cannot know.
    package struct Extent: Hashable, Sendable {
        package var objects: Int
        package var nodes: Int

        package init(objects: Int, nodes: Int) {
            self.objects = objects
            self.nodes = nodes
        }
    }

    /// How much of a plan is written out.
    package enum Detail: Sendable {
        /// Many new objects as a table; long differences cut.
        case brief
        /// Every field of every object.
        case full
    }

    package static func render(
        _ plan: Plan,
        style: TerminalStyle,
        extent: Extent? = nil,
        detail: Detail = .brief
    ) -> String {
        var page = TerminalPage(style)
        guard !plan.isInSync else {
            let size = extent.map {
                " (\(Words.count($0.objects, "object")), \(Words.count($0.nodes, "node")))"
            }
            exceptions(plan, &page)
            page.gap()
            page.line(PlanSentence.inSync(plan, size: size ?? ""))
            unmanaged(plan, &page)
            return page.text
        }
        page.line(
            "Plan for \(plan.fleet.displayEscaped) at \(Words.commit(plan.commit)), "
                + "digest \(plan.digest.short)",
            .bold
        )
        let sources = SourceWords(plan)
        if let asker = sources.sole { page.line("asked for by \(asker)") }
        refusals(plan, &page)
        leave(plan, &page)
        outsideGit(plan, &page)
        memberships(plan, &page)
        changes(plan, sources, detail, &page)
        runs(plan, sources, &page)
        notRight(plan, &page)
        waits(plan, &page)
        exceptions(plan, &page)
        unmanaged(plan, &page)
        page.gap()
        page.line(PlanSentence.of(plan), plan.limits.refused.isEmpty ? .bold : .red)
        return page.text
    }

    private static func refusals(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.limits.refused.isEmpty else { return }
        page.gap()
        page.line("Refused: nothing of this plan would be done", .bold, .red)
        for reason in plan.limits.refused { page.line("  " + reason.displayEscaped, .red) }
    }

    private static func outsideGit(_ plan: Plan, _ page: inout TerminalPage) {
        let findings = plan.findings.filter { $0.cause == .external }
        let reverted = plan.changes.filter { $0.cause == .external }
        let observed = Set(plan.unmanaged.filter { $0.ownership == .observed }.map(\.object))
        guard !findings.isEmpty || !reverted.isEmpty else { return }
        page.gap()
        page.line("Changed outside git (\(findings.count + reverted.count))", .bold, .yellow)
        for change in reverted {
            let isMissing = change.action == .create
            let fate = isMissing ? "deleted; this plan makes it again" : "this plan overwrites it"
            page.line("  ! \(change.object.shown)\(onNodes(change.nodes)): \(fate)", .yellow)
            guard !isMissing else { continue }
            page.add(fields(change.fields, page.style, order: .liveThenGit))
        }
        for finding in findings {
            page.line(
                "  ! \(finding.object.shown)\(onNodes(finding.nodes)): "
                    + (observed.contains(finding.object) ? "only observed" : "left as it is"),
                .yellow
            )
            if finding.fields.isEmpty {
                page.add(expectation(finding, page.style))
            } else {
                page.add(fields(finding.fields, page.style, order: .gitThenLive))
            }
        }
    }

    private static func memberships(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.memberships.isEmpty else { return }
        page.gap()
        page.line("Members that moved (\(plan.memberships.count))", .bold)
        for membership in plan.memberships {
            page.line("  \(membership.group.shown): \(Words.moves(membership))")
        }
    }

    private static func notRight(_ plan: Plan, _ page: inout TerminalPage) {
        let findings = plan.findings.filter { $0.cause != .external }
        guard !findings.isEmpty else { return }
        page.gap()
        page.line("Not as git says, and left as it is (\(findings.count))", .bold, .yellow)
        for finding in findings {
            page.line("  ! \(finding.object.shown)\(onNodes(finding.nodes))", .yellow)
            if let since = finding.since { page.line("      since \(Words.time(since))", .faint) }
            page.add(expectation(finding, page.style))
        }
    }

    /// What the fleet names and does not manage: a line for each way.
    private static func unmanaged(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.unmanaged.isEmpty else { return }
        page.gap()
        page.line("Not managed by this fleet (\(plan.unmanaged.count))", .bold)
        for mode in [ObjectOwnership.observed, .ignored] {
            let objects = plan.unmanaged.filter { $0.ownership == mode }.map(\.object)
            guard !objects.isEmpty else { continue }
            page.line("  \(mode.rawValue): \(Words.names(objects.map(\.description), atMost: 20))")
        }
    }

    static func expectation(_ finding: Finding, _ style: TerminalStyle) -> [String] {
        var table = Table([.left, .left])
        table.row("wanted", "\(finding.expected.displayEscaped.capped(at: 400))")
        table.row("found", "\(finding.observed.displayEscaped.capped(at: 400))")
        return table.render(style, indent: 6)
    }

    private static func waits(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.waits.isEmpty else { return }
        page.gap()
        page.line("Waits (\(plan.waits.count))", .bold)
        for wait in plan.waits {
            let until = Words.until(wait).map { " " + $0 } ?? ""
            page.line(
                "  \(page.style.sign(.wait)) \(wait.object.shown)\(onNodes(wait.nodes)): "
                    + "\(wait.message.displayEscaped.capped(at: 300))\(until)"
            )
        }
    }

    static func onNodes(_ nodes: [String]) -> String {
        nodes.isEmpty
            ? "" : ", \(Words.count(nodes.count, "node")): \(Words.names(nodes))"
    }
}
