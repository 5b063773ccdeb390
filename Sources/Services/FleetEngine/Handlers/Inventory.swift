// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FleetStore
package import SystemsManagerAPI

// Inventory. *Source*: PutInventory and ListInventoryEntries of the SSM API.

extension PutInventory: EngineOperation {
    private static let itemsMax = 30
    private static let entriesMax = 10_000

    func handle(in engine: EmbeddedEngine) async throws -> PutInventoryResponse {
        let request = self
        guard (1...Self.itemsMax).contains(items.count) else {
            throw SystemsManagerError(.validation, "a report has between 1 and 30 types")
        }
        for item in items {
            guard item.typeName.hasPrefix("AWS:") || item.typeName.hasPrefix("Custom:") else {
                throw SystemsManagerError(
                    "InvalidTypeNameException",
                    "'\(item.typeName)' is not the name of an inventory type"
                )
            }
            guard item.content?.count ?? 0 <= Self.entriesMax else {
                throw SystemsManagerError(
                    "ItemSizeLimitExceededException",
                    "\(item.typeName) has more than \(Self.entriesMax) entries"
                )
            }
        }
        try await engine.store.write { store in
            guard let node = try store.reader.node(request.instanceId),
                node.deregisteredAt == nil
            else { throw unknownNode(request.instanceId) }
            let known = try store.reader.inventoryHashes(node: node.number)
            for item in request.items {
                try store.put(item, node: node.number, known: known)
                guard item.typeName == "AWS:InstanceInformation", let entry = item.content?.first
                else { continue }
                try store.note(entry, of: node)
            }
        }
        return PutInventoryResponse(message: "")
    }
}

extension ListInventoryEntries: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListInventoryEntriesResponse {
        try checkPageSize(maxResults)
        let (request, start) = (self, try rowNumber(ofToken: nextToken) ?? 0)
        return try await engine.store.read { store in
            guard let node = try store.node(request.instanceId), node.deregisteredAt == nil else {
                throw unknownNode(request.instanceId)
            }
            let item = try store.inventoryItems(node: node.number)
                .first { $0.typeName == request.typeName }
            let all = try store.inventoryContent(
                node: node.number,
                typeName: request.typeName
            )
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

extension EmbeddedEngine {
    /// Asks nodes for their inventory and stores what changed; those that cannot be asked are
    /// named with the reason.
    ///
    /// *Shape*: at most `concurrencyMax` nodes at once.
    package func refreshInventory(
        nodes: [NodeID],
        concurrencyMax: Int = 8
    ) async -> [NodeID: SystemsManagerError] {
        var failures: [NodeID: SystemsManagerError] = [:]
        await withTaskGroup(of: (NodeID, SystemsManagerError?).self) { group in
            var rest = nodes[...]
            for node in rest.prefix(max(1, concurrencyMax)) {
                group.addTask { (node, await self.refreshFailure(node)) }
            }
            rest = rest.dropFirst(max(1, concurrencyMax))
            while let (node, failure) = await group.next() {
                failures[node] = failure
                if let next = rest.popFirst() {
                    group.addTask { (next, await self.refreshFailure(next)) }
                }
            }
        }
        return failures
    }

    private func refreshFailure(_ node: NodeID) async -> SystemsManagerError? {
        do {
            try await refresh(node)
            return nil
        } catch {
            return SystemsManagerError(engineError: error, operation: "PutInventory")
        }
    }

    private func refresh(_ id: NodeID) async throws {
        guard let link = try await directory.link(id) else {
            throw SystemsManagerError(.invalidInstanceId, "node \(id) cannot be reached")
        }
        let known = try await store.read { store in
            guard let node = try store.node(id) else { throw unknownNode(id) }
            return try store.inventoryHashes(node: node.number)
        }
        let reports = try await link.collectInventory(knownHashes: known)
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
        node: Int,
        known: [String: String]
    ) throws {
        let hash = item.contentHash ?? ""
        var content = item.content
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
