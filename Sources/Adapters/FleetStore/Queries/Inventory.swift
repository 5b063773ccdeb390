// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FoundationEssentials
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
            database.cachedStatement(
                sql: "SELECT * FROM inventory_item WHERE node = ? ORDER BY typeName"
            ),
            arguments: [node]
        ).map(InventoryItemRecord.init)
    }

    /// Reads when and how nodes reported a type, by node.
    package func inventoryItems(typeName: String) throws -> [Int: InventoryItemRecord] {
        var items: [Int: InventoryItemRecord] = [:]
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT * FROM inventory_item WHERE typeName = ?",
            arguments: [typeName]
        )
        while let row = try cursor.next() {
            let item = InventoryItemRecord(row: row)
            items[item.node] = item
        }
        return items
    }

    /// Reads the entries of one type of one node, in an order that stays.
    package func inventoryContent(
        node: Int,
        typeName: String
    ) throws -> [[String: String]] {
        let number = try Int.fetchOne(
            database,
            sql: "SELECT content FROM inventory_item WHERE node = ? AND typeName = ?",
            arguments: [node, typeName]
        )
        return try number.map(entries(ofContent:)) ?? []
    }

    /// Reads the entries of a content.
    func entries(ofContent number: Int) throws -> [[String: String]] {
        let bytes = try Data.fetchOne(
            database.cachedStatement(
                sql: "SELECT entries FROM inventory_content WHERE number = ?"
            ),
            arguments: [number]
        )
        guard let bytes else { return [] }
        var numbers: [Int] = []
        guard RowNumbers.forEach(bytes, { numbers.append($0) }) else {
            throw StoreError(.badRecord, "inventory content \(number) of the store is unreadable")
        }
        return try numbers.map(entry)
    }

    /// Reads one entry.
    func entry(_ number: Int) throws -> [String: String] {
        let bytes = try Data.fetchOne(
            database.cachedStatement(
                sql: "SELECT attributes FROM inventory_entry WHERE number = ?"
            ),
            arguments: [number]
        )
        guard let bytes, let entry = EntryCoding.decode([UInt8](bytes)) else {
            throw StoreError(.badRecord, "inventory entry \(number) of the store is unreadable")
        }
        return entry
    }

    /// Lists the types that registered nodes report, or one of them does, sorted by name.
    package func inventoryTypes(node: Int? = nil) throws -> [InventoryTypeRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT i.typeName, COUNT(*) AS nodes, SUM(c.entryCount) AS entries,
                    MIN(i.capturedAt) AS oldest, MAX(i.capturedAt) AS newest
                FROM inventory_item i JOIN inventory_content c ON c.number = i.content
                WHERE ?1 IS NULL OR i.node = ?1
                GROUP BY i.typeName ORDER BY i.typeName
                """,
            arguments: [node]
        ).map { row in
            InventoryTypeRecord(
                typeName: row.text("typeName"),
                nodeCount: row.integer("nodes"),
                entryCount: row.integer("entries"),
                oldestCapturedAt: row.timestamp("oldest"),
                newestCapturedAt: row.timestamp("newest")
            )
        }
    }

    /// Lists the types whose reports are not taken any more.
    package func disabledInventoryTypes() throws -> Set<String> {
        try String.fetchSet(database, sql: "SELECT typeName FROM inventory_disabled_type")
    }
}

extension StoreWriter {
    /// Stores a type of a node; without content, only that the known content was seen again.
    ///
    /// *Shape*: unchanged content writes one row. New content writes what no node reported before,
    /// and ends the history of the old.
    package func put(_ item: InventoryItemRecord, content: InventoryContent?) throws {
        guard let content else {
            try database.cachedStatement(
                sql: """
                    UPDATE inventory_item SET schemaVersion = ?, capturedAt = ?
                    WHERE node = ? AND typeName = ?
                    """
            ).execute(arguments: [
                item.schemaVersion, item.capturedAt.milliseconds, item.node, item.typeName,
            ])
            return
        }
        let number = try number(of: content)
        let known = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT content, capturedAt FROM inventory_item
                    WHERE node = ? AND typeName = ?
                    """
            ),
            arguments: [item.node, item.typeName]
        ).map { (content: $0[0] as Int, capturedAt: $0[1] as Int64) }
        try database.cachedStatement(
            sql: """
                INSERT INTO inventory_item
                    (node, typeName, schemaVersion, capturedAt, contentHash, content)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (node, typeName) DO UPDATE SET schemaVersion = excluded.schemaVersion,
                    capturedAt = excluded.capturedAt, contentHash = excluded.contentHash,
                    content = excluded.content
                """
        ).execute(arguments: [
            item.node, item.typeName, item.schemaVersion, item.capturedAt.milliseconds,
            item.contentHash, number,
        ])
        guard known?.content != number else { return }
        try begin(number, of: item, lastSeenAt: known?.capturedAt)
    }

    /// Begins a piece of history, behind the one before even when the node's clock went back.
    private func begin(
        _ content: Int,
        of item: InventoryItemRecord,
        lastSeenAt: Int64?
    ) throws {
        let open = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT MAX(capturedAt) FROM inventory_history WHERE node = ? AND typeName = ?
                    """
            ),
            arguments: [item.node, item.typeName]
        )
        let time = max(item.capturedAt.milliseconds, open.map { $0 + 1 } ?? .min)
        if let open {
            try database.cachedStatement(
                sql: """
                    UPDATE inventory_history SET lastSeenAt = ?, supersededAt = ?
                    WHERE node = ? AND typeName = ? AND capturedAt = ?
                    """
            ).execute(arguments: [
                max(open, min(lastSeenAt ?? open, time)), time, item.node, item.typeName, open,
            ])
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO inventory_history (node, typeName, capturedAt, content)
                VALUES (?, ?, ?, ?)
                """
        ).execute(arguments: [item.node, item.typeName, time, content])
    }

    /// The row of a content, made when no node reported it before.
    private func number(of content: InventoryContent) throws -> Int {
        let known = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT number FROM inventory_content WHERE digest = ?"),
            arguments: [content.digest.data]
        )
        if let known { return known }
        let select = try database.cachedStatement(
            sql: "SELECT number FROM inventory_entry WHERE digest = ?"
        )
        var numbers: [Int] = []
        numbers.reserveCapacity(content.entries.count)
        for entry in content.entries {
            if let number = try Int.fetchOne(select, arguments: [entry.digest.data]) {
                numbers.append(number)
                continue
            }
            try database.cachedStatement(
                sql: """
                    INSERT INTO inventory_entry (digest, typeName, name, attributes)
                    VALUES (?, ?, ?, ?)
                    """
            ).execute(arguments: [
                entry.digest.data, content.typeName, entry.name, Data(entry.attributes),
            ])
            numbers.append(Int(database.lastInsertedRowID))
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO inventory_content (digest, typeName, entryCount, entries)
                VALUES (?, ?, ?, ?)
                """
        ).execute(arguments: [
            content.digest.data, content.typeName, numbers.count, Data(RowNumbers.encode(numbers)),
        ])
        return Int(database.lastInsertedRowID)
    }
}
