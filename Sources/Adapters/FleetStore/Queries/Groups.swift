// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

extension GroupRecord {
    init(row: Row) throws {
        self.init(
            name: row.text("name"),
            description: row["description"],
            query: try row.json("query", as: TagQuery.self)
        )
    }
}

extension StoreReader {
    /// Lists groups, sorted by name.
    package func groups() throws -> [GroupRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM resource_group ORDER BY name")
            .map(GroupRecord.init)
    }

    /// Finds a group by its name.
    package func group(_ name: String) throws -> GroupRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM resource_group WHERE name = ?",
            arguments: [name]
        ).map(GroupRecord.init)
    }
}

extension StoreWriter {
    /// Adds a group.
    package func insert(_ group: GroupRecord) throws {
        try database.execute(
            sql: "INSERT INTO resource_group (name, description, query) VALUES (?, ?, ?)",
            arguments: [group.name, group.description, try jsonText(group.query)]
        )
    }

    /// Rewrites description and query of a group.
    package func update(_ group: GroupRecord) throws {
        try database.execute(
            sql: "UPDATE resource_group SET description = ?, query = ? WHERE name = ?",
            arguments: [group.description, try jsonText(group.query), group.name]
        )
    }

    /// Deletes a group with its tags, not its members.
    package func deleteGroup(_ name: String) throws {
        try database.execute(sql: "DELETE FROM resource_group WHERE name = ?", arguments: [name])
    }
}
