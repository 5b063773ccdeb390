// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
package import SystemsManagerAPI

/// Lists types with how many nodes report them and how old that is.
package enum InventoryTypesView {
    package static func render(
        _ types: [ReportedInventoryType],
        nodeCount: Int,
        now: Timestamp,
        style: TerminalStyle
    ) -> String {
        guard !types.isEmpty else { return "no node has reported anything yet\n" }
        var table = Table(
            [.left, .right, .right, .left, .left],
            header: ["TYPE", "NODES", "ENTRIES", "NEWEST", "OLDEST"]
        )
        for type in types {
            let isStale = InventoryAge.isStale(type.oldestCaptureTime, now: now)
            table.rows.append([
                Table.Cell(type.typeName.displayEscaped),
                "\(type.nodeCount)/\(nodeCount)", "\(type.entryCount)",
                Table.Cell(InventoryAge.text(type.newestCaptureTime, now: now)),
                Table.Cell(
                    InventoryAge.text(type.oldestCaptureTime, now: now),
                    isStale ? .yellow : .faint
                ),
            ])
        }
        return table.render(style).joined(separator: "\n") + "\n"
    }

    /// The same for one node, whose reports have one time each.
    package static func render(
        _ types: [ReportedInventoryType],
        ofNode name: String,
        now: Timestamp,
        style: TerminalStyle
    ) -> String {
        guard !types.isEmpty else {
            return "\(name.displayEscaped) has not reported anything yet\n"
        }
        var table = Table([.left, .right, .left], header: ["TYPE", "ENTRIES", "REPORTED"])
        for type in types {
            table.rows.append([
                Table.Cell(type.typeName.displayEscaped), "\(type.entryCount)",
                Table.Cell(InventoryAge.text(type.newestCaptureTime, now: now)),
            ])
        }
        return table.render(style).joined(separator: "\n") + "\n"
    }
}
