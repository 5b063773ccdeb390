// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// When a node last reported an inventory type, and the hash of what it reported.
package struct InventoryItemRecord: Hashable, Sendable {
    package var node: Int
    package var typeName: String
    package var schemaVersion: String
    package var capturedAt: Timestamp
    package var contentHash: String

    package init(
        node: Int,
        typeName: String,
        schemaVersion: String,
        capturedAt: Timestamp,
        contentHash: String
    ) {
        self.node = node
        self.typeName = typeName
        self.schemaVersion = schemaVersion
        self.capturedAt = capturedAt
        self.contentHash = contentHash
    }
}

/// What the matching entries of one node are.
package struct InventoryMatchRecord: Hashable, Sendable {
    package var node: Int
    package var capturedAt: Timestamp
    /// How many entries match.
    package var count: Int
    /// Some of them, at most as many as were asked for.
    package var evidence: [[String: String]]

    package init(
        node: Int,
        capturedAt: Timestamp,
        count: Int,
        evidence: [[String: String]]
    ) {
        self.node = node
        self.capturedAt = capturedAt
        self.count = count
        self.evidence = evidence
    }
}

/// The content that a node had of a type for a time.
package struct InventoryHistoryRecord: Hashable, Sendable {
    package var typeName: String
    /// When the node was first seen with it.
    package var capturedAt: Timestamp
    /// When it was last seen with it; `nil` for what it has now.
    package var lastSeenAt: Timestamp?
    var content: Int
}

/// How a type is reported over the fleet.
package struct InventoryTypeRecord: Hashable, Sendable {
    package var typeName: String
    package var nodeCount: Int
    package var entryCount: Int
    package var oldestCapturedAt: Timestamp
    package var newestCapturedAt: Timestamp
}

/// A resource group.
package struct GroupRecord: Hashable, Sendable {
    package var name: String
    package var description: String?
    package var query: TagQuery

    package init(name: String, description: String? = nil, query: TagQuery) {
        self.name = name
        self.description = description
        self.query = query
    }
}
