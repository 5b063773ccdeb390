// SPDX-License-Identifier: Apache-2.0
package import Drifts
import FleetModel
import Planning

/// Writes how a fleet differs from git for a pull request or an issue.
package enum DriftMarkdownView {
    private static let rowsMax = 100

    package static func render(_ report: DriftReport) -> String {
        let fleet = MarkdownText.code(report.fleet)
        var text = "## Drift in \(fleet): \(DriftWords.headline(report))\n\n"
        text +=
            report.mode == .report
            ? "Nothing of it is changed by itself (`drift.mode: report`).\n"
            : "The next reconcile corrects what it can (`drift.mode: correct`).\n"
        for reason in report.unread.prefix(5) {
            text += "\n**Not read**: \(MarkdownText.code(reason))\n"
        }
        for (cause, title) in DriftWords.sections {
            let entries = report.corrective.filter { $0.cause == cause }
            if !entries.isEmpty { text += table(entries, title, cause) }
        }
        if !report.intentional.isEmpty {
            text += "\n### Follows from git, memberships and schedules\n\n"
            text += "| Cause | Object | Why | Nodes |\n|---|---|---|---|\n"
            for line in report.intentional.prefix(rowsMax) {
                let cells = [
                    line.cause.rawValue, MarkdownText.code(line.object.description),
                    MarkdownText.code(line.reason), MarkdownText.names(line.nodes),
                ]
                text += "| \(cells.joined(separator: " | ")) |\n"
            }
            text += more(report.intentional.count)
        }
        return text
    }

    private static func table(
        _ entries: [DriftReport.Entry],
        _ title: String,
        _ cause: Cause
    ) -> String {
        var text = "\n### \(title) (\(cause.rawValue))\n\n"
        text += "| Object | Field | In git | Live | Since | Seen | Nodes | Severity | |\n"
        text += "|---|---|---|---|---|--:|---|---|---|\n"
        for entry in entries.prefix(rowsMax) {
            let seen = entry.groups.map(\.seen).max() ?? 1
            let cells = [
                MarkdownText.code(entry.object.description),
                entry.field.isEmpty ? "" : MarkdownText.code(entry.field),
                MarkdownText.code(entry.inGit),
                MarkdownText.code(entry.live),
                entry.groups.first.map { Words.time($0.firstSeen) } ?? "",
                "\(seen)",
                MarkdownText.names(entry.nodes),
                entry.severity.rawValue.lowercased(),
                DriftWords.fate(entry) + (entry.isFlapping ? "; comes and goes" : ""),
            ]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        text += more(entries.count)
        for entry in entries.prefix(rowsMax) {
            for touch in entry.groups.flatMap(\.touches) {
                text += "- \(MarkdownText.code(entry.object.description)): in between, command "
                text += "\(MarkdownText.code(touch.commandID.rawValue)) ran "
                text += "\(MarkdownText.code(touch.document)), \(Words.time(touch.at))\n"
            }
        }
        return text
    }

    private static func more(_ count: Int) -> String {
        count > rowsMax ? "\n… and \(count - rowsMax) more.\n" : ""
    }
}
