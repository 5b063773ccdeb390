// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Draws a list as aligned columns under titles.
package enum ListView {
    /// *Shape*: a row with fewer columns than titles is padded; an empty list says so in a line.
    package static func render(
        titles: [String],
        rows: [[String]],
        style: TerminalStyle
    ) -> String {
        guard !rows.isEmpty else { return "none\n" }
        var table = Table(titles.map { _ in .left }, header: titles)
        for row in rows { table.rows.append(row.map { Table.Cell($0.displayEscaped) }) }
        return table.render(style).joined(separator: "\n") + "\n"
    }
}
