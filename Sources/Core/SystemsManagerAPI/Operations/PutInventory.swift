// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Replaces inventory types of a node; a type without content keeps what is stored under the same hash.
///
/// *Errors*: `ItemContentMismatchException`, `InvalidInstanceId`, `InvalidTypeNameException`,
/// `InvalidItemContentException`, `ItemSizeLimitExceededException`. *Source*: `ssm:PutInventory`.
package struct PutInventory: Operation {
    package typealias Response = PutInventoryResponse

    package var instanceId: NodeID
    package var items: [InventoryItem]

    package init(instanceId: NodeID, items: [InventoryItem]) {
        self.instanceId = instanceId
        self.items = items
    }
}

/// The answer to `PutInventory`.
package struct PutInventoryResponse: Codable, Hashable, Sendable {
    package var message: String

    package init(message: String) {
        self.message = message
    }
}

/// One inventory type of a node.
///
/// *Source*: `InventoryItem`.
package struct InventoryItem: Codable, Hashable, Sendable {
    package var typeName: String
    package var schemaVersion: String
    package var captureTime: Timestamp
    package var contentHash: String?
    package var content: [[String: String]]?

    package init(
        typeName: String,
        schemaVersion: String,
        captureTime: Timestamp,
        contentHash: String? = nil,
        content: [[String: String]]? = nil
    ) {
        self.typeName = typeName
        self.schemaVersion = schemaVersion
        self.captureTime = captureTime
        self.contentHash = contentHash
        self.content = content
    }
}
