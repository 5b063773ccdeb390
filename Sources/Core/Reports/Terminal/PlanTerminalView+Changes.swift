// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Planning

extension PlanTerminalView {
    /// More new objects than this are a table: what they say in full stands in git.
    private static let newInFullMax = 6
    /// The lines of one difference that a brief page shows.
    private static let diffLinesMax = 40

    /// The objects that change: deletions first, then updates, then what is new.
    static func changes(
        _ plan: Plan,
        _ sources: SourceWords,
        _ detail: Detail,
        _ page: inout TerminalPage
    ) {
        for (title, action) in [
            ("Delete", PlannedChange.Action.delete), ("Update", .update), ("Create", .create),
        ] {
            let list = plan.changes.filter { $0.action == action }
            guard !list.isEmpty else { continue }
            page.gap()
            page.line("\(title) (\(list.count))", .bold)
            if action == .create, detail == .brief, list.count > newInFullMax {
                table(of: list, sources, &page)
            } else {
                for change in list { block(of: change, sources, detail, &page) }
            }
        }
    }

    /// New objects, a line each: what, on which nodes, and where it is declared.
    private static func table(
        of changes: [PlannedChange],
        _ sources: SourceWords,
        _ page: inout TerminalPage
    ) {
        var table = Table([.left, .left, .left])
        for change in changes {
            // A node is its own node; a group without members has none to name.
            let nodes =
                change.object.kind == .node
                ? "" : change.nodes.isEmpty ? "no node yet" : Words.names(change.nodes)
            table.row(
                Table.Cell("+ \(change.object.shown)", .green),
                "\(nodes)",
                Table.Cell(change.source.map(sources.brief) ?? "", .faint)
            )
        }
        page.add(table.render(page.style, indent: 2))
        page.line("  with every field: --details", .faint)
    }

    private static func block(
        of change: PlannedChange,
        _ sources: SourceWords,
        _ detail: Detail,
        _ page: inout TerminalPage
    ) {
        let ink: Ink =
            switch change.action {
            case .create: .green
            case .update: .yellow
            case .delete: .red
            }
        let nodes = change.object.kind == .node ? "" : onNodes(change.nodes)
        page.line("  \(change.action.sign) \(change.object.shown)\(nodes)", ink)
        page.line("      why: \(sources.why(change))")
        guard change.cause != .external else { return }
        let hidden = change.diff != nil && change.fields.map(\.path) == ["content"]
        if !hidden {
            let order: FieldOrder = change.action == .create ? .onlyGit : .liveThenGit
            page.add(fields(change.fields, page.style, order: order))
        }
        let lines = change.diff ?? []
        let shown = detail == .full ? lines.count : diffLinesMax
        page.add(diff(Array(lines.prefix(shown)), page.style))
        if lines.count > shown {
            page.line("      … \(lines.count - shown) more lines; all of them: --details", .faint)
        }
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
