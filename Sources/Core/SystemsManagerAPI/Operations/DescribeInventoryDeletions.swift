// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists the deletions of custom types of inventory, the newest first, or describes one.
///
/// *Errors*: `InvalidDeletionIdException`, `InvalidNextToken`.
/// *Source*: `ssm:DescribeInventoryDeletions`.
package struct DescribeInventoryDeletions: Operation {
    package typealias Response = DescribeInventoryDeletionsResponse

    package var deletionId: String?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        deletionId: String? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.deletionId = deletionId
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `DescribeInventoryDeletions`.
package struct DescribeInventoryDeletionsResponse: Codable, Hashable, Sendable {
    package var inventoryDeletions: [InventoryDeletionStatusItem]
    package var nextToken: String?

    package init(
        inventoryDeletions: [InventoryDeletionStatusItem],
        nextToken: String? = nil
    ) {
        self.inventoryDeletions = inventoryDeletions
        self.nextToken = nextToken
    }
}

/// How far a deletion is.
package enum InventoryDeletionStatus: String, Codable, Hashable, Sendable {
    case inProgress = "InProgress"
    case complete = "Complete"
}

/// One deletion of a type.
package struct InventoryDeletionStatusItem: Codable, Hashable, Sendable {
    package var deletionId: String
    package var typeName: String
    package var deletionStartTime: Timestamp
    package var lastStatus: InventoryDeletionStatus
    package var lastStatusMessage: String?
    package var deletionSummary: InventoryDeletionSummary
    package var lastStatusUpdateTime: Timestamp

    package init(
        deletionId: String,
        typeName: String,
        deletionStartTime: Timestamp,
        lastStatus: InventoryDeletionStatus,
        lastStatusMessage: String? = nil,
        deletionSummary: InventoryDeletionSummary,
        lastStatusUpdateTime: Timestamp
    ) {
        self.deletionId = deletionId
        self.typeName = typeName
        self.deletionStartTime = deletionStartTime
        self.lastStatus = lastStatus
        self.lastStatusMessage = lastStatusMessage
        self.deletionSummary = deletionSummary
        self.lastStatusUpdateTime = lastStatusUpdateTime
    }
}
