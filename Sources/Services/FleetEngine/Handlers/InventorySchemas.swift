// SPDX-License-Identifier: Apache-2.0
import FleetStore
import InventoryQueries
import SystemsManagerAPI

// Types of inventory. *Source*: GetInventorySchema and DeleteInventory of the SSM API.

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
        let items = try await engine.store.read { store in
            try store.inventoryItems(typeName: request.typeName).values.map(\.schemaVersion)
        }
        if !isDryRun {
            try await engine.store.write { store in
                try store.deleteInventory(typeName: request.typeName)
                try store.setInventoryType(
                    request.typeName,
                    disabledAt: request.schemaDeleteOption == .disableSchema ? now : nil
                )
            }
        }
        let remaining = isDryRun ? 1 : 0
        let versions = Dictionary(grouping: items) { $0 }.mapValues(\.count)
        return DeleteInventoryResponse(
            deletionId: isDryRun ? nil : engine.configuration.makeUUID(),
            typeName: typeName,
            deletionSummary: InventoryDeletionSummary(
                totalCount: items.count,
                remainingCount: items.count * remaining,
                summaryItems: versions.sorted { $0.key < $1.key }.map { version, count in
                    InventoryDeletionSummaryItem(
                        version: version,
                        count: count,
                        remainingCount: count * remaining
                    )
                }
            )
        )
    }
}
