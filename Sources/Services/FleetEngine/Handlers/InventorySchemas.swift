// SPDX-License-Identifier: Apache-2.0
import FleetStore
import InventoryQueries
import SystemsManagerAPI

// Types of inventory. *Source*: GetInventorySchema, DeleteInventory and
// DescribeInventoryDeletions of the SSM API.

extension GetInventorySchema: EngineOperation {
    /// *Source*: what the service answers with `Aggregator` set.
    private static let aggregatable: [String: [String]] = [
        "AWS:Application": ["Name", "Version"],
        "AWS:InstanceInformation": ["PlatformName", "PlatformType", "PlatformVersion"],
        "AWS:ResourceGroup": ["Name"],
        "AWS:Service": ["Name", "DisplayName", "ServiceType", "Status", "StartType"],
    ]

    func handle(in engine: EmbeddedEngine) async throws -> GetInventorySchemaResponse {
        let wanted = typeName.flatMap { $0.isEmpty ? nil : $0 }
        if let wanted { try checkTypeName(wanted) }
        let isAggregator = aggregator ?? false
        let schemas = try await engine.store.read { store in
            try Self.schemas(store, wanted: wanted, isAggregator: isAggregator)
        }
        let page = try Page(
            schemas,
            maxResults: maxResults,
            nextToken: nextToken,
            key: \.typeName
        )
        return GetInventorySchemaResponse(schemas: page.elements, nextToken: page.nextToken)
    }

    private static func schemas(
        _ store: StoreReader,
        wanted: String?,
        isAggregator: Bool
    ) throws -> [InventoryItemSchema] {
        let reported = try store.inventoryTypes().map(\.typeName)
        let names = Set(InventoryType.all.map(\.name) + reported).filter {
            wanted == nil || $0 == wanted
        }
        return try names.sorted().compactMap { name in
            if isAggregator {
                return aggregatable[name].map { attributes in
                    InventoryItemSchema(
                        typeName: name,
                        version: InventoryType.named(name)?.version ?? "1.0",
                        displayName: name == "AWS:InstanceInformation" ? "Platform" : nil,
                        attributes: attributes.map {
                            InventoryItemAttribute(name: $0, dataType: "STRING")
                        }
                    )
                }
            }
            let known = InventoryType.named(name)
            var attributes = (known?.attributes ?? []).map {
                InventoryItemAttribute(name: $0.name, dataType: $0.dataType.rawValue)
            }
            // Newer agents say more than the table knows.
            for attribute in try store.inventoryAttributes(typeName: name)
            where known?.attribute(attribute) == nil {
                attributes.append(InventoryItemAttribute(name: attribute, dataType: "string"))
            }
            return InventoryItemSchema(
                typeName: name,
                version: known?.version ?? "1.0",
                attributes: attributes
            )
        }
    }
}

extension DeleteInventory: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> DeleteInventoryResponse {
        try checkTypeName(typeName)
        guard typeName.hasPrefix("Custom:") else {
            throw SystemsManagerError(
                .invalidTypeName,
                "\(typeName) is a type of the service; only custom ones can be deleted"
            )
        }
        let (request, now) = (self, engine.configuration.now())
        let isDryRun = dryRun ?? false
        guard !isDryRun else {
            return DeleteInventoryResponse(
                typeName: typeName,
                deletionSummary: InventoryDeletionSummary(
                    try await engine.store.read { try $0.itemCounts(request.typeName) },
                    isDone: false
                )
            )
        }
        let id = engine.configuration.makeUUID()
        let deleted = try await engine.store.write { store in
            let deletion = InventoryDeletionRecord(
                id: id,
                typeName: request.typeName,
                deletedAt: now,
                counts: try store.reader.itemCounts(request.typeName)
            )
            try store.deleteInventory(typeName: request.typeName)
            try store.setInventoryType(
                request.typeName,
                disabledAt: request.schemaDeleteOption == .disableSchema ? now : nil
            )
            try store.insert(deletion)
            return deletion
        }
        return DeleteInventoryResponse(
            deletionId: id,
            typeName: typeName,
            deletionSummary: InventoryDeletionSummary(deleted.counts, isDone: true)
        )
    }
}

extension StoreReader {
    /// How many nodes have reported a type, by its version.
    fileprivate func itemCounts(_ typeName: String) throws -> [String: Int] {
        let items = try inventoryItems(typeName: typeName).values
        return Dictionary(grouping: items, by: \.schemaVersion).mapValues(\.count)
    }
}

extension DescribeInventoryDeletions: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> DescribeInventoryDeletionsResponse {
        try checkPageSize(maxResults)
        let start = try rowNumber(ofToken: nextToken)
        let all = try await engine.store.read { try $0.inventoryDeletions() }
        var found = all
        if let deletionId {
            found = all.filter { $0.id == deletionId }
            guard !found.isEmpty else {
                throw SystemsManagerError(
                    .invalidDeletionId,
                    "no deletion \(deletionId) is known"
                )
            }
        }
        if let start { found = found.filter { $0.number < start } }
        let page = found.prefix(maxResults ?? found.count)
        return DescribeInventoryDeletionsResponse(
            inventoryDeletions: page.map(InventoryDeletionStatusItem.init),
            nextToken: page.count < found.count ? page.last.map { "\($0.number)" } : nil
        )
    }
}

extension InventoryDeletionStatusItem {
    fileprivate init(_ record: InventoryDeletionRecord) {
        self.init(
            deletionId: record.id,
            typeName: record.typeName,
            deletionStartTime: record.deletedAt,
            lastStatus: .complete,
            deletionSummary: InventoryDeletionSummary(record.counts, isDone: true),
            lastStatusUpdateTime: record.deletedAt
        )
    }
}

extension InventoryDeletionSummary {
    /// Sums up items by the version of their type.
    fileprivate init(_ counts: [String: Int], isDone: Bool) {
        let total = counts.values.reduce(0, +)
        self.init(
            totalCount: total,
            remainingCount: isDone ? 0 : total,
            summaryItems: counts.sorted { $0.key < $1.key }.map { version, count in
                InventoryDeletionSummaryItem(
                    version: version,
                    count: count,
                    remainingCount: isDone ? 0 : count
                )
            }
        )
    }
}
