// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists one inventory type of one node.
///
/// *Shape*: sorted by what tells entries apart; keys of filters may leave out the type.
/// *Errors*: `InvalidInstanceId`, `InvalidTypeNameException`, `InvalidFilter`, `InvalidNextToken`.
/// *Source*: `ssm:ListInventoryEntries`.
package struct ListInventoryEntries: Operation {
    package typealias Response = ListInventoryEntriesResponse

    package var instanceId: NodeID
    package var typeName: String
    package var filters: [InventoryFilter]?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        instanceId: NodeID,
        typeName: String,
        filters: [InventoryFilter]? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.instanceId = instanceId
        self.typeName = typeName
        self.filters = filters
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListInventoryEntries`.
package struct ListInventoryEntriesResponse: Codable, Hashable, Sendable {
    package var typeName: String
    package var instanceId: NodeID
    package var schemaVersion: String
    package var captureTime: Timestamp
    package var entries: [[String: String]]
    package var nextToken: String?

    package init(
        typeName: String,
        instanceId: NodeID,
        schemaVersion: String,
        captureTime: Timestamp,
        entries: [[String: String]],
        nextToken: String? = nil
    ) {
        self.typeName = typeName
        self.instanceId = instanceId
        self.schemaVersion = schemaVersion
        self.captureTime = captureTime
        self.entries = entries
        self.nextToken = nextToken
    }
}
