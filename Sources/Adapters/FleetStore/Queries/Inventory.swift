// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

extension InventoryItemRecord {
    init(row: Row) {
        self.init(
            node: row.integer("node"),
            typeName: row.text("typeName"),
            schemaVersion: row.text("schemaVersion"),
            capturedAt: row.timestamp("capturedAt"),
            contentHash: row.text("contentHash")
        )
    }
}

extension StoreReader {
    /// Lists what types a node reported, sorted by type.
    package func inventoryItems(node: Int) throws -> [InventoryItemRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM inventory_item WHERE node = ? ORDER BY typeName",
            arguments: [node]
        ).map(InventoryItemRecord.init)
    }

    /// Reads the entries of one type of one node.
    package func inventoryContent(
        node: Int,
        typeName: String
    ) throws -> [[String: String]] {
        try Row.fetchOne(
            database,
            sql: "SELECT content FROM inventory_content WHERE node = ? AND typeName = ?",
            arguments: [node, typeName]
        )?.json("content", as: [[String: String]].self) ?? []
    }
}

extension StoreWriter {
    /// Stores a type of a node; without content, only that the known content was seen again.
    ///
    /// *Shape*: unchanged content writes one row, new content two.
    package func put(_ item: InventoryItemRecord, content: [[String: String]]?) throws {
        try database.execute(
            sql: """
                INSERT INTO inventory_item (node, typeName, schemaVersion, capturedAt, contentHash)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (node, typeName) DO UPDATE SET schemaVersion = excluded.schemaVersion,
                    capturedAt = excluded.capturedAt, contentHash = excluded.contentHash
                """,
            arguments: [
                item.node, item.typeName, item.schemaVersion, item.capturedAt.milliseconds,
                item.contentHash,
            ]
        )
        guard let content else { return }
        try database.execute(
            sql: """
                INSERT INTO inventory_content (node, typeName, content) VALUES (?, ?, ?)
                ON CONFLICT (node, typeName) DO UPDATE SET content = excluded.content
                """,
            arguments: [item.node, item.typeName, try jsonText(content)]
        )
    }
}
