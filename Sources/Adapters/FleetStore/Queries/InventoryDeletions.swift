// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

/// A deletion of a type of inventory, which is over when it is noted.
package struct InventoryDeletionRecord: Hashable, Sendable {
    /// 0 until it is stored.
    package var number: Int
    package var id: String
    package var typeName: String
    package var deletedAt: Timestamp
    /// Items that were deleted, by the version of the type.
    package var counts: [String: Int]

    package init(
        number: Int = 0,
        id: String,
        typeName: String,
        deletedAt: Timestamp,
        counts: [String: Int]
    ) {
        self.number = number
        self.id = id
        self.typeName = typeName
        self.deletedAt = deletedAt
        self.counts = counts
    }
}

extension StoreReader {
    /// Lists deletions, the newest first.
    package func inventoryDeletions() throws -> [InventoryDeletionRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM inventory_deletion ORDER BY number DESC"
        ).map { row in
            InventoryDeletionRecord(
                number: row.integer("number"),
                id: row.text("id"),
                typeName: row.text("typeName"),
                deletedAt: row.timestamp("deletedAt"),
                counts: try row.json("counts", as: [String: Int].self)
            )
        }
    }
}

extension StoreWriter {
    /// Notes a deletion.
    package func insert(_ deletion: InventoryDeletionRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO inventory_deletion (id, typeName, deletedAt, counts) VALUES (?, ?, ?, ?)
                """,
            arguments: [
                deletion.id, deletion.typeName, deletion.deletedAt.milliseconds,
                try jsonText(deletion.counts),
            ]
        )
    }

    /// Forgets old deletions.
    package func deleteInventoryDeletions(before time: Timestamp) throws {
        try database.execute(
            sql: "DELETE FROM inventory_deletion WHERE deletedAt < ?",
            arguments: [time.milliseconds]
        )
    }
}
