// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

extension ComplianceRecord {
    init(row: Row) throws {
        self.init(
            node: row.integer("node"),
            complianceType: row.text("complianceType"),
            id: row.text("id"),
            title: row.text("title"),
            severity: row.text("severity"),
            status: row.text("status"),
            details: try row.json("details", as: [String: String].self),
            executedAt: row.timestamp("executedAt"),
            executionID: row.text("executionId"),
            executionType: row.text("executionType")
        )
    }
}

extension StoreReader {
    /// Lists reported items of all nodes or of one, sorted by node, type and id.
    package func complianceItems(node: Int? = nil) throws -> [ComplianceRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM compliance_item WHERE ?1 IS NULL OR node = ?1
                ORDER BY node, complianceType, id
                """,
            arguments: [node]
        ).map(ComplianceRecord.init)
    }

    /// Reads the hashes that a node's reports came with, by type.
    package func complianceHashes(node: Int) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT complianceType, contentHash FROM compliance_report WHERE node = ?",
            arguments: [node]
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
    }
}

extension StoreWriter {
    /// Stores the items of one type of one node.
    ///
    /// *Shape*: all others of the type go, unless `isPartial`.
    package func putCompliance(
        _ items: [ComplianceRecord],
        node: Int,
        complianceType: String,
        contentHash: String,
        isPartial: Bool
    ) throws {
        if !isPartial {
            try database.execute(
                sql: "DELETE FROM compliance_report WHERE node = ? AND complianceType = ?",
                arguments: [node, complianceType]
            )
        }
        try database.execute(
            sql: """
                INSERT INTO compliance_report (node, complianceType, contentHash) VALUES (?, ?, ?)
                ON CONFLICT (node, complianceType) DO UPDATE SET contentHash = excluded.contentHash
                """,
            arguments: [node, complianceType, contentHash]
        )
        for item in items {
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO compliance_item (node, complianceType, id, title,
                        severity, status, details, executedAt, executionId, executionType)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    node, complianceType, item.id, item.title, item.severity, item.status,
                    try jsonText(item.details), item.executedAt.milliseconds, item.executionID,
                    item.executionType,
                ]
            )
        }
    }
}
