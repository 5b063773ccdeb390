// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

/// Finds the nodes that target expressions name.
///
/// *Source*: `Targets` of SendCommand and CreateAssociation: keys are ANDed, values of a key ORed.
/// *Shape*: in process there is no limit of 50 node ids, which AWS has for its wire.
struct TargetResolver {
    private static let expressionsMax = 5
    private static let allNodes = "*"

    let reader: StoreReader

    /// Refuses expressions that this engine would not understand.
    ///
    /// *Errors*: `InvalidTarget`.
    func validate(_ targets: [TargetExpression]) throws {
        guard targets.count <= Self.expressionsMax else {
            throw SystemsManagerError(
                .invalidTarget,
                "there are \(targets.count) targets, and 5 are allowed"
            )
        }
        for target in targets {
            guard !target.values.isEmpty else {
                throw SystemsManagerError(.invalidTarget, "target \(target.key) has no values")
            }
            switch target.key {
            case TargetExpression.instanceIDs, TargetExpression.tagKey: continue
            case TargetExpression.resourceGroup:
                guard target.values.count == 1 else {
                    throw SystemsManagerError(
                        .invalidTarget,
                        "target \(target.key) takes exactly one group"
                    )
                }
                guard try reader.group(target.values[0]) != nil else {
                    throw SystemsManagerError(
                        .invalidTarget,
                        "there is no resource group \(target.values[0])"
                    )
                }
            default:
                guard target.key.hasPrefix(TargetExpression.tagPrefix),
                    target.key.count > TargetExpression.tagPrefix.count
                else {
                    throw SystemsManagerError(.invalidTarget, "unknown target key \(target.key)")
                }
            }
        }
    }

    /// Lists the nodes that all expressions match, sorted by name; a group that is gone has none.
    func nodes(matching targets: [TargetExpression]) throws -> [NodeRecord] {
        guard !targets.isEmpty else { return [] }
        let tags = try reader.nodeTags()
        let tests = try targets.map(test)
        return try reader.nodes().filter { node in
            let nodeTags = tags[node.number] ?? [:]
            return tests.allSatisfy { $0(node, nodeTags) }
        }
    }

    /// Lists the members of a query, sorted by name.
    func nodes(matching query: TagQuery) throws -> [NodeRecord] {
        let tags = try reader.nodeTags()
        return try reader.nodes().filter { query.matches(tags[$0.number] ?? [:]) }
    }

    /// Finds registered nodes by their ids, each once.
    ///
    /// *Errors*: `InvalidInstanceId`.
    func nodes(_ ids: [NodeID]) throws -> [NodeRecord] {
        let byID = Dictionary(
            try reader.nodes().map { ($0.id, $0) },
            uniquingKeysWith: { $1 }
        )
        var seen: Set<NodeID> = []
        return try ids.filter { seen.insert($0).inserted }.map { id in
            guard let node = byID[id] else { throw unknownNode(id) }
            return node
        }
    }

    private func test(
        _ target: TargetExpression
    ) throws -> (NodeRecord, [String: String]) -> Bool {
        let values = Set(target.values)
        switch target.key {
        case TargetExpression.instanceIDs:
            let isAll = values.contains(Self.allNodes)
            return { node, _ in isAll || values.contains(node.id.rawValue) }
        case TargetExpression.tagKey:
            return { _, tags in values.contains { tags[$0] != nil } }
        case TargetExpression.resourceGroup:
            let query = try target.values.first.flatMap { try reader.group($0) }?.query
            return { _, tags in query?.matches(tags) ?? false }
        default:
            let key = String(target.key.dropFirst(TargetExpression.tagPrefix.count))
            return { _, tags in tags[key].map(values.contains) ?? false }
        }
    }
}

/// The error for a node that is not registered.
func unknownNode(_ id: NodeID) -> SystemsManagerError {
    SystemsManagerError(.invalidInstanceId, "there is no managed node \(id)")
}
