// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import InventoryQueries

/// The nodes of a plan with the tags that they will have, indexed for queries.
///
/// Places are those of `ObservedState.nodes`, so that observed sets need no translation. Nodes that
/// the plan lets go of are in no selection.
package struct NodeTable {
    package let nodes: [ObservedNode]
    /// What becomes of each node that git declares, in git's order; `nil` for one not observed.
    let declared: [(place: Int, standing: NodeStanding)?]
    /// Owned nodes that git no longer declares.
    let undeclared: [Int]
    /// Nodes that cannot be reached now.
    let offline: NodeSet
    private let selectable: NodeSet
    /// Key to value to the nodes that carry it.
    private let byTag: [String: [String: NodeSet]]
    let groups: GroupTable

    init(_ input: PlanningInput) {
        nodes = input.observed.nodes
        var declared: [(place: Int, standing: NodeStanding)?] = []
        declared.reserveCapacity(input.desired.nodes.count)
        let exemptions = FieldExemptions(input)
        var unnamed = NodeSet(below: nodes.count)
        var retagged: [Int: [String: String]] = [:]
        var next = 0
        for node in input.desired.nodes {
            guard let place = nodes.place(of: node.name, guess: next) else {
                declared.append(nil)
                continue
            }
            next = place + 1
            unnamed.remove(place)
            let standing = input.standing(of: node, observed: nodes[place], exemptions)
            if standing.takesTags {
                retagged[place] =
                    standing == .create
                    ? node.tags : exemptions.tags(of: node, live: nodes[place].tags.withoutOurs)
            }
            declared.append((place, standing))
        }
        self.declared = declared
        undeclared = unnamed.members.filter { [nodes] in
            nodes[$0].isRegistered && input.mayPrune(.node, nodes[$0].name, nodes[$0].tags)
        }
        var selectable = NodeSet(below: nodes.count)
        if input.mayPrune { selectable = selectable.subtracting(NodeSet(undeclared)) }
        self.selectable = selectable
        var offline = NodeSet()
        for place in nodes.indices where nodes[place].pingStatus != .online {
            offline.insert(place)
        }
        self.offline = offline
        let (deciding, absent) = input.desired.groupsInForce(input.observed)
        let keys = Self.keysInUse(by: input.desired, deciding)
        let byTag = Self.index(nodes, keys: keys) { retagged[$0] }
        self.byTag = byTag
        groups = GroupTable(deciding, absent: absent, names: nodes.map(\.name)) { query in
            Self.select(query, input.observed.inventory, byTag, among: selectable)
        }
    }

    /// A table for looking at a fleet after the fact, when nobody plans for it.
    package init(desired: DesiredState, observed: ObservedState) {
        self.init(
            PlanningInput(
                desired: desired,
                observed: observed,
                commit: "",
                repository: "",
                now: observed.observedAt
            )
        )
    }

    /// Only tags that some query asks for are indexed: a fleet carries many more.
    private static func keysInUse(
        by desired: DesiredState,
        _ groups: [DesiredGroup]
    ) -> Set<String> {
        var keys: Set<String> = []
        func add(_ query: TagQuery) {
            keys.formUnion(query.tags.keys)
            keys.formUnion(query.not.keys)
        }
        for group in groups {
            if case .query(let query) = group.selection { add(query.tags) }
        }
        for association in desired.associations {
            for case .tags(let query) in association.targets { add(query) }
        }
        for policy in desired.policies {
            for case .tags(let query) in policy.targets { add(query) }
        }
        for exception in desired.exceptions {
            for case .tags(let query) in exception.targets { add(query) }
        }
        return keys
    }

    private static func index(
        _ nodes: [ObservedNode],
        keys: Set<String>,
        replaced: (Int) -> [String: String]?
    ) -> [String: [String: NodeSet]] {
        var index: [String: [String: NodeSet]] = [:]
        for key in keys {
            var byValue: [String: NodeSet] = [:]
            for place in nodes.indices {
                let value = replaced(place).map { $0[key] } ?? nodes[place].tags[key]
                if let value { byValue[value, default: NodeSet()].insert(place) }
            }
            index[key] = byValue
        }
        return index
    }

    func index(of name: String) -> Int? { nodes.place(of: name, guess: 0) }

    /// The nodes that a query selects.
    func select(_ query: TagQuery) -> NodeSet { Self.select(query, byTag, among: selectable) }

    private static func select(
        _ query: TagQuery,
        _ byTag: [String: [String: NodeSet]],
        among selectable: NodeSet
    ) -> NodeSet {
        func carrying(_ key: String, _ values: [String]) -> NodeSet {
            guard let byValue = byTag[key] else { return NodeSet() }
            let wanted = values.isEmpty ? Array(byValue.keys) : values
            return wanted.reduce(into: NodeSet()) { $0.formUnion(byValue[$1] ?? NodeSet()) }
        }
        var result = selectable
        for (key, values) in query.tags { result = result.intersection(carrying(key, values)) }
        for (key, values) in query.not { result = result.subtracting(carrying(key, values)) }
        return result
    }

    /// Unknown is not in: a node belongs only where it reported every type that is asked for.
    private static func select(
        _ query: GroupQuery,
        _ answers: [InventoryQuery: InventoryAnswer],
        _ byTag: [String: [String: NodeSet]],
        among selectable: NodeSet
    ) -> NodeSet {
        var result = select(query.tags, byTag, among: selectable)
        for asked in query.inventory {
            result = result.intersection(answers[asked]?.matching ?? NodeSet())
        }
        for asked in query.notInventory {
            guard let answer = answers[asked] else { return NodeSet() }
            result = result.intersection(answer.reporting).subtracting(answer.matching)
        }
        return result
    }

    /// The members of a group; none for a group that nobody declares.
    package func members(ofGroup name: String) -> NodeSet { groups.members(of: name) }

    /// The nodes that an association's targets select, united.
    package func select(_ targets: [DesiredAssociation.Target]) -> NodeSet {
        targets.reduce(into: NodeSet()) { result, target in
            switch target {
            case .group(let name): result.formUnion(members(ofGroup: name))
            case .nodes(let names):
                result.formUnion(
                    NodeSet(names.compactMap(index(of:))).intersection(selectable)
                )
            case .tags(let query): result.formUnion(select(query))
            }
        }
    }

    /// The names of nodes by their ids, sorted; an id that no node has stays as it is.
    func names(ofIDs ids: [String]) -> [String] {
        let wanted = Set(ids)
        var names: [String: String] = [:]
        for node in nodes where wanted.contains(node.id.rawValue) {
            names[node.id.rawValue] = node.name
        }
        return ids.map { names[$0] ?? $0 }.sorted()
    }

    package func names(of set: NodeSet) -> [String] { set.members.map { nodes[$0].name } }
    func ids(of set: NodeSet) -> [NodeID] { set.members.map { nodes[$0].id } }
}

extension [ObservedNode] {
    /// Finds a node in the sorted table; at `guess` when both sides are walked in step.
    fileprivate func place(of name: String, guess: Int) -> Int? {
        if indices.contains(guess), self[guess].name == name { return guess }
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].name == name ? low : nil
    }
}
