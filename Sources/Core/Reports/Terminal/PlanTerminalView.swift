// SPDX-License-Identifier: Apache-2.0
import Diagnostics
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

    package static func render(
        _ plan: Plan,
        style: TerminalStyle,
        extent: Extent? = nil
    ) -> String {
        var page = TerminalPage(style)
        guard !plan.isInSync else {
            let size = extent.map {
                " (\(Words.count($0.objects, "object")), \(Words.count($0.nodes, "node")))"
            }
            page.line(
                "\(plan.fleet.displayEscaped) is in sync with \(Words.commit(plan.commit))"
                    + (size ?? "") + "."
            )
            return page.text
        }
        page.line(
            "Plan for \(plan.fleet.displayEscaped) at \(Words.commit(plan.commit))",
            .bold
        )
        refusals(plan, &page)
        outsideGit(plan, &page)
        changes(plan, &page)
        runs(plan, &page)
        notRight(plan, &page)
        waits(plan, &page)
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
        guard !findings.isEmpty || !reverted.isEmpty else { return }
        page.gap()
        page.line("Changed outside git (\(findings.count + reverted.count))", .bold, .yellow)
        for change in reverted {
            page.line(
                "  ! \(change.object.shown)\(onNodes(change.nodes)): this plan overwrites it",
                .yellow
            )
            page.add(fields(change.fields, page.style, order: .liveThenGit))
        }
        for finding in findings {
            page.line(
                "  ! \(finding.object.shown)\(onNodes(finding.nodes)): left as it is",
                .yellow
            )
            if finding.fields.isEmpty {
                page.add(expectation(finding, page.style))
            } else {
                page.add(fields(finding.fields, page.style, order: .gitThenLive))
            }
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

    private static func expectation(_ finding: Finding, _ style: TerminalStyle) -> [String] {
        var table = Table([.left, .left])
        table.row("wanted", "\(finding.expected.displayEscaped.capped(at: 400))")
        table.row("found", "\(finding.observed.displayEscaped.capped(at: 400))")
        return table.render(style, indent: 6)
    }

    private static func changes(_ plan: Plan, _ page: inout TerminalPage) {
        let deletions = plan.changes.filter { $0.action == .delete }
        let updates = plan.changes.filter { $0.action == .update }
        let creations = plan.changes.filter { $0.action == .create }
        for (title, list) in [
            ("Delete", deletions), ("Update", updates), ("Create", creations),
        ] where !list.isEmpty {
            page.gap()
            page.line("\(title) (\(list.count))", .bold)
            for change in list { block(of: change, &page) }
        }
    }

    private static func block(of change: PlannedChange, _ page: inout TerminalPage) {
        let ink: Ink =
            switch change.action {
            case .create: .green
            case .update: .yellow
            case .delete: .red
            }
        page.line("  \(change.action.sign) \(change.object.shown)\(onNodes(change.nodes))", ink)
        page.line("      why: \(change.reason.displayEscaped.capped(at: 300))")
        if let source = change.source { page.line("      \(Words.source(source))", .faint) }
        guard change.cause != .external else { return }
        let hidden = change.diff != nil && change.fields.map(\.path) == ["content"]
        if !hidden {
            page.add(
                fields(
                    change.fields,
                    page.style,
                    order: change.action == .create ? .onlyGit : .liveThenGit
                )
            )
        }
        page.add(diff(change.diff ?? [], page.style))
    }

    enum FieldOrder { case liveThenGit, gitThenLive, onlyGit }

    /// One line per field, aligned; texts of several lines as a difference.
    static func fields(
        _ fields: [PlannedChange.Field],
        _ style: TerminalStyle,
        order: FieldOrder
    ) -> [String] {
        var lines: [String] = []
        var table = Table([.left, .left])
        for field in fields {
            let isLong = [field.from, field.to].contains { $0?.contains("\n") == true }
            if isLong {
                lines += table.render(style, indent: 6)
                table.rows = []
                lines.append("      " + field.path.displayEscaped)
                lines += diff(
                    unifiedDiff(from: field.from ?? "", to: field.to ?? "", linesMax: 40),
                    style
                )
                continue
            }
            let path = Table.Cell(field.path.displayEscaped.capped(at: 200))
            switch order {
            case .onlyGit: table.row(path, "\(Words.value(field.to))")
            case .liveThenGit:
                table.row(path, "\(Words.value(field.from)) → \(Words.value(field.to))")
            case .gitThenLive:
                table.row(path, "\(Words.value(field.to)) in git, \(Words.value(field.from)) live")
            }
        }
        return lines + table.render(style, indent: 6)
    }

    private static func diff(_ lines: [String], _ style: TerminalStyle) -> [String] {
        lines.map { line in
            let text = "      " + line.escapedKeepingTabs.capped(at: 400)
            switch line.first {
            case "+": return style.paint(text, .green)
            case "-": return style.paint(text, .red)
            case "@": return style.paint(text, .faint)
            default: return text
            }
        }
    }

    private static func runs(_ plan: Plan, _ page: inout TerminalPage) {
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
            for run in runs {
                page.line(
                    "  \(page.style.sign(.run)) \(run.object.shown) runs "
                        + "\(run.document.displayEscaped) on "
                        + "\(Words.count(run.nodes.count, "node")): \(Words.names(run.nodes))",
                    .cyan
                )
                page.line("      why: \(run.reason.displayEscaped.capped(at: 300))")
                page.line("      \(Words.source(run.source))", .faint)
                page.line("      \(Words.risk(of: run))")
            }
        }
    }

    private static func waits(_ plan: Plan, _ page: inout TerminalPage) {
        guard !plan.waits.isEmpty else { return }
        page.gap()
        page.line("Waits (\(plan.waits.count))", .bold)
        for wait in plan.waits {
            let until = wait.until.map { " until \(Words.time($0))" } ?? ""
            page.line(
                "  \(page.style.sign(.wait)) \(wait.object.shown)\(onNodes(wait.nodes)): "
                    + "\(wait.message.displayEscaped.capped(at: 300))\(until)"
            )
        }
    }

    private static func onNodes(_ nodes: [String]) -> String {
        nodes.isEmpty
            ? "" : ", \(Words.count(nodes.count, "node")): \(Words.names(nodes))"
    }
}

extension PlannedChange.Action {
    var sign: String {
        switch self {
        case .create: "+"
        case .update: "~"
        case .delete: "-"
        }
    }
}

extension String {
    /// Escaped for display, tabs as four columns.
    var escapedKeepingTabs: String {
        guard contains("\t") else { return displayEscaped }
        return split(separator: "\t", omittingEmptySubsequences: false)
            .map { String($0).displayEscaped }.joined(separator: "    ")
    }
}
