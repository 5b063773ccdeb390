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
    /// Lists reported items of a node, sorted by type and id.
    package func complianceItems(node: Int) throws -> [ComplianceRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM compliance_item WHERE node = ? ORDER BY complianceType, id",
            arguments: [node]
        ).map(ComplianceRecord.init)
    }

    /// Lists reported items of one type of all nodes, sorted by node and id.
    package func complianceItems(complianceType: String) throws -> [ComplianceRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM compliance_item WHERE complianceType = ? ORDER BY node, id",
            arguments: [complianceType]
        ).map(ComplianceRecord.init)
    }

    /// Counts reported items by node, type, status and severity, but for those of one type.
    ///
    /// *Shape*: by node, sorted by type. A summary of a fleet reads no item for it.
    package func complianceTallies(
        exceptType: String
    ) throws -> [Int: [ComplianceTallyRecord]] {
        var tallies: [Int: [ComplianceTallyRecord]] = [:]
        // Bare columns are those of the row that has the maximum.
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT node, complianceType, status, severity, COUNT(*), MAX(executedAt),
                    executionId, executionType
                FROM compliance_item WHERE complianceType != ?
                GROUP BY node, complianceType, status, severity ORDER BY node, complianceType
                """,
            arguments: [exceptType]
        )
        while let row = try cursor.next() {
            tallies[row[0], default: []].append(
                ComplianceTallyRecord(
                    complianceType: row[1],
                    status: row[2],
                    severity: row[3],
                    count: row[4],
                    executedAt: Timestamp(milliseconds: row[5]),
                    executionID: row[6],
                    executionType: row[7]
                )
            )
        }
        return tallies
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
        guard !items.isEmpty else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO compliance_item (node, complianceType, id, title,
                    severity, status, details, executedAt, executionId, executionType)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        for item in items {
            try insert.execute(
                arguments: [
                    node, complianceType, item.id, item.title, item.severity, item.status,
                    try jsonText(item.details), item.executedAt.milliseconds, item.executionID,
                    item.executionType,
                ]
            )
        }
    }
}
