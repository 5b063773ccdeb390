// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import Planning

/// Writes what a reconcile did: what could not be changed, each association with what failed where,
/// and a recap.
package enum RunTerminalView {
    /// How many groups of failing nodes are shown per association before the rest is counted.
    private static let groupsMax = 10
    private static let outputLinesMax = 10

    package static func render(_ record: RunRecord, style: TerminalStyle) -> String {
        var page = TerminalPage(style)
        for message in record.messages {
            let refused = record.outcome == .refused ? "Refused: " : ""
            page.line(refused + message.displayEscaped.capped(at: 500), .red)
        }
        changes(record, &page)
        runs(record, &page)
        page.gap()
        let ink: Ink = record.outcome == .succeeded ? .green : .red
        page.line(recap(record), .bold, ink)
        return page.text
    }

    /// What the whole run came to, in one line.
    package static func recap(_ record: RunRecord) -> String {
        let done = record.changes.count { $0.status == .done }
        let failed = record.changes.count { $0.status == .failed }
        let skipped = record.changes.count { $0.status == .skipped }
        var parts: [String] = []
        if !record.changes.isEmpty {
            var text = "\(Words.count(done, "object")) changed"
            if failed > 0 { text += ", \(failed) failed" }
            if skipped > 0 { text += ", \(skipped) skipped" }
            parts.append(text)
        }
        if !record.runs.isEmpty {
            let results = record.runs.flatMap(\.nodes)
            let wrong = results.count { $0.status != .success }
            var text = "\(Words.count(record.runs.count, "run"))"
            let skippedRuns = record.runs.count { $0.status == .skipped }
            if skippedRuns > 0 { text += " (\(skippedRuns) skipped)" }
            parts.append("\(text): ok=\(results.count - wrong) failed=\(wrong)")
        }
        if parts.isEmpty { parts.append("nothing was to be done") }
        let took =
            Words.duration(from: record.startedAt, to: record.finishedAt).map { " in \($0)" } ?? ""
        return "\(record.fleet.displayEscaped) at \(Words.commit(record.commit)): "
            + "\(record.outcome.words)\(took); \(parts.joined(separator: "; "))."
    }

    /// Objects that could not be changed; the recap counts the others.
    private static func changes(_ record: RunRecord, _ page: inout TerminalPage) {
        var table = Table([.left, .left, .left, .left])
        for change in record.changes where change.status != .done {
            let mark = mark(change.status)
            table.row(
                Table.Cell(page.style.sign(mark), mark.ink),
                "\(change.action.rawValue)",
                "\(change.object.shown)",
                "\(words(change.status, change.message))"
            )
        }
        page.add(table.render(page.style, indent: 2))
    }

    private static func words(_ status: RunRecord.Change.Status, _ message: String?) -> String {
        let reason = message.map { ": \($0.displayEscaped.capped(at: 300))" } ?? ""
        return status.rawValue + reason
    }

    private static func mark(_ status: RunRecord.Change.Status) -> Mark {
        switch status {
        case .done: .success
        case .failed: .failure
        case .skipped: .skipped
        }
    }

    private static func runs(_ record: RunRecord, _ page: inout TerminalPage) {
        guard !record.runs.isEmpty else { return }
        page.gap()
        for run in record.runs {
            let ok = run.nodes.count { $0.status == .success }
            let failed = run.nodes.count - ok
            let took = Words.duration(from: run.startedAt, to: run.finishedAt) ?? ""
            switch run.status {
            case .succeeded:
                page.line(
                    "  \(page.style.sign(.success)) \(run.object.shown)  "
                        + "\(ok)/\(Words.count(run.nodes.count, "node"))  \(took)".trimmedEnd,
                    .green
                )
            case .failed:
                let message = run.message.map { ": \($0.displayEscaped.capped(at: 300))" } ?? ""
                page.line(
                    "  \(page.style.sign(.failure)) \(run.object.shown)  "
                        + "\(ok)/\(Words.count(run.nodes.count, "node")), \(failed) failed  \(took)"
                        .trimmedEnd + message,
                    .red
                )
            case .skipped:
                let message = run.message.map { ": \($0.displayEscaped.capped(at: 300))" } ?? ""
                page.line(
                    "  \(page.style.sign(.skipped)) \(run.object.shown)  skipped\(message)",
                    .yellow
                )
            }
            failures(run.nodes, &page)
        }
    }

    /// Nodes that failed alike are told of once.
    private struct Failure: Hashable {
        var status: String
        var code: Int?
        var output: String?
    }

    private static func failures(_ nodes: [RunRecord.NodeResult], _ page: inout TerminalPage) {
        var order: [Failure] = []
        var names: [Failure: [String]] = [:]
        for node in nodes where node.status != .success {
            let failure = Failure(
                status: node.detailedStatus,
                code: node.responseCode,
                output: node.output
            )
            if names[failure] == nil { order.append(failure) }
            names[failure, default: []].append(node.node)
        }
        for failure in order.prefix(groupsMax) {
            let code = failure.code.map { ", exit code \($0)" } ?? ""
            page.line(
                "      \(Words.names(names[failure] ?? [])): "
                    + "\(failure.status.displayEscaped.capped(at: 80))\(code)"
            )
            let output = (failure.output ?? "").split(whereSeparator: \.isNewline)
            for line in output.suffix(outputLinesMax) {
                page.line("        | " + String(line).escapedKeepingTabs.capped(at: 400), .faint)
            }
        }
        if order.count > groupsMax {
            let rest = order.dropFirst(groupsMax).reduce(0) { $0 + (names[$1]?.count ?? 0) }
            page.line("      … and \(Words.count(rest, "node")) more that failed otherwise")
        }
    }
}

extension RunRecord.Outcome {
    /// The outcome as people say it.
    var words: String {
        switch self {
        case .succeeded: "done"
        case .partial: "finished, and some targets failed"
        case .failed: "failed"
        case .refused: "refused"
        case .interrupted: "interrupted"
        }
    }
}

extension String {
    /// Without spaces at the end.
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
