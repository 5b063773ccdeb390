// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// The nodes of a plan with the tags that they will have, indexed for queries.
///
/// Places are those of `ObservedState.nodes`, so that observed sets need no translation.
package struct NodeTable {
    package let nodes: [ObservedNode]
    let tags: [[String: String]]
    private let indexByName: [String: Int]
    /// Key to value to the nodes that carry it.
    private let byTag: [String: [String: NodeSet]]
    private let groups: [String: TagQuery]

    package init(desired: DesiredState, observed: ObservedState) {
        nodes = observed.nodes
        indexByName = Dictionary(
            observed.nodes.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        groups = Dictionary(
            desired.groups.map { ($0.name, $0.query) },
            uniquingKeysWith: { first, _ in first }
        )
        var tags = observed.nodes.map(\.tags)
        for node in desired.nodes {
            if let index = indexByName[node.name] { tags[index] = node.tags }
        }
        self.tags = tags
        byTag = Self.index(tags, keys: Self.keysInUse(by: desired))
    }

    /// Only tags that some query asks for are indexed: a fleet carries many more.
    private static func keysInUse(by desired: DesiredState) -> Set<String> {
        var keys: Set<String> = []
        func add(_ query: TagQuery) {
            keys.formUnion(query.tags.keys)
            keys.formUnion(query.not.keys)
        }
        for group in desired.groups { add(group.query) }
        for association in desired.associations {
            for case .tags(let query) in association.targets { add(query) }
        }
        return keys
    }

    private static func index(
        _ tags: [[String: String]],
        keys: Set<String>
    ) -> [String: [String: NodeSet]] {
        var members: [String: [String: [Int]]] = [:]
        for (place, nodeTags) in tags.enumerated() {
            for key in keys {
                guard let value = nodeTags[key] else { continue }
                members[key, default: [:]][value, default: []].append(place)
            }
        }
        return members.mapValues { $0.mapValues { NodeSet($0) } }
    }

    func index(of name: String) -> Int? { indexByName[name] }

    /// The nodes that a query selects.
    func select(_ query: TagQuery) -> NodeSet {
        var result = NodeSet(below: nodes.count)
        for (key, values) in query.tags { result = result.intersection(carrying(key, values)) }
        for (key, values) in query.not { result = result.subtracting(carrying(key, values)) }
        return result
    }

    private func carrying(_ key: String, _ values: [String]) -> NodeSet {
        guard let byValue = byTag[key] else { return NodeSet() }
        let wanted = values.isEmpty ? Array(byValue.keys) : values
        return wanted.reduce(into: NodeSet()) { $0.formUnion(byValue[$1] ?? NodeSet()) }
    }

    /// The members of a group; none for a group that nobody declares.
    func members(ofGroup name: String) -> NodeSet {
        groups[name].map(select) ?? NodeSet()
    }

    /// The nodes that an association's targets select, united.
    package func select(_ targets: [DesiredAssociation.Target]) -> NodeSet {
        targets.reduce(into: NodeSet()) { result, target in
            switch target {
            case .group(let name): result.formUnion(members(ofGroup: name))
            case .nodes(let names): result.formUnion(NodeSet(names.compactMap(index(of:))))
            case .tags(let query): result.formUnion(select(query))
            }
        }
    }

    package func names(of set: NodeSet) -> [String] { set.members.map { nodes[$0].name } }
    func ids(of set: NodeSet) -> [NodeID] { set.members.map { nodes[$0].id } }
}
