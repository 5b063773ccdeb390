// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Says what differs between a node at two times, or between two nodes.
///
/// Aplomb's addition; history is kept for 30 days.
/// *Errors*: `InvalidInstanceId`; `ValidationException` when the first time is after the second.
package struct CompareInventory: Operation {
    package typealias Response = CompareInventoryResponse

    package var from: InventoryPoint
    package var to: InventoryPoint
    package var typeNames: [String]?

    package init(
        from: InventoryPoint,
        to: InventoryPoint,
        typeNames: [String]? = nil
    ) {
        self.from = from
        self.to = to
        self.typeNames = typeNames
    }
}

/// The answer to `CompareInventory`.
package struct CompareInventoryResponse: Codable, Hashable, Sendable {
    /// The types that differ, sorted by name.
    package var differences: [InventoryTypeDifference]

    package init(
        differences: [InventoryTypeDifference]
    ) {
        self.differences = differences
    }
}

/// A node at a time.
package struct InventoryPoint: Codable, Hashable, Sendable {
    package var instanceId: NodeID
    /// `nil` is now.
    package var at: Timestamp?

    package init(
        instanceId: NodeID,
        at: Timestamp? = nil
    ) {
        self.instanceId = instanceId
        self.at = at
    }
}

/// How one type differs.
///
/// *Shape*: a side without a capture time has no report, and then no changes are listed. Where
/// history begins after the first time, its first report is the first side.
package struct InventoryTypeDifference: Codable, Hashable, Sendable {
    package var typeName: String
    package var fromCaptureTime: Timestamp?
    package var toCaptureTime: Timestamp?
    package var changes: [InventoryEntryChange]

    package init(
        typeName: String,
        fromCaptureTime: Timestamp? = nil,
        toCaptureTime: Timestamp? = nil,
        changes: [InventoryEntryChange]
    ) {
        self.typeName = typeName
        self.fromCaptureTime = fromCaptureTime
        self.toCaptureTime = toCaptureTime
        self.changes = changes
    }
}

/// An entry that one side has and the other has not, or not so.
///
/// *Shape*: `from` and `to` are the whole entries; an added one has no `from`, a removed one no `to`.
package struct InventoryEntryChange: Codable, Hashable, Sendable {
    /// The attributes by which entries are told apart.
    package var key: [String: String]
    package var from: [String: String]?
    package var to: [String: String]?
    /// When the node was last seen before the change; `nil` between two nodes.
    package var lastSeenTime: Timestamp?
    /// When the change was first seen; `nil` between two nodes.
    package var captureTime: Timestamp?

    package init(
        key: [String: String],
        from: [String: String]? = nil,
        to: [String: String]? = nil,
        lastSeenTime: Timestamp? = nil,
        captureTime: Timestamp? = nil
    ) {
        self.key = key
        self.from = from
        self.to = to
        self.lastSeenTime = lastSeenTime
        self.captureTime = captureTime
    }
}

extension InventoryEntryChange {
    package enum Kind: String, Codable, Sendable { case added, removed, changed }

    package var kind: Kind { from == nil ? .added : to == nil ? .removed : .changed }
}
