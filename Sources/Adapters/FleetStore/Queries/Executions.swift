// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

extension ExecutionRecord {
    init(row: Row) {
        self.init(
            number: row.integer("number"),
            id: ExecutionID(row.text("id")),
            association: row.integer("association"),
            associationVersion: row.integer("associationVersion"),
            command: row["command"],
            createdAt: row.timestamp("createdAt"),
            status: row.text("status"),
            statusDetails: row.text("statusDetails"),
            resourceCounts: row.text("resourceCounts")
        )
    }
}

extension StoreReader {
    /// Lists executions of an association, the newest first.
    ///
    /// *Shape*: those with a number below `before`, `limit` at most.
    package func executions(
        ofAssociation association: Int,
        before: Int?,
        limit: Int
    ) throws -> [ExecutionRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM execution WHERE association = ? AND number < ?
                ORDER BY number DESC LIMIT ?
                """,
            arguments: [association, before ?? .max, limit]
        ).map(ExecutionRecord.init)
    }

    /// Finds an execution by its id.
    package func execution(_ id: ExecutionID) throws -> ExecutionRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM execution WHERE id = ?",
            arguments: [id.rawValue]
        ).map(ExecutionRecord.init)
    }

    /// Finds the execution that a command serves.
    package func execution(ofCommand command: Int) throws -> ExecutionRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM execution WHERE command = ?",
            arguments: [command]
        ).map(ExecutionRecord.init)
    }
}

extension StoreWriter {
    /// Adds an execution and returns its number.
    package func insert(_ execution: ExecutionRecord) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO execution (id, association, associationVersion, command, createdAt,
                    status, statusDetails, resourceCounts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                execution.id.rawValue, execution.association, execution.associationVersion,
                execution.command, execution.createdAt.milliseconds, execution.status,
                execution.statusDetails, execution.resourceCounts,
            ]
        )
        return Int(database.lastInsertedRowID)
    }

    /// Rewrites how an execution fares.
    package func update(_ execution: ExecutionRecord) throws {
        try database.execute(
            sql: """
                UPDATE execution SET status = ?, statusDetails = ?, resourceCounts = ?
                WHERE number = ?
                """,
            arguments: [
                execution.status, execution.statusDetails, execution.resourceCounts,
                execution.number,
            ]
        )
    }
}
