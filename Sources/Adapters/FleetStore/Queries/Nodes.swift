// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

extension NodeRecord {
    init(row: Row) {
        self.init(
            number: row.integer("number"),
            id: NodeID(row.text("id")),
            name: row.text("name"),
            computerName: row.text("computerName"),
            pingStatus: ObservedNode.PingStatus(rawValue: row.text("pingStatus")) ?? .inactive,
            lastPingAt: row.optionalTimestamp("lastPingAt"),
            agentVersion: row.text("agentVersion"),
            platformType: row.text("platformType"),
            platformName: row.text("platformName"),
            platformVersion: row.text("platformVersion"),
            ipAddress: row.text("ipAddress"),
            registeredAt: row.timestamp("registeredAt"),
            deregisteredAt: row.optionalTimestamp("deregisteredAt")
        )
    }
}

extension StoreReader {
    /// Lists registered nodes, sorted by name.
    package func nodes() throws -> [NodeRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM node WHERE deregisteredAt IS NULL ORDER BY name"
        ).map(NodeRecord.init)
    }

    /// Lists what tells registered nodes apart, sorted by id.
    package func nodeKeys() throws -> [NodeKey] {
        var keys: [NodeKey] = []
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT number, id FROM node WHERE deregisteredAt IS NULL ORDER BY id"
        )
        while let row = try cursor.next() {
            keys.append(NodeKey(number: row[0], id: NodeID(row[1] as String)))
        }
        return keys
    }

    /// Finds a node by its id, whether registered or not any more.
    package func node(_ id: NodeID) throws -> NodeRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM node WHERE id = ?",
            arguments: [id.rawValue]
        ).map(NodeRecord.init)
    }

    /// Finds a registered node by its name.
    package func node(named name: String) throws -> NodeRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM node WHERE name = ? AND deregisteredAt IS NULL",
            arguments: [name]
        ).map(NodeRecord.init)
    }

    /// Maps numbers of all nodes ever registered to their ids.
    package func nodeIDs() throws -> [Int: NodeID] {
        var result: [Int: NodeID] = [:]
        let cursor = try Row.fetchCursor(database, sql: "SELECT number, id FROM node")
        while let row = try cursor.next() { result[row[0]] = NodeID(row[1] as String) }
        return result
    }
}

extension StoreWriter {
    /// Adds a node and returns its number.
    package func insert(_ node: NodeRecord) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO node (id, name, computerName, pingStatus, lastPingAt, agentVersion,
                    platformType, platformName, platformVersion, ipAddress, registeredAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                node.id.rawValue, node.name, node.computerName, node.pingStatus.rawValue,
                node.lastPingAt?.milliseconds, node.agentVersion, node.platformType,
                node.platformName, node.platformVersion, node.ipAddress,
                node.registeredAt.milliseconds,
            ]
        )
        return Int(database.lastInsertedRowID)
    }

    /// Rewrites what a node reports about itself, and its name.
    package func update(_ node: NodeRecord) throws {
        try database.execute(
            sql: """
                UPDATE node SET name = ?, computerName = ?, pingStatus = ?, lastPingAt = ?,
                    agentVersion = ?, platformType = ?, platformName = ?, platformVersion = ?,
                    ipAddress = ?
                WHERE number = ?
                """,
            arguments: [
                node.name, node.computerName, node.pingStatus.rawValue,
                node.lastPingAt?.milliseconds, node.agentVersion, node.platformType,
                node.platformName, node.platformVersion, node.ipAddress, node.number,
            ]
        )
    }

    /// Forgets a node but for what history needs: inventory, tags and target states go.
    package func deregisterNode(_ number: Int, at now: Timestamp) throws {
        try database.execute(
            sql: """
                UPDATE node SET deregisteredAt = ? WHERE number = ?;
                DELETE FROM node_tag WHERE owner = ?;
                DELETE FROM compliance_report WHERE node = ?;
                """,
            arguments: [now.milliseconds, number, number, number]
        )
        try endInventory(ofNode: number, at: now)
        try removeTargetStates(ofNode: number)
    }
}
