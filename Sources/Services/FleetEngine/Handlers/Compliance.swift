// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// How nodes comply. *Source*: the compliance operations of the SSM API, with their error codes.

extension PutComplianceItems: EngineOperation {
    private static let itemsMax = 10_000
    private static let customTypesMax = 10

    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        try checkResourceTypes([resourceType])
        try validate()
        let request = self
        try await engine.store.write { store in
            let node = try store.reader.complyingNode(request.resourceId)
            let hashes = try store.reader.complianceHashes(node: node.number)
            let hash = request.itemContentHash ?? ""
            if !hash.isEmpty, hashes[request.complianceType] == hash { return }
            let custom = Set(hashes.keys).union([request.complianceType])
                .filter { $0.hasPrefix("Custom:") }
            guard custom.count <= Self.customTypesMax else {
                throw SystemsManagerError(
                    .complianceTypeCountLimitExceeded,
                    "a node has at most 10 custom compliance types"
                )
            }
            try store.putCompliance(
                request.items.map { request.record($0, node: node.number) },
                node: node.number,
                complianceType: request.complianceType,
                contentHash: hash,
                isPartial: request.uploadType == .partial
            )
        }
        return EmptyResponse()
    }

    private func validate() throws {
        let isKnown = ["Association", "Patch"].contains(complianceType)
        guard isKnown || complianceType.hasPrefix("Custom:") && complianceType.count <= 100 else {
            throw SystemsManagerError(
                .validation,
                "'\(complianceType)' is not Association, Patch or Custom:<name>"
            )
        }
        guard items.count <= Self.itemsMax else {
            throw SystemsManagerError(.itemSizeLimitExceeded, "there are more than 10000 items")
        }
        let ids = items.compactMap(\.id)
        guard ids.count == items.count, Set(ids).count == ids.count, !ids.contains("") else {
            throw SystemsManagerError(
                .invalidItemContent,
                "each item needs an id of its own within its type"
            )
        }
    }

    private func record(_ item: ComplianceItemEntry, node: Int) -> ComplianceRecord {
        ComplianceRecord(
            node: node,
            complianceType: complianceType,
            id: item.id ?? "",
            title: item.title ?? "",
            severity: item.severity.rawValue,
            status: item.status.rawValue,
            details: item.details ?? [:],
            executedAt: executionSummary.executionTime,
            executionID: executionSummary.executionId ?? "",
            executionType: executionSummary.executionType ?? ""
        )
    }
}

extension ListComplianceItems: EngineOperation {
    private static let pageSize = 50

    func handle(in engine: EmbeddedEngine) async throws -> ListComplianceItemsResponse {
        try checkResourceTypes(resourceTypes ?? [])
        try checkPageSize(maxResults)
        let filter = try ComplianceFilter(filters, allowing: ComplianceFilter.itemKeys)
        let (request, limit) = (self, maxResults ?? Self.pageSize)
        let start = try nextToken.map(ComplianceToken.init)
        return try await engine.store.read { store in
            let source = try ComplianceSource(store)
            let nodes =
                try request.resourceIds.map { ids in
                    try Set(ids).sorted().map { try store.complyingNode($0).key }
                } ?? store.nodeKeys()
            var items: [ComplianceItem] = []
            for node in nodes {
                if let start, node.id < start.node { continue }
                let all = try source.items(of: node).filter { filter.matches($0.field) }
                let skipped = node.id == start?.node ? start?.count ?? 0 : 0
                let rest = all.dropFirst(skipped)
                let taken = rest.prefix(limit - items.count)
                items += taken
                guard taken.count == rest.count else {
                    let token = ComplianceToken(node: node.id, count: skipped + taken.count)
                    return ListComplianceItemsResponse(
                        complianceItems: items,
                        nextToken: token.text
                    )
                }
            }
            return ListComplianceItemsResponse(complianceItems: items)
        }
    }
}

/// Where a page ended: so many items of a node were returned.
private struct ComplianceToken {
    var node: NodeID
    var count: Int

    init(node: NodeID, count: Int) {
        (self.node, self.count) = (node, count)
    }

    /// *Errors*: `InvalidNextToken`.
    init(_ text: String) throws {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let count = Int(parts[1]), count >= 0 else {
            throw SystemsManagerError(.invalidNextToken, "the token was not made here")
        }
        self.init(node: NodeID(String(parts[0])), count: count)
    }

    var text: String { "\(node)/\(count)" }
}

extension StoreReader {
    /// *Errors*: `InvalidResourceId`.
    fileprivate func complyingNode(_ id: NodeID) throws -> NodeRecord {
        guard let node = try node(id), node.deregisteredAt == nil else {
            throw SystemsManagerError(.invalidResourceId, "there is no managed node \(id)")
        }
        return node
    }
}

/// *Errors*: `InvalidResourceType`.
private func checkResourceTypes(_ types: [String]) throws {
    for type in types where type != "ManagedInstance" {
        throw SystemsManagerError(.invalidResourceType, "'\(type)' is not ManagedInstance")
    }
}
