// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import SystemsManagerAPI

/// Shows what was added, removed and changed, type by type.
package enum InventoryDifferenceView {
    /// *Shape*: `sides` names what is compared, where two nodes are.
    package static func render(
        _ differences: [InventoryTypeDifference],
        sides: (from: String, to: String)?,
        style: TerminalStyle
    ) -> String {
        var page = TerminalPage(style)
        var counts = [InventoryEntryChange.Kind: Int]()
        for difference in differences {
            page.gap()
            heading(difference, sides, &page)
            var table = Table([.left, .left, .left, .left])
            for change in difference.changes {
                counts[change.kind, default: 0] += 1
                table.rows.append(row(change, difference.typeName))
            }
            page.add(table.render(style, indent: 2))
        }
        guard !counts.isEmpty else {
            page.gap()
            page.line("no entry differs")
            return page.text
        }
        page.gap()
        let words: [(InventoryEntryChange.Kind, String)] = [
            (.added, "added"), (.removed, "removed"), (.changed, "changed"),
        ]
        page.line(words.map { "\(counts[$0] ?? 0) \($1)" }.joined(separator: ", "))
        return page.text
    }

    private static func heading(
        _ difference: InventoryTypeDifference,
        _ sides: (from: String, to: String)?,
        _ page: inout TerminalPage
    ) {
        let type = difference.typeName.displayEscaped
        let (from, to) = (difference.fromCaptureTime, difference.toCaptureTime)
        guard let from, let to else {
            let side = from == nil ? sides?.from : sides?.to
            page.line("\(type): \(side?.displayEscaped ?? "the node") has not reported it", .bold)
            return
        }
        let names = sides.map { ($0.from.displayEscaped + " ", $0.to.displayEscaped + " ") }
        page.line(
            "\(type): from \(names?.0 ?? "")\(Words.time(from)) to \(names?.1 ?? "")\(Words.time(to))",
            .bold
        )
    }

    private static func row(_ change: InventoryEntryChange, _ typeName: String) -> [Table.Cell] {
        let when = change.captureTime.map { time in
            let after = change.lastSeenTime.map { "after \(Words.time($0)), " } ?? ""
            return "\(after)by \(Words.time(time))"
        }
        let entry = change.to ?? change.from ?? [:]
        let name = change.key.isEmpty ? "-" : keyText(change.key, entry, typeName)
        let (sign, ink): (String, Ink) =
            switch change.kind {
            case .added: ("+", .green)
            case .removed: ("-", .red)
            case .changed: ("~", .yellow)
            }
        return [
            Table.Cell(sign, ink), Table.Cell(name.displayEscaped.capped(at: 100)),
            Table.Cell(detail(change)), Table.Cell(when ?? "", .faint),
        ]
    }

    private static func keyText(
        _ key: [String: String],
        _ entry: [String: String],
        _ typeName: String
    ) -> String {
        InventoryEntriesView.columns(of: [entry], typeName).compactMap { key[$0] }
            .joined(separator: " ")
    }

    /// The version of what came or went, and each attribute that changed.
    private static func detail(_ change: InventoryEntryChange) -> String {
        let (from, to) = (change.from ?? [:], change.to ?? [:])
        guard change.kind == .changed else {
            let entry = change.to ?? from
            let word = ["Version", "Value", "Status", "State"].lazy.compactMap { entry[$0] }.first
            return (word ?? "").displayEscaped.capped(at: 100)
        }
        let names = Set(from.keys).union(to.keys).filter { from[$0] != to[$0] }
        return names.sorted().map { name in
            "\(name.displayEscaped) \(value(from[name])) → \(value(to[name]))"
        }.joined(separator: ", ").capped(at: 300)
    }

    private static func value(_ value: String?) -> String {
        let text = value ?? ""
        return text.isEmpty ? "-" : text.displayEscaped.capped(at: 80)
    }
}
