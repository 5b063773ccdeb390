// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
package import InventoryQueries
package import SystemsManagerAPI

/// A node with how many of its entries match.
package struct NamedInventoryMatch: Sendable {
    package var name: String
    package var match: NodeInventoryMatch

    package init(name: String, match: NodeInventoryMatch) {
        self.name = name
        self.match = match
    }
}

/// Shows which nodes match a query, with evidence, and who could not be judged.
package enum InventoryQueryView {
    package static func render(
        _ matches: [NamedInventoryMatch],
        typeName: String,
        now: Timestamp,
        style: TerminalStyle
    ) -> String {
        var page = TerminalPage(style)
        let found = matches.filter { $0.match.matchCount > 0 }
        var table = Table(
            [.left, .right, .left, .left],
            header: ["NODE", "MATCHES", "REPORTED", "EVIDENCE"]
        )
        for item in found {
            let reported = item.match.captureTime.map { InventoryAge.text($0, now: now) } ?? "-"
            let shown = item.match.evidence.map { evidence($0, typeName) }
            let more = item.match.matchCount - shown.count
            let rest = more > 0 && !shown.isEmpty ? ["… and \(more) more"] : []
            table.rows.append([
                Table.Cell(item.name.displayEscaped), "\(item.match.matchCount)",
                Table.Cell(reported), Table.Cell((shown + rest).joined(separator: ", ")),
            ])
        }
        page.add(table.render(style))
        page.line("\(found.count) of \(Words.count(matches.count, "node")) match")
        let silent = matches.filter { !$0.match.hasReport }.map(\.name)
        if !silent.isEmpty {
            let verb = silent.count == 1 ? "has" : "have"
            page.line("\(Words.names(silent)) \(verb) not reported \(typeName.displayEscaped) yet")
        }
        return page.text
    }

    /// What tells an entry apart, and its version or value where it has one.
    private static func evidence(_ entry: [String: String], _ typeName: String) -> String {
        let keys = InventoryType.keyAttributes(ofType: typeName).filter { $0 != "Architecture" }
        let more = ["Version", "Value", "Status", "State"].filter { !keys.contains($0) }
        let words = (keys + more).compactMap { entry[$0] }.filter { !$0.isEmpty }
        let text =
            words.isEmpty ? InventoryEntriesView.summary(entry) : words.joined(separator: " ")
        return text.displayEscaped.capped(at: 80)
    }
}

extension InventoryEntriesView {
    /// An entry on one line.
    static func summary(_ entry: [String: String]) -> String {
        entry.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }
            .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}

/// Shows where an expression is wrong.
package enum InventoryExpressionView {
    /// The message, the text and carets below the place.
    package static func message(_ error: ExpressionError, in text: String) -> String {
        let bytes = Array(text.utf8)
        let start = min(error.range.lowerBound, bytes.count)
        let end = max(start, min(error.range.upperBound, bytes.count))
        func width(_ range: Range<Int>) -> Int {
            String(decoding: bytes[range], as: UTF8.self).displayEscaped.displayWidth
        }
        let carets = String(repeating: "^", count: max(1, width(start..<end)))
        return """
            \(error.message.displayEscaped)
              \(text.displayEscaped)
              \(String(repeating: " ", count: width(0..<start)))\(carets)
            """
    }
}
