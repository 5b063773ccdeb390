// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
import PositionedYAML

/// One entry of one node on its way out.
package struct InventoryExportRow: Sendable {
    package var node: String
    package var nodeID: NodeID
    package var typeName: String
    package var captureTime: Timestamp
    package var entry: [String: String]

    package init(
        node: String,
        nodeID: NodeID,
        typeName: String,
        captureTime: Timestamp,
        entry: [String: String]
    ) {
        self.node = node
        self.nodeID = nodeID
        self.typeName = typeName
        self.captureTime = captureTime
        self.entry = entry
    }
}

/// Writes inventory piece by piece, so that no format but the table needs all of it at once.
package struct InventoryExport {
    package enum Format: Sendable { case table, json, yaml, csv }

    private static let fixed = ["node", "nodeId", "typeName", "captureTime"]

    private let format: Format
    private let columns: [String]
    private let style: TerminalStyle
    private var isFirst = true
    private var table: Table

    /// *Shape*: `columns` are the attributes of all types that will come.
    package init(_ format: Format, columns: [String], style: TerminalStyle = TerminalStyle()) {
        self.format = format
        self.columns = columns
        self.style = style
        table = Table(
            (Self.fixed + columns).map { _ in .left },
            header: ["NODE", "ID", "TYPE", "REPORTED"] + columns.map(\.displayEscaped)
        )
    }

    package var header: String {
        switch format {
        case .table: ""
        case .json: "{\"items\": ["
        case .yaml: "items:"
        case .csv: Self.line(Self.fixed + columns)
        }
    }

    package mutating func text(_ row: InventoryExportRow) -> String {
        defer { isFirst = false }
        switch format {
        case .table:
            table.rows.append(fields(row).map { Table.Cell($0.displayEscaped) })
            return ""
        case .json:
            return (isFirst ? "\n" : ",\n") + String(ReportJSON.line(Item(row)).dropLast())
        case .yaml: return (isFirst ? "\n" : "") + Self.yaml(row)
        case .csv: return Self.line(fields(row))
        }
    }

    package var footer: String {
        switch format {
        case .table:
            table.rows.isEmpty ? "none\n" : table.render(style).joined(separator: "\n") + "\n"
        case .json: isFirst ? "]}\n" : "\n]}\n"
        case .yaml: isFirst ? " []\n" : ""
        case .csv: ""
        }
    }

    private func fields(_ row: InventoryExportRow) -> [String] {
        [row.node, row.nodeID.rawValue, row.typeName, row.captureTime.description]
            + columns.map { row.entry[$0] ?? "" }
    }

    private struct Item: Encodable {
        var node: String
        var nodeId: NodeID
        var typeName: String
        var captureTime: String
        var entry: [String: String]

        init(_ row: InventoryExportRow) {
            node = row.node
            nodeId = row.nodeID
            typeName = row.typeName
            captureTime = row.captureTime.description
            entry = row.entry
        }
    }

    private static func yaml(_ row: InventoryExportRow) -> String {
        let entry = row.entry.sorted { $0.key < $1.key }
        return YAMLValue.list([
            .map([
                ("node", .string(row.node)), ("nodeId", .string(row.nodeID.rawValue)),
                ("typeName", .string(row.typeName)),
                ("captureTime", .string(row.captureTime.description)),
                ("entry", .map(entry.map { ($0.key, .string($0.value)) })),
            ])
        ]).document
    }

    /// *Source*: RFC 4180, with the line ends of Unix.
    private static func line(_ fields: [String]) -> String {
        fields.map { field in
            let isPlain = field.utf8.allSatisfy { ![0x22, 0x2c, 0x0a, 0x0d].contains($0) }
            return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\n"
    }
}
