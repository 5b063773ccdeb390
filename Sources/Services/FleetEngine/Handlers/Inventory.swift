// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FleetStore
package import SystemsManagerAPI

// Inventory. *Source*: PutInventory and ListInventoryEntries of the SSM API.

extension PutInventory: EngineOperation {
    private static let itemsMax = 30
    private static let entriesMax = 10_000
    private static let attributesMax = 50
    private static let keyCharactersMax = 64
    private static let valueCharactersMax = 4096

    func handle(in engine: EmbeddedEngine) async throws -> PutInventoryResponse {
        let request = self
        guard (1...Self.itemsMax).contains(items.count) else {
            throw SystemsManagerError(.validation, "a report has between 1 and 30 types")
        }
        var contents: [String: InventoryContent] = [:]
        var typeNames: Set<String> = []
        for item in items {
            try Self.validate(item)
            guard typeNames.insert(item.typeName).inserted else {
                throw SystemsManagerError(
                    .invalidItemContent,
                    "\(item.typeName) is twice in one report"
                )
            }
            contents[item.typeName] = item.content.map {
                InventoryContent(typeName: item.typeName, entries: $0)
            }
        }
        let prepared = contents
        try await engine.store.write { store in
            let node = try store.reader.registeredNode(request.instanceId)
            let known = try store.reader.inventoryHashes(node: node.number)
            let disabled = try store.reader.disabledInventoryTypes()
            for item in request.items where !disabled.contains(item.typeName) {
                try store.put(item, prepared[item.typeName], node: node.number, known: known)
                guard item.typeName == "AWS:InstanceInformation", let entry = item.content?.first
                else { continue }
                try store.note(entry, of: node)
            }
        }
        return PutInventoryResponse(message: "")
    }

    /// *Errors*: `InvalidTypeNameException`, `ItemSizeLimitExceededException`,
    /// `InvalidItemContentException`.
    private static func validate(_ item: InventoryItem) throws {
        try checkTypeName(item.typeName)
        guard item.content?.count ?? 0 <= entriesMax else {
            throw SystemsManagerError(
                .itemSizeLimitExceeded,
                "\(item.typeName) has more than \(entriesMax) entries"
            )
        }
        for entry in item.content ?? [] {
            let isValid =
                entry.count <= attributesMax
                && entry.allSatisfy { key, value in
                    !key.isEmpty && key.utf8.count <= keyCharactersMax
                        // Counting characters is slow, and bytes are no fewer.
                        && (value.utf8.count <= valueCharactersMax
                            || value.count <= valueCharactersMax)
                }
            guard isValid else {
                throw SystemsManagerError(
                    .invalidItemContent,
                    "an entry of \(item.typeName) has more than 50 attributes, or one that is too long"
                )
            }
        }
    }
}

extension ListInventoryEntries: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListInventoryEntriesResponse {
        try checkPageSize(maxResults)
        try checkTypeName(typeName)
        let selections = try (filters ?? []).selections(ownType: typeName)
        let (request, start) = (self, try rowNumber(ofToken: nextToken) ?? 0)
        let now = engine.configuration.now()
        return try await engine.store.read { store in
            let node = try store.registeredNode(request.instanceId).key
            let source = InventorySource(reader: store, now: now)
            let item = try source.item(request.typeName, of: node)
            let all = try source.entries(request.typeName, of: node).filter { entry in
                selections.allSatisfy { $0.selects?(entry) ?? true }
            }
            let rest = all.dropFirst(start)
            let page = request.maxResults.map { rest.prefix($0) } ?? rest
            let end = start + page.count
            return ListInventoryEntriesResponse(
                typeName: request.typeName,
                instanceId: request.instanceId,
                schemaVersion: item?.schemaVersion ?? "",
                captureTime: item?.capturedAt ?? Timestamp(seconds: 0),
                entries: Array(page),
                nextToken: end < all.count ? String(end) : nil
            )
        }
    }
}

extension RefreshInventory: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> RefreshInventoryResponse {
        let failures = await engine.refreshInventory(
            nodes: instanceIds,
            types: Set(typeNames ?? [])
        )
        return RefreshInventoryResponse(
            failures: Dictionary(
                failures.map { ($0.key.rawValue, $0.value.description) },
                uniquingKeysWith: { first, _ in first }
            )
        )
    }
}

extension EmbeddedEngine {
    /// Asks nodes for their inventory and stores what changed; those that cannot be asked are
    /// named with the reason.
    ///
    /// *Shape*: at most `concurrencyMax` nodes at once; `types` come beside those that every collection
    /// brings.
    package func refreshInventory(
        nodes: [NodeID],
        types: Set<String> = [],
        concurrencyMax: Int = 8
    ) async -> [NodeID: SystemsManagerError] {
        var failures: [NodeID: SystemsManagerError] = [:]
        await withTaskGroup(of: (NodeID, SystemsManagerError?).self) { group in
            var rest = nodes[...]
            for node in rest.prefix(max(1, concurrencyMax)) {
                group.addTask { (node, await self.refreshFailure(node, types)) }
            }
            rest = rest.dropFirst(max(1, concurrencyMax))
            while let (node, failure) = await group.next() {
                failures[node] = failure
                if let next = rest.popFirst() {
                    group.addTask { (next, await self.refreshFailure(next, types)) }
                }
            }
        }
        return failures
    }

    private func refreshFailure(
        _ node: NodeID,
        _ types: Set<String>
    ) async -> SystemsManagerError? {
        do {
            try await refresh(node, types)
            return nil
        } catch {
            return SystemsManagerError(engineError: error, operation: "PutInventory")
        }
    }

    private func refresh(_ id: NodeID, _ types: Set<String>) async throws {
        guard let link = try await directory.link(id) else {
            throw SystemsManagerError(.invalidInstanceId, "node \(id) cannot be reached")
        }
        let known = try await store.read { store in
            guard let node = try store.node(id) else { throw unknownNode(id) }
            return try store.inventoryHashes(node: node.number)
        }
        let reports = try await link.collectInventory(types: types, knownHashes: known)
        guard !reports.isEmpty else { return }
        _ = try await perform(
            PutInventory(
                instanceId: id,
                items: reports.map { report in
                    InventoryItem(
                        typeName: report.typeName,
                        schemaVersion: report.schemaVersion,
                        captureTime: report.capturedAt,
                        contentHash: report.contentHash,
                        content: report.content
                    )
                }
            )
        )
    }
}

extension StoreReader {
    fileprivate func inventoryHashes(node: Int) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try inventoryItems(node: node).map {
                ($0.typeName, $0.contentHash)
            }
        )
    }
}

extension StoreWriter {
    /// *Source*: an item without content says that the content of this hash is still true; the
    /// hash is opaque.
    fileprivate func put(
        _ item: InventoryItem,
        _ prepared: InventoryContent?,
        node: Int,
        known: [String: String]
    ) throws {
        let hash = item.contentHash ?? ""
        var content = prepared
        if content == nil {
            guard !hash.isEmpty, known[item.typeName] == hash else {
                throw SystemsManagerError(
                    "ItemContentMismatchException",
                    "the content of \(item.typeName) with this hash is not known"
                )
            }
        } else if !hash.isEmpty, known[item.typeName] == hash {
            content = nil
        }
        try put(
            InventoryItemRecord(
                node: node,
                typeName: item.typeName,
                schemaVersion: item.schemaVersion,
                capturedAt: item.captureTime,
                contentHash: hash
            ),
            content: content
        )
    }
}
