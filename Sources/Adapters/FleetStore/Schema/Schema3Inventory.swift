// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import GRDB

/// Makes inventory shared between nodes that report the same, and gives it a history.
///
/// An entry is one row however many nodes have it; a content is a list of entries, and one row however
/// many nodes report it. What is not reported any more is deleted with the history that names it.
enum Schema3Inventory {
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE inventory_content RENAME TO inventory_content_1;
                ALTER TABLE inventory_item RENAME TO inventory_item_1;
                """
        )
        try database.execute(sql: tables)
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT i.*, COALESCE(c.content, '[]') AS content FROM inventory_item_1 i
                LEFT JOIN inventory_content_1 c ON c.node = i.node AND c.typeName = i.typeName
                ORDER BY i.node, i.typeName
                """
        )
        let writer = StoreWriter(database: database)
        while let row = try cursor.next() {
            let entries = try row.json("content", as: [[String: String]].self)
            let item = InventoryItemRecord(row: row)
            try writer.put(
                item,
                content: InventoryContent(typeName: item.typeName, entries: entries)
            )
        }
        try database.execute(
            sql: "DROP TABLE inventory_content_1; DROP TABLE inventory_item_1;"
        )
    }

    // Numbers of entries and contents may be used again: only what nothing names is deleted.
    private static let tables = """
        CREATE TABLE inventory_entry (
            number INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            typeName TEXT NOT NULL,
            -- The attribute Name, by which most questions ask.
            name TEXT,
            attributes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX inventory_entry_by_name ON inventory_entry(typeName, name);
        CREATE TABLE inventory_content (
            number INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            typeName TEXT NOT NULL,
            entryCount INTEGER NOT NULL,
            entries BLOB NOT NULL
        ) STRICT;
        CREATE INDEX inventory_content_by_type ON inventory_content(typeName);
        CREATE TABLE inventory_item (
            node INTEGER NOT NULL REFERENCES node(number) ON DELETE CASCADE,
            typeName TEXT NOT NULL,
            schemaVersion TEXT NOT NULL,
            capturedAt INTEGER NOT NULL,
            contentHash TEXT NOT NULL,
            content INTEGER NOT NULL,
            PRIMARY KEY (node, typeName)
        ) STRICT, WITHOUT ROWID;
        -- Of the key alone, so that an unchanged report does not touch it.
        CREATE INDEX inventory_item_by_type ON inventory_item(typeName);
        CREATE TABLE inventory_history (
            node INTEGER NOT NULL REFERENCES node(number) ON DELETE CASCADE,
            typeName TEXT NOT NULL,
            -- When the node was first seen with this content; the last one is what it has now.
            capturedAt INTEGER NOT NULL,
            content INTEGER NOT NULL,
            lastSeenAt INTEGER,
            supersededAt INTEGER,
            PRIMARY KEY (node, typeName, capturedAt)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inventory_history_superseded ON inventory_history(supersededAt)
            WHERE supersededAt IS NOT NULL;
        CREATE INDEX inventory_history_by_content ON inventory_history(content);
        CREATE TABLE inventory_disabled_type (
            typeName TEXT NOT NULL PRIMARY KEY,
            disabledAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
