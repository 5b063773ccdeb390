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
