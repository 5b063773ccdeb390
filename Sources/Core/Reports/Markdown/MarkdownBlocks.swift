// SPDX-License-Identifier: Apache-2.0
import Drifts
import Planning

/// A piece of a report that is shown whole or not at all.
struct MarkdownBlock {
    var text: String
    /// What stands for it where it does not fit; `nil` for a heading.
    var name: String?

    static func heading(_ text: String) -> MarkdownBlock { MarkdownBlock(text: text, name: nil) }
}

/// Writes one block per object, the most dangerous first.
enum MarkdownBlocks {
    private static let nodesMax = 20

    static func of(_ lines: PullRequestReport.Lines) -> [MarkdownBlock] {
        let actions: [PlannedChange.Action] = [.delete, .update, .create]
        let changes = actions.flatMap { action in lines.changes.filter { $0.action == action } }
        return changes.map(block) + lines.memberships.map(block) + lines.runs.map(block)
            + lines.findings.map(block) + lines.waits.map(block)
    }

    private static func block(_ change: PlannedChange) -> MarkdownBlock {
        let object = change.object.description
        var head = "<b>\(change.action.rawValue)</b> · \(MarkdownText.htmlCode(object))"
        if !change.nodes.isEmpty { head += " · \(Words.count(change.nodes.count, "node"))" }
        if change.cause == .external { head += " · overwrites a change made outside git" }
        var body = "Why: \(MarkdownText.code(change.reason))\n"
        if let source = change.source { body += "\n\(written(source))\n" }
        if let author = change.removedBy { body += "\nTaken away \(written(by: author))\n" }
        if !change.nodes.isEmpty {
            body += "\nNodes: \(MarkdownText.names(change.nodes, atMost: nodesMax))\n"
        }
        body += "\n" + difference(of: change)
        let isOpen = change.action == .delete
        return details(head, body, isOpen: isOpen, name: "\(change.action.sign) \(object)")
    }

    private static func block(_ membership: PlannedMembership) -> MarkdownBlock {
        let group = membership.group.description
        var body = ""
        for (words, nodes) in [("Enter", membership.entered), ("Leave", membership.left)]
        where !nodes.isEmpty {
            body += "\(words): \(MarkdownText.names(nodes, atMost: nodesMax))\n\n"
        }
        let head =
            "<b>members</b> · \(MarkdownText.htmlCode(group)) · "
            + "+\(membership.entered.count) −\(membership.left.count)"
        return details(head, body, isOpen: false, name: "members \(group)")
    }

    private static func block(_ run: PlannedRun) -> MarkdownBlock {
        let object = run.object.description
        let head =
            "<b>run</b> · \(MarkdownText.htmlCode(object)) · wave \(run.wave) · "
            + Words.count(run.nodes.count, "node")
        let body =
            "Why: \(MarkdownText.code(run.reason))\n\n\(written(run.source))\n\n"
            + "Runs \(MarkdownText.code(run.document)), \(Words.risk(of: run)).\n\n"
            + "Nodes: \(MarkdownText.names(run.nodes, atMost: nodesMax))\n"
        return details(head, body, isOpen: false, name: "run \(object)")
    }

    private static func block(_ finding: Finding) -> MarkdownBlock {
        let object = finding.object.description
        let head = "<b>not as git says</b> · \(MarkdownText.htmlCode(object))"
        var body = ""
        if finding.fields.isEmpty {
            body += "Wanted: \(MarkdownText.code(finding.expected))\n\n"
            body += "Found: \(MarkdownText.code(finding.observed))\n"
        } else {
            let lines = finding.fields.flatMap {
                [
                    "- \($0.path): \(Published.value($0.to, at: $0.path))   (git)",
                    "+ \($0.path): \(Published.value($0.from, at: $0.path))   (live)",
                ]
            }
            body += MarkdownText.fenced(lines, language: "diff")
        }
        if !finding.nodes.isEmpty {
            body += "\nNodes: \(MarkdownText.names(finding.nodes, atMost: nodesMax))\n"
        }
        return details(head, body, isOpen: false, name: "finding \(object)")
    }

    private static func block(_ wait: PlannedWait) -> MarkdownBlock {
        let object = MarkdownText.code(wait.object.description)
        let until = Words.until(wait).map { ", " + $0 } ?? ""
        let nodes =
            wait.nodes.isEmpty ? "" : " on \(MarkdownText.names(wait.nodes, atMost: nodesMax))"
        return MarkdownBlock(
            text: "- waits: \(object)\(nodes): \(MarkdownText.code(wait.message))\(until)\n",
            name: object
        )
    }

    private static func details(
        _ head: String,
        _ body: String,
        isOpen: Bool,
        name: String
    ) -> MarkdownBlock {
        let open = isOpen ? " open" : ""
        return MarkdownBlock(
            text: "<details\(open)><summary>\(head)</summary>\n\n\(body)\n</details>\n\n",
            name: MarkdownText.code(name)
        )
    }

    private static func written(_ source: PlanSource) -> String {
        var text = "At \(MarkdownText.code("\(source.file):\(source.line)"))"
        if let author = source.author { text += ", \(written(by: author))" }
        return text
    }

    private static func written(by author: PlanSource.Author) -> String {
        var text = "by \(MarkdownText.code(author.name))"
        text += " in \(MarkdownText.code(Words.commit(author.commit)))"
        if !author.subject.isEmpty { text += ": \(MarkdownText.code(author.subject))" }
        return text
    }

    /// What changes, as a difference.
    ///
    /// What only the provider has and no commit ever held is not published where it may be secret
    /// (P-11): its digest is.
    private static func difference(of change: PlannedChange) -> String {
        let liveIsFromGit = change.cause == .git
        if let diff = change.diff, !diff.isEmpty {
            return liveIsFromGit
                ? MarkdownText.fenced(diff, language: "diff")
                : "The content differs from git; what was live is not published here.\n"
        }
        var lines: [String] = []
        for field in change.fields {
            if let from = field.from {
                let shown = liveIsFromGit ? from : Published.value(from, at: field.path)
                lines += valueLines("-", field.path, shown)
            }
            if let to = field.to { lines += valueLines("+", field.path, to) }
        }
        return lines.isEmpty ? "" : MarkdownText.fenced(lines, language: "diff")
    }

    private static func valueLines(_ sign: String, _ path: String, _ value: String) -> [String] {
        let lines = value.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count == 1 { return ["\(sign) \(path): \(value)"] }
        let shown = lines.prefix(40).map { "\(sign)   \($0)" }
        let more = lines.count > 40 ? ["\(sign)   … \(lines.count - 40) more lines"] : []
        return ["\(sign) \(path):"] + shown + more
    }
}
