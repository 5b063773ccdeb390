// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import Rehearsals

/// Writes what a rehearsal found for a pull request: strangers' text as code, long parts folded.
package enum RehearsalMarkdownView {
    /// Forges refuse a comment beyond about 65,000 characters.
    private static let charactersMax = 60_000
    private static let filesMax = 100
    private static let diffLinesMax = 40
    private static let outputLinesMax = 20

    package static func render(_ report: RehearsalReport) -> String {
        let subject = MarkdownText.code(RehearsalWords.subject(report))
        var text =
            "### Rehearsal of \(subject) on \(MarkdownText.code(report.node)) at "
            + "\(MarkdownText.code(Words.commit(report.commit)))\n\n"
            + "It **\(RehearsalWords.outcome(report))**, \(RehearsalWords.clone(report)).\n\n"
        text += table(report)
        for step in report.steps { text += block(step) }
        var left = 0
        for (index, change) in report.files.enumerated() {
            let block = self.block(change)
            guard index < filesMax, text.count + block.count < charactersMax else {
                left = report.files.count - index
                break
            }
            text += block
        }
        if left > 0 { text += "… and \(Words.count(left, "path")) more, left out here.\n\n" }
        if let folded = RehearsalWords.folded(report) { text += folded + ".\n\n" }
        text += "<details><summary>What a rehearsal cannot tell</summary>\n\n"
        for limit in report.limits { text += "- \(limit.displayEscaped)\n" }
        return text + "\n</details>\n"
    }

    private static func table(_ report: RehearsalReport) -> String {
        var rows: [(String, String, String)] = []
        rows += report.packages.map {
            ("package", $0.change.rawValue, RehearsalWords.package($0))
        }
        rows += report.services.map { ("service", $0.change.rawValue, $0.unit) }
        rows += report.users.map { ("user", $0.change.rawValue, account($0)) }
        rows += report.groups.map { ("group", $0.change.rawValue, account($0)) }
        rows += report.cron.map { ("cron", $0.change.rawValue, $0.path) }
        guard !rows.isEmpty else { return "" }
        let shown = rows.prefix(filesMax).map { kind, change, what in
            "| \(kind) | \(change) | \(MarkdownText.code(what)) |\n"
        }
        let more = rows.count > filesMax ? "\n… and \(rows.count - filesMax) more.\n" : ""
        return "| what | change | |\n| --- | --- | --- |\n" + shown.joined() + more + "\n"
    }

    private static func account(_ change: RehearsalReport.AccountChange) -> String {
        let fields = RehearsalWords.account(change)
        return fields.isEmpty ? change.name : "\(change.name): \(fields)"
    }

    private static func block(_ step: RehearsalReport.Step) -> String {
        let code = step.responseCode >= 0 ? ", exit code \(step.responseCode)" : ""
        let end = "\(step.status.rawValue)\(code)"
        let lines = (step.standardOutput + "\n" + step.standardError)
            .split(whereSeparator: \.isNewline).suffix(outputLinesMax).map(String.init)
        guard !lines.isEmpty else { return "step \(MarkdownText.code(step.name)): \(end)\n\n" }
        let head = "step \(MarkdownText.htmlCode(step.name)): \(end)"
        let open = step.status == .success ? "" : " open"
        return "<details\(open)><summary>\(head)</summary>\n\n" + MarkdownText.fenced(lines)
            + "\n</details>\n\n"
    }

    private static func block(_ change: RehearsalReport.FileChange) -> String {
        let words = RehearsalWords.file(change)
        guard let diff = change.diff, !diff.isEmpty else {
            // Outside of a block of HTML, Markdown is read: everything of theirs is code.
            return "**\(change.change.rawValue)** \(MarkdownText.code(change.path))"
                + (words.isEmpty ? "" : ": \(MarkdownText.code(words))") + "\n\n"
        }
        let head =
            "<b>\(change.change.rawValue)</b> \(MarkdownText.htmlCode(change.path))"
            + (words.isEmpty ? "" : " (\(MarkdownText.html(words)))")
        let more = diff.count - diffLinesMax
        let lines = diff.prefix(diffLinesMax) + (more > 0 ? ["@@ … \(more) more lines @@"] : [])
        return "<details><summary>\(head)</summary>\n\n"
            + MarkdownText.fenced(Array(lines), language: "diff") + "\n</details>\n\n"
    }
}
