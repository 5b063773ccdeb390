// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import InventoryQueries
import SystemsManagerAPI

// Asking what nodes report. *Source*: GetInventory of the SSM API, with its error codes.

extension GetInventory: EngineOperation {
    private static let pageSize = 50
    private static let defaultType = "AWS:InstanceInformation"

    func handle(in engine: EmbeddedEngine) async throws -> GetInventoryResponse {
        guard resultAttributes?.count ?? 1 == 1 else {
            throw SystemsManagerError(
                .invalidResultAttribute,
                "exactly one type can be asked for at a time"
            )
        }
        let typeName = resultAttributes?.first?.typeName ?? Self.defaultType
        try checkTypeName(typeName)
        let selections = try (filters ?? []).selections()
        let (request, now) = (self, engine.configuration.now())
        return try await engine.store.read { store in
            let source = InventorySource(reader: store, now: now)
            let nodes = try source.nodes(store.nodeKeys(), matching: selections)
            if let aggregators = request.aggregators {
                let counter = InventoryCounter(source: source, nodes: nodes)
                return GetInventoryResponse(entities: [try counter.entity(aggregators)])
            }
            return try request.page(of: nodes, typeName, source)
        }
    }

    private func page(
        of nodes: [NodeKey],
        _ typeName: String,
        _ source: InventorySource
    ) throws -> GetInventoryResponse {
        let page = try Page(
            nodes,
            maxResults: maxResults ?? Self.pageSize,
            nextToken: nextToken,
            key: \.id.rawValue
        )
        let entities = try page.elements.map { node in
            guard let item = try source.item(typeName, of: node) else {
                return InventoryResultEntity(id: node.id, data: [:])
            }
            let result = InventoryResultItem(
                typeName: typeName,
                schemaVersion: item.schemaVersion,
                captureTime: item.capturedAt,
                contentHash: item.contentHash.isEmpty ? nil : item.contentHash,
                content: try source.entries(typeName, of: node)
            )
            return InventoryResultEntity(id: node.id, data: [typeName: result])
        }
        return GetInventoryResponse(entities: entities, nextToken: page.nextToken)
    }
}

extension QueryInventory: EngineOperation {
    private static let evidenceDefault = 3
    private static let evidenceLimit = 50

    func handle(in engine: EmbeddedEngine) async throws -> QueryInventoryResponse {
        let query: InventoryQuery
        do {
            query = try InventoryQuery(parsing: expression)
        } catch {
            let hint = error.hint.map { "; \($0)" } ?? ""
            throw SystemsManagerError(
                .invalidFilter,
                "\(error.message), at byte \(error.range.lowerBound)\(hint)"
            )
        }
        let evidenceMax = min(Self.evidenceLimit, max(0, evidenceMax ?? Self.evidenceDefault))
        let ids = instanceIds
        let now = evaluationTime ?? engine.configuration.now()
        return try await engine.store.read { store in
            let source = InventorySource(reader: store, now: now)
            let nodes =
                try ids.map { try store.nodeKeys($0) } ?? store.nodeKeys()
            let matches = try source.matches(
                InventorySelection(query, at: now),
                nodes: nodes,
                evidenceMax: evidenceMax
            )
            return QueryInventoryResponse(
                typeName: query.typeName,
                matches: nodes.map { node in
                    let match = matches[node.number]
                    return NodeInventoryMatch(
                        instanceId: node.id,
                        captureTime: match?.capturedAt,
                        matchCount: match?.count ?? 0,
                        evidence: sortedEntries(match?.evidence ?? [], typeName: query.typeName)
                    )
                }
            )
        }
    }
}

extension ListInventoryTypes: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListInventoryTypesResponse {
        let id = instanceId
        return try await engine.store.read { store in
            let node = try id.map { try store.registeredNode($0) }
            return ListInventoryTypesResponse(
                types: try store.inventoryTypes(node: node?.number).map { type in
                    ReportedInventoryType(
                        typeName: type.typeName,
                        nodeCount: type.nodeCount,
                        entryCount: type.entryCount,
                        oldestCaptureTime: type.oldestCapturedAt,
                        newestCaptureTime: type.newestCapturedAt
                    )
                }
            )
        }
    }
}

extension StoreReader {
    /// Finds registered nodes by their ids, each once, sorted.
    ///
    /// *Errors*: `InvalidInstanceId`.
    fileprivate func nodeKeys(_ ids: [NodeID]) throws -> [NodeKey] {
        try Set(ids).sorted().map { try registeredNode($0).key }
    }

    /// *Errors*: `InvalidInstanceId`.
    func registeredNode(_ id: NodeID) throws -> NodeRecord {
        guard let node = try node(id), node.deregisteredAt == nil else { throw unknownNode(id) }
        return node
    }
}

/// Refuses what is no name of a type.
///
/// *Errors*: `InvalidTypeNameException`.
func checkTypeName(_ name: String) throws {
    guard InventoryAttributePath.isTypeName(name), name.count <= 100 else {
        throw SystemsManagerError(
            .invalidTypeName,
            "'\(name)' is not the name of an inventory type"
        )
    }
}
