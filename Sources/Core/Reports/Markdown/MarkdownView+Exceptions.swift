// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

extension MarkdownView {
    private static let rowsMax = 30
    private static let ignoredMax = 20

    /// The exceptions of every fleet, and which of them merging makes, changes or ends.
    static func exceptions(_ report: PullRequestReport) -> String {
        report.fleets.map(exceptions).joined()
    }

    private static func exceptions(_ fleet: PullRequestReport.Fleet) -> String {
        guard !fleet.head.exceptions.isEmpty || !fleet.endedExceptions.isEmpty else { return "" }
        var text = "\n### Exceptions in \(MarkdownText.code(fleet.name))\n\n"
        if !fleet.head.exceptions.isEmpty {
            text += "| Exception | Merging | Until | Owner | What | Why | Nodes |\n"
            text += "|---|---|---|---|---|---|--:|\n"
        }
        for exception in fleet.head.exceptions.prefix(rowsMax) {
            let cells = [
                MarkdownText.code(exception.name),
                fleet.movedExceptions[exception.name].map { "**\($0.rawValue)**" } ?? "as before",
                exception.isInForce
                    ? exception.expiryWords : "lapsed at \(exception.expiryWords)",
                MarkdownText.code(exception.owner.capped(at: 120)),
                MarkdownText.code(exception.message.capped(at: 200)),
                MarkdownText.code(exception.reason.capped(at: 200)),
                exception.nodesWords,
            ]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        if fleet.head.exceptions.count > rowsMax {
            text += "\n… and \(fleet.head.exceptions.count - rowsMax) more.\n"
        }
        for exception in fleet.head.exceptions.prefix(rowsMax) {
            guard let remark = exception.remark else { continue }
            text += "\n\(MarkdownText.code(exception.name)) \(remark).\n"
        }
        if !fleet.endedExceptions.isEmpty {
            text += "\nMerging ends: \(MarkdownText.names(fleet.endedExceptions, atMost: 20))\n"
        }
        return text + ignored(fleet.head)
    }

    /// What is not as git says, and is no finding.
    private static func ignored(_ plan: Plan) -> String {
        let items = plan.exceptions.flatMap { ExceptionStatus($0).ignored }
        guard !items.isEmpty else { return "" }
        var text = "\nIgnored because of them:\n\n"
        for item in items.prefix(ignoredMax) {
            let field = item.field.isEmpty ? "" : " \(MarkdownText.code(item.field))"
            text += "- \(MarkdownText.code(item.object.description))\(field): "
            text += "\(MarkdownText.code(item.inGit)) in git, \(MarkdownText.code(item.live)) live"
            if item.nodeCount > 0 { text += ", \(Words.count(item.nodeCount, "node"))" }
            text += plan.isFrozen(item.object) ? "; \(Words.frozen)\n" : "\n"
        }
        if items.count > ignoredMax { text += "- … and \(items.count - ignoredMax) more\n" }
        return text
    }

    /// That nothing is done for now, or more than the limits allow, and on whose word.
    static func leave(_ fleet: PullRequestReport.Fleet) -> String {
        var text = ""
        if let suspension = fleet.head.suspension {
            text +=
                "> [!IMPORTANT]\n> **\(MarkdownText.code(fleet.name)) is suspended: merged as it is, "
            text += "nothing of this is done before that ends.**\n"
            text += "> - \(MarkdownText.code(Words.suspension(suspension)))\n\n"
        }
        guard !fleet.head.limits.allowed.isEmpty else { return text }
        text += "> [!WARNING]\n> **Over the limits of \(MarkdownText.code(fleet.name)), "
        text += "and allowed by an exception:**\n"
        for sentence in fleet.head.limits.allowed {
            text += "> - \(MarkdownText.code(sentence.capped(at: 400)))\n"
        }
        return text + "\n"
    }
}
