// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists the types that nodes report, with how many do and how old their reports are.
///
/// Aplomb's addition. *Errors*: `InvalidInstanceId`.
package struct ListInventoryTypes: Operation {
    package typealias Response = ListInventoryTypesResponse

    package var instanceId: NodeID?

    package init(
        instanceId: NodeID? = nil
    ) {
        self.instanceId = instanceId
    }
}

/// The answer to `ListInventoryTypes`.
package struct ListInventoryTypesResponse: Codable, Hashable, Sendable {
    /// Sorted by name.
    package var types: [ReportedInventoryType]

    package init(
        types: [ReportedInventoryType]
    ) {
        self.types = types
    }
}

/// A type that nodes report.
package struct ReportedInventoryType: Codable, Hashable, Sendable {
    package var typeName: String
    package var nodeCount: Int
    package var entryCount: Int
    package var oldestCaptureTime: Timestamp
    package var newestCaptureTime: Timestamp

    package init(
        typeName: String,
        nodeCount: Int,
        entryCount: Int,
        oldestCaptureTime: Timestamp,
        newestCaptureTime: Timestamp
    ) {
        self.typeName = typeName
        self.nodeCount = nodeCount
        self.entryCount = entryCount
        self.oldestCaptureTime = oldestCaptureTime
        self.newestCaptureTime = newestCaptureTime
    }
}
