// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FoundationEssentials
import GRDB

extension StoreReader {
    /// Lists what a node had of its types, type by type, the oldest first.
    package func inventoryHistory(
        node: Int,
        typeNames: Set<String>? = nil
    ) throws -> [InventoryHistoryRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM inventory_history WHERE node = ? ORDER BY typeName, capturedAt",
            arguments: [node]
        ).map { row in
            InventoryHistoryRecord(
                typeName: row.text("typeName"),
                capturedAt: row.timestamp("capturedAt"),
                lastSeenAt: row.optionalTimestamp("lastSeenAt"),
                content: row.integer("content")
            )
        }.filter { typeNames?.contains($0.typeName) ?? true }
    }

    /// Reads the entries that a node had at that time of its history.
    package func entries(of record: InventoryHistoryRecord) throws -> [[String: String]] {
        try entries(ofContent: record.content)
    }

    /// Whether something ended so long ago that it is not kept.
    package func hasInventoryHistory(supersededBefore time: Timestamp) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM inventory_history WHERE supersededAt < ?)",
            arguments: [time.milliseconds]
        ) ?? false
    }
}

extension StoreWriter {
    /// Forgets what nodes had until a time, and all content that nothing names any more.
    package func deleteInventoryHistory(supersededBefore time: Timestamp) throws {
        let contents = try Int.fetchAll(
            database,
            sql: "DELETE FROM inventory_history WHERE supersededAt < ? RETURNING content",
            arguments: [time.milliseconds]
        )
        try deleteUnnamed(contents)
    }

    /// Forgets what a node reported, and keeps its history for as long as history is kept.
    func endInventory(ofNode node: Int, at time: Timestamp) throws {
        try database.execute(
            sql: """
                UPDATE inventory_history SET supersededAt = ?, lastSeenAt = (
                    SELECT MAX(i.capturedAt, inventory_history.capturedAt) FROM inventory_item i
                    WHERE i.node = inventory_history.node
                        AND i.typeName = inventory_history.typeName)
                WHERE node = ? AND supersededAt IS NULL;
                DELETE FROM inventory_item WHERE node = ?;
                """,
            arguments: [time.milliseconds, node, node]
        )
    }

    /// Deletes a type of all nodes with its history.
    package func deleteInventory(typeName: String) throws {
        try database.execute(
            sql: "DELETE FROM inventory_item WHERE typeName = ?",
            arguments: [typeName]
        )
        let contents = try Int.fetchAll(
            database,
            sql: "DELETE FROM inventory_history WHERE typeName = ? RETURNING content",
            arguments: [typeName]
        )
        try deleteUnnamed(contents)
    }

    /// Takes no report of the type from now on, or takes them again.
    package func setInventoryType(_ typeName: String, disabledAt time: Timestamp?) throws {
        try database.execute(
            sql: "DELETE FROM inventory_disabled_type WHERE typeName = ?",
            arguments: [typeName]
        )
        guard let time else { return }
        try database.execute(
            sql: "INSERT INTO inventory_disabled_type (typeName, disabledAt) VALUES (?, ?)",
            arguments: [typeName, time.milliseconds]
        )
    }

    /// Deletes those of the contents that no node has or had, and then the entries of none.
    private func deleteUnnamed(_ contents: [Int]) throws {
        var typeNames: Set<String> = []
        for content in Set(contents) {
            let type = try String.fetchOne(
                database,
                sql: """
                    DELETE FROM inventory_content WHERE number = ?1 AND NOT EXISTS (
                        SELECT 1 FROM inventory_history WHERE content = ?1)
                    RETURNING typeName
                    """,
                arguments: [content]
            )
            if let type { typeNames.insert(type) }
        }
        for typeName in typeNames {
            var named: Set<Int> = []
            try reader.forEachContent(typeName) { _, entries in
                RowNumbers.forEach(entries) { named.insert($0) }
            }
            let all = try Int.fetchAll(
                database,
                sql: "SELECT number FROM inventory_entry WHERE typeName = ?",
                arguments: [typeName]
            )
            for entry in all where !named.contains(entry) {
                try database.cachedStatement(sql: "DELETE FROM inventory_entry WHERE number = ?")
                    .execute(arguments: [entry])
            }
        }
    }
}
