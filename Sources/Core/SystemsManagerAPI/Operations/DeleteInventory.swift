// SPDX-License-Identifier: Apache-2.0

/// Deletes a custom type of all nodes with its history, and may refuse it from then on.
///
/// *Shape*: with `dryRun` nothing is deleted, and the answer says what would be.
/// *Errors*: `InvalidTypeNameException`. *Source*: `ssm:DeleteInventory`.
package struct DeleteInventory: Operation {
    package typealias Response = DeleteInventoryResponse

    package var typeName: String
    package var schemaDeleteOption: InventorySchemaDeleteOption?
    package var dryRun: Bool?
    package var clientToken: String?

    package init(
        typeName: String,
        schemaDeleteOption: InventorySchemaDeleteOption? = nil,
        dryRun: Bool? = nil,
        clientToken: String? = nil
    ) {
        self.typeName = typeName
        self.schemaDeleteOption = schemaDeleteOption
        self.dryRun = dryRun
        self.clientToken = clientToken
    }
}

/// The answer to `DeleteInventory`.
package struct DeleteInventoryResponse: Codable, Hashable, Sendable {
    package var deletionId: String?
    package var typeName: String
    package var deletionSummary: InventoryDeletionSummary

    package init(
        deletionId: String? = nil,
        typeName: String,
        deletionSummary: InventoryDeletionSummary
    ) {
        self.deletionId = deletionId
        self.typeName = typeName
        self.deletionSummary = deletionSummary
    }
}

/// What becomes of a type whose data is deleted.
package enum InventorySchemaDeleteOption: String, Codable, Hashable, Sendable, CaseIterable {
    /// The type is not taken any more: reports of it are ignored.
    case disableSchema = "DisableSchema"
    /// The type is as if it had never been reported.
    case deleteSchema = "DeleteSchema"
}

/// How much is deleted, in items: one type of one node.
package struct InventoryDeletionSummary: Codable, Hashable, Sendable {
    package var totalCount: Int
    package var remainingCount: Int
    package var summaryItems: [InventoryDeletionSummaryItem]

    package init(
        totalCount: Int,
        remainingCount: Int,
        summaryItems: [InventoryDeletionSummaryItem]
    ) {
        self.totalCount = totalCount
        self.remainingCount = remainingCount
        self.summaryItems = summaryItems
    }
}

/// The same for one version of the type.
package struct InventoryDeletionSummaryItem: Codable, Hashable, Sendable {
    package var version: String
    package var count: Int
    package var remainingCount: Int

    package init(
        version: String,
        count: Int,
        remainingCount: Int
    ) {
        self.version = version
        self.count = count
        self.remainingCount = remainingCount
    }
}
