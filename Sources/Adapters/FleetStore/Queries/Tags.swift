// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

/// What carries tags, with the key of its row.
package enum TagOwner: Hashable, Sendable {
    case node(Int)
    case document(String)
    case group(String)
    case association(Int)

    fileprivate var table: String {
        switch self {
        case .node: "node_tag"
        case .document: "document_tag"
        case .group: "resource_group_tag"
        case .association: "association_tag"
        }
    }

    fileprivate var key: DatabaseValue {
        switch self {
        case .node(let number), .association(let number): number.databaseValue
        case .document(let name), .group(let name): name.databaseValue
        }
    }
}

extension StoreReader {
    /// Reads the tags of one resource.
    package func tags(of owner: TagOwner) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT key, value FROM \(owner.table) WHERE owner = ?",
            arguments: [owner.key]
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
    }

    /// Reads the tags of all nodes, by number.
    package func nodeTags() throws -> [Int: [String: String]] { try allTags("node_tag") }

    /// Reads the tags of all documents, by name.
    package func documentTags() throws -> [String: [String: String]] {
        try allTags("document_tag")
    }

    /// Reads the tags of all groups, by name.
    package func groupTags() throws -> [String: [String: String]] {
        try allTags("resource_group_tag")
    }

    /// Reads the tags of all associations, by number.
    package func associationTags() throws -> [Int: [String: String]] {
        try allTags("association_tag")
    }

    private func allTags<Key: Hashable & DatabaseValueConvertible>(
        _ table: String
    ) throws -> [Key: [String: String]] {
        var result: [Key: [String: String]] = [:]
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT owner, key, value FROM \(table)"
        )
        while let row = try cursor.next() {
            result[row[0] as Key, default: [:]][row[1] as String] = row[2] as String
        }
        return result
    }
}

extension StoreWriter {
    /// Sets tags, replacing those of the same keys.
    package func setTags(_ tags: [String: String], of owner: TagOwner) throws {
        for (key, value) in tags {
            try database.execute(
                sql: """
                    INSERT INTO \(owner.table) (owner, key, value) VALUES (?, ?, ?)
                    ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value
                    """,
                arguments: [owner.key, key, value]
            )
        }
    }

    /// Removes tags by their keys.
    package func removeTags(_ keys: [String], of owner: TagOwner) throws {
        for key in keys {
            try database.execute(
                sql: "DELETE FROM \(owner.table) WHERE owner = ? AND key = ?",
                arguments: [owner.key, key]
            )
        }
    }
}
