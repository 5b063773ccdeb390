// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import Drifts
import FleetModel
import Planning

/// Writes how a fleet differs from git for people: by cause, since when, how often, and after what.
///
/// *Shape*: what nobody asked for first, then what follows from git, memberships and schedules. One
/// line when there is neither.
package enum DriftTerminalView {
    private static let pastMax = 20

    /// *Shape*: `history` adds what has ended.
    package static func render(
        _ report: DriftReport,
        style: TerminalStyle,
        history: Bool = false
    ) -> String {
        var page = TerminalPage(style)
        let ink: Ink = report.corrective.isEmpty ? .bold : .yellow
        page.line("\(report.fleet.displayEscaped): \(DriftWords.headline(report))", .bold, ink)
        for reason in report.unread.prefix(5) {
            page.line("  not read: \(reason.displayEscaped.capped(at: 300))", .yellow)
        }
        for (cause, title) in DriftWords.sections {
            corrective(report.corrective.filter { $0.cause == cause }, title, &page)
        }
        intentional(report.intentional, &page)
        if history { past(report.ended, &page) }
        return page.text
    }

    private static func corrective(
        _ entries: [DriftReport.Entry],
        _ title: String,
        _ page: inout TerminalPage
    ) {
        guard let cause = entries.first?.cause else { return }
        page.gap()
        page.line("\(title) (\(cause.rawValue))", .bold, .yellow)
        // The fields of an object are one block; whatever else is said of it stands for itself.
        for (_, alike) in entries.grouped(by: { $0.field.isEmpty ? $0.id : $0.object.description })
        {
            block(alike, &page)
        }
    }

    /// One object: its fields, its memory, and what becomes of it.
    private static func block(_ entries: [DriftReport.Entry], _ page: inout TerminalPage) {
        guard let first = entries.first else { return }
        let severity =
            first.severity == .unspecified ? "" : "  \(first.severity.rawValue.lowercased())"
        page.line(
            "  ! \(first.object.shown)\(PlanTerminalView.onNodes(first.nodes))\(severity)",
            .yellow
        )
        var table = Table([.left, .left])
        for entry in entries {
            let (wanted, found) = (
                entry.inGit.displayEscaped.capped(at: 400),
                entry.live.displayEscaped.capped(at: 400)
            )
            if entry.field.isEmpty {
                table.row("wanted", "\(wanted)")
                table.row("found", "\(found)")
            } else {
                table.row(
                    Table.Cell(entry.field.displayEscaped.capped(at: 200)),
                    "\(wanted) in git, \(found) live"
                )
            }
        }
        page.add(table.render(page.style, indent: 6))
        let groups = first.groups
        for group in groups {
            let names = groups.count > 1 ? "\(Words.names(group.nodes)): " : ""
            page.line("      \(names)\(DriftWords.memory(group))", .faint)
            for touch in group.touches {
                let comment = touch.comment.isEmpty ? "" : ", \(Words.value(touch.comment))"
                page.line(
                    "      in between: command \(touch.commandID.rawValue.displayEscaped), "
                        + "\(touch.document.displayEscaped.capped(at: 100)), "
                        + "\(Words.time(touch.at))\(comment)"
                )
            }
        }
        page.line("      \(DriftWords.fate(first))")
    }

    private static func intentional(
        _ lines: [DriftReport.Followed],
        _ page: inout TerminalPage
    ) {
        guard !lines.isEmpty else { return }
        page.gap()
        page.line(
            "Follows from git, memberships and schedules; 'aplomb plan' has it in full",
            .bold
        )
        var table = Table([.left, .left, .left])
        for line in lines {
            let nodes = line.object.kind == .node ? "" : Words.names(line.nodes)
            table.row(
                Table.Cell(line.cause.rawValue),
                Table.Cell(line.object.shown),
                Table.Cell(
                    line.reason.displayEscaped.capped(at: 200) + (nodes.isEmpty ? "" : ": \(nodes)")
                )
            )
        }
        page.add(table.render(page.style, indent: 2))
    }

    private static func past(_ ended: [DriftReport.Past], _ page: inout TerminalPage) {
        page.gap()
        guard !ended.isEmpty else { return page.line("Nothing has ended in the last 30 days") }
        page.line("Ended in the last 30 days (\(ended.count))", .bold)
        var table = Table([.left, .left, .left, .left])
        for item in ended.prefix(pastMax) {
            let field = item.field.isEmpty ? "" : " \(item.field.displayEscaped.capped(at: 100))"
            let nodes = item.nodes.isEmpty ? "" : ", \(Words.names(item.nodes))"
            table.row(
                "\(Words.time(item.firstSeen))",
                "\(Words.time(item.endedAt))",
                "\(item.object.shown)\(field)\(nodes)",
                "\(DriftWords.way(item))"
            )
        }
        page.add(table.render(page.style, indent: 2))
        if ended.count > pastMax { page.line("  … and \(ended.count - pastMax) more") }
    }
}

extension Sequence {
    /// The elements in runs that share a key, in the order in which the keys first come up.
    func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, elements: [Element])] {
        var order: [Key] = []
        var groups: [Key: [Element]] = [:]
        for element in self {
            let key = key(element)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(element)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }
}
