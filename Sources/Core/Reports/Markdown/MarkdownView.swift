// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FleetModel
import Planning

/// Writes the report of a pull request for a forge.
///
/// *Shape*: the marker, a line for machines, the title, verdicts, a table, deletions and warnings
/// always; then one block per object while whole blocks fit, then names only, then a count. What is
/// left out is always said (P-12).
package enum MarkdownView {
    package static func render(_ report: PullRequestReport, forge: Forge) -> String {
        render(report, bytesMax: forge.budget)
    }

    /// Writes what is wrong with a head that cannot be applied.
    package static func render(invalid diagnostics: [Diagnostic], forge: Forge) -> String {
        render(.invalid(diagnostics), forge: forge)
    }

    static func render(_ report: PullRequestReport, bytesMax: Int) -> String {
        let foot = footer(report)
        if report.diagnostics.hasErrors {
            let head = top(report) + "## Fleet plan: the head revision is not valid\n\n"
            return head + diagnostics(report.diagnostics, room: bytesMax - head.utf8.count - 600)
                + foot
        }
        var text = top(report) + title(report) + verdicts(report) + table(report)
        let room = bytesMax - foot.utf8.count - 400
        text += deletions(report, room: room - text.utf8.count)
        text += overwrites(report) + exceptions(report) + unmanaged(report)
        if !report.diagnostics.isEmpty {
            text += "\n### Warnings\n\n"
            text += diagnostics(report.diagnostics, room: min(8000, room - text.utf8.count))
        }
        text += fill(blocks(report), room: room - text.utf8.count)
        return text + foot
    }

    /// The line by which our own comment is found again, and the facts that tell whether it is old.
    private static func top(_ report: PullRequestReport) -> String {
        let identity = report.identity
        let digests = report.fleets.map { $0.head.digest.rawValue }.joined(separator: " ")
        let facts = [
            ("head", identity.headCommit), ("base", identity.baseCommit ?? ""),
            ("digest", digests),
        ].map { "\"\($0)\":\"\(inert($1))\"" }.joined(separator: ",")
        return "<!-- aplomb:plan key=\(inert(identity.key)) -->\n<!-- aplomb:meta {\(facts)} -->\n"
    }

    /// Only what cannot end a comment or a string.
    private static func inert(_ text: String) -> String {
        var result = ""
        for character in text where character.isASCII {
            let isSafe =
                character.isLetter || character.isNumber || "._/:+ ".contains(character)
                || (character == "-" && result.last != "-")
            if isSafe { result.append(character) }
        }
        return result
    }

    private static func title(_ report: PullRequestReport) -> String {
        let lines = report.fleets.map(\.merging)
        let changes = lines.reduce(0) { $0 + $1.changes.count }
        let deletions = lines.reduce(0) { $0 + $1.changes.count { $0.action == .delete } }
        let nodes = report.fleets.reduce(0) { $0 + $1.touchedNodes }
        let head = MarkdownText.code(Words.commit(report.identity.headCommit))
        let base = report.identity.baseCommit.map { MarkdownText.code(Words.commit($0)) }
        let commits = base.map { "\(head) onto \($0)" } ?? head
        let movesExceptions = report.fleets.contains(where: \.movesExceptions)
        if lines.allSatisfy(\.isEmpty), movesExceptions {
            return "## Fleet plan: merging changes exceptions, and nothing else now\n\n"
                + "\(commits)\n\n"
        }
        if lines.allSatisfy(\.isEmpty) {
            return "## Fleet plan: merging changes nothing\n\n\(commits)\n\n"
        }
        let deleted =
            deletions > 0 ? ", **\(Words.count(deletions, "deletion"))**" : ", no deletion"
        return "## Fleet plan: \(Words.count(changes, "change"))\(deleted), "
            + "runs on \(Words.count(nodes, "node"))\n\n\(commits)\n\n"
    }

    private static func verdicts(_ report: PullRequestReport) -> String {
        var text = ""
        for fleet in report.fleets where !fleet.head.limits.refused.isEmpty {
            text += "> [!CAUTION]\n"
            text += "> **Refused in \(MarkdownText.code(fleet.name)): merged as it is, nothing of "
            text += "this would be done.**\n"
            for reason in fleet.head.limits.refused {
                text += "> - \(MarkdownText.code(reason))\n"
            }
            text += "\n"
        }
        return text + report.fleets.map(leave).joined()
    }

    private static func table(_ report: PullRequestReport) -> String {
        var text = """
            | Fleet | create | update | **delete** | runs | nodes | worst case | drift | verdict |
            |---|--:|--:|--:|--:|--:|---|--:|---|

            """
        for fleet in report.fleets {
            let lines = fleet.merging
            func count(_ action: PlannedChange.Action) -> Int {
                lines.changes.count { $0.action == action }
            }
            let deletions = count(.delete)
            let worst = fleet.head.limits.worstCaseBrokenNodes
            let cells = [
                MarkdownText.code(fleet.name), "\(count(.create))", "\(count(.update))",
                deletions > 0 ? "**\(deletions)**" : "0", "\(lines.runs.count)",
                "\(fleet.touchedNodes)",
                fleet.head.runs.isEmpty
                    ? "none" : Words.broken(worst, of: fleet.head.limits.changedNodes),
                "\(fleet.head.changedOutsideGit)",
                verdict(fleet),
            ]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        return text + "\n"
    }

    private static func verdict(_ fleet: PullRequestReport.Fleet) -> String {
        if !fleet.head.limits.refused.isEmpty { return "**refused by limits**" }
        if fleet.head.suspension != nil { return "**suspended**" }
        if !fleet.head.limits.allowed.isEmpty { return "**allowed by an exception**" }
        if fleet.merging.isEmpty {
            if fleet.movesExceptions { return "changes exceptions" }
            return fleet.pending.isEmpty ? "in sync" : "nothing from this, some pending anyway"
        }
        return fleet.merging.changes.contains { $0.action == .delete } ? "deletes" : "ready"
    }

    /// Deletions are never cut: names only where the whole does not fit.
    private static func deletions(_ report: PullRequestReport, room: Int) -> String {
        var lines: [String] = []
        var names: [String] = []
        for fleet in report.fleets {
            for change in fleet.merging.changes where change.action == .delete {
                let object = MarkdownText.code(change.object.description)
                names.append(object)
                let nodes =
                    change.nodes.isEmpty
                    ? ""
                    : ", on \(Words.count(change.nodes.count, "node")): "
                        + MarkdownText.names(change.nodes)
                lines.append(
                    "> - \(object) in \(MarkdownText.code(fleet.name))\(nodes): "
                        + "\(MarkdownText.code(change.reason))\n"
                )
            }
        }
        guard !lines.isEmpty else { return "" }
        let title = "> [!WARNING]\n> **\(Words.count(lines.count, "object")) will be deleted.** "
        let note = "What they did to the nodes stays as it is.\n"
        let whole = title + note + lines.joined() + "\n"
        if whole.utf8.count <= room { return whole }
        return title + note + "> " + fittingNames(names, room: room - 300) + "\n\n"
    }

    /// Names one after the other while they fit, and how many do not.
    private static func fittingNames(_ names: [String], room: Int) -> String {
        var text = ""
        for (index, name) in names.enumerated() {
            let piece = (index == 0 ? "" : ", ") + name
            if text.utf8.count + piece.utf8.count > room {
                return text + " **… and \(names.count - index) more**"
            }
            text += piece
        }
        return text
    }

    private static func overwrites(_ report: PullRequestReport) -> String {
        var text = ""
        for fleet in report.fleets {
            let objects = fleet.head.changes.filter { $0.cause == .external }
            guard !objects.isEmpty else { continue }
            text += "> [!NOTE]\n> **\(Words.count(objects.count, "object")) in "
            text += "\(MarkdownText.code(fleet.name)) changed outside git; the next reconcile "
            text +=
                "overwrites that:** \(MarkdownText.names(objects.map(\.object.description), atMost: 10))\n\n"
        }
        return text
    }

    /// What a fleet names and does not manage: a reader wonders why nothing is done about it.
    private static func unmanaged(_ report: PullRequestReport) -> String {
        var text = ""
        for fleet in report.fleets {
            for mode in [ObjectOwnership.observed, .ignored] {
                let objects = fleet.head.unmanaged.filter { $0.ownership == mode }
                guard !objects.isEmpty else { continue }
                let names = objects.map(\.object.description)
                text += mode == .observed ? "Only observed" : "Ignored"
                text += " in \(MarkdownText.code(fleet.name)): "
                text += "\(MarkdownText.names(names, atMost: 20))\n\n"
            }
        }
        return text
    }

    /// Whole blocks while they fit, then names, then a number.
    private static func fill(_ blocks: [MarkdownBlock], room: Int) -> String {
        var text = ""
        var rest = blocks[...]
        // The names of what does not fit need room of their own.
        let reserve = blocks.count > 1 ? min(4000, room / 4) : 0
        while let block = rest.first {
            let needed = text.utf8.count + block.text.utf8.count
            let limit = rest.count == 1 ? room : room - reserve
            guard needed <= limit else { break }
            text += block.text
            rest = rest.dropFirst()
        }
        let names = rest.compactMap(\.name)
        guard !names.isEmpty else { return text }
        text += "\n**Not shown in full, for lack of room (\(names.count)):** "
        return text + fittingNames(names, room: room - text.utf8.count) + "\n\n"
    }

    private static func blocks(_ report: PullRequestReport) -> [MarkdownBlock] {
        report.fleets.flatMap { fleet in
            var blocks: [MarkdownBlock] = []
            let merging = MarkdownBlocks.of(fleet.merging)
            if !merging.isEmpty {
                blocks.append(
                    .heading("\n### \(MarkdownText.code(fleet.name)): what merging changes\n\n")
                )
                blocks += merging
            }
            let pending = MarkdownBlocks.of(fleet.pending)
            if !pending.isEmpty {
                blocks.append(
                    .heading(
                        "\n### \(MarkdownText.code(fleet.name)): pending anyway, merged or not\n\n"
                    )
                )
                blocks += pending
            }
            let prevented =
                fleet.prevented.changes.map(\.object) + fleet.prevented.runs.map(\.object)
            if !prevented.isEmpty {
                let names = MarkdownText.names(
                    Set(prevented).sorted().map(\.description),
                    atMost: 20
                )
                blocks.append(
                    .heading(
                        "\nWould be done otherwise, and merging changes or prevents it: \(names)\n\n"
                    )
                )
            }
            return blocks
        }
    }

    private static func diagnostics(_ diagnostics: [Diagnostic], room: Int) -> String {
        var text = ""
        for (index, diagnostic) in diagnostics.enumerated() {
            let place = DiagnosticsTerminalView.place(diagnostic.range)
            var line =
                "- \(diagnostic.severity == .error ? "**error**" : "warning") "
                + "\(MarkdownText.code(place)) \(MarkdownText.code(diagnostic.code.rawValue)) "
                + MarkdownText.code(diagnostic.message)
            if let hint = diagnostic.hint { line += "; hint: \(MarkdownText.code(hint))" }
            if text.utf8.count + line.utf8.count > room {
                return text + "- … and \(diagnostics.count - index) more\n"
            }
            text += line + "\n"
        }
        return text
    }

    private static func footer(_ report: PullRequestReport) -> String {
        if report.diagnostics.hasErrors {
            return "\n---\nA revision with an error is not applied at all; the last good one stays."
                + "\n"
        }
        return "\n---\nAfter the merge the next reconcile does this; `aplomb plan` shows it again."
            + "\n"
    }
}
