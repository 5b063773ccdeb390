// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
import InventoryQueries
package import SystemsManagerAPI

/// Shows the entries of one type of one node as a table, or the one entry as fields.
package enum InventoryEntriesView {
    package static func render(
        _ report: ListInventoryEntriesResponse,
        ofNode name: String,
        now: Timestamp,
        style: TerminalStyle
    ) -> String {
        var page = TerminalPage(style)
        let node = name.displayEscaped, type = report.typeName.displayEscaped
        guard !report.schemaVersion.isEmpty else {
            return "\(node) has not reported \(type) yet\n"
        }
        let count = Words.count(report.entries.count, "entry", plural: "entries")
        let age = InventoryAge.text(report.captureTime, now: now)
        page.line("\(node) \(type): \(count), reported \(age)", .bold)
        let columns = columns(of: report.entries, report.typeName)
        if report.entries.count == 1, columns.count > 4, let entry = report.entries.first {
            var table = Table([.left, .left])
            for column in columns {
                table.rows.append([
                    Table.Cell(column.displayEscaped, .faint), cell(entry[column]),
                ])
            }
            page.add(table.render(style, indent: 2))
            return page.text
        }
        var table = Table(columns.map { _ in .left }, header: columns.map { $0.displayEscaped })
        for entry in report.entries { table.rows.append(columns.map { cell(entry[$0]) }) }
        page.add(table.render(style, indent: 2))
        return page.text
    }

    private static func cell(_ value: String?) -> Table.Cell {
        let text = value ?? ""
        return Table.Cell(text.isEmpty ? "-" : text.displayEscaped.capped(at: 200))
    }

    /// What some entry has, in the order of the type: what tells entries apart comes first.
    static func columns(of entries: [[String: String]], _ typeName: String) -> [String] {
        var used: Set<String> = []
        for entry in entries {
            for (name, value) in entry where !value.isEmpty { used.insert(name) }
        }
        let order =
            InventoryType.keyAttributes(ofType: typeName)
            + (InventoryType.named(typeName)?.attributes.map(\.name) ?? [])
        var columns: [String] = []
        for name in order where used.contains(name) && !columns.contains(name) {
            columns.append(name)
        }
        return columns + used.subtracting(columns).sorted()
    }
}
