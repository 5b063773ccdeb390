// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// The members of every group that git declares, worked out once.
struct GroupTable {
    private var members: [String: NodeSet] = [:]
    private var selections: [String: GroupSelection] = [:]
    /// Groups that the provider would have if someone else had made them.
    private let absent: Set<String>

    /// Works out all groups.
    ///
    /// *Shape*: `names` are those of the nodes, by place; `select` answers a query. A group that is
    /// made of itself, which no valid revision has, is empty.
    init(
        _ groups: [DesiredGroup],
        absent: Set<String> = [],
        names: [String],
        select: (GroupQuery) -> NodeSet
    ) {
        self.absent = absent
        selections = Dictionary(
            groups.map { ($0.name, $0.selection) },
            uniquingKeysWith: { first, _ in first }
        )
        var left = selections
        while !left.isEmpty {
            let ready = left.filter { _, selection in
                selection.groups.allSatisfy { members[$0] != nil || selections[$0] == nil }
            }
            guard !ready.isEmpty else { break }
            for (name, selection) in ready {
                members[name] = Self.resolve(selection, members, names, select)
                left[name] = nil
            }
        }
    }

    private static func resolve(
        _ selection: GroupSelection,
        _ members: [String: NodeSet],
        _ names: [String],
        _ select: (GroupQuery) -> NodeSet
    ) -> NodeSet {
        func of(_ name: String) -> NodeSet { members[name] ?? NodeSet() }
        switch selection {
        case .query(let query): return select(query)
        case .union(let groups): return groups.reduce(into: NodeSet()) { $0.formUnion(of($1)) }
        case .intersection(let groups):
            guard let first = groups.first else { return NodeSet() }
            return groups.dropFirst().reduce(of(first)) { $0.intersection(of($1)) }
        case .difference(let from, let minus):
            return minus.reduce(of(from)) { $0.subtracting(of($1)) }
        case .sample(let group, let size, let seed):
            return sample(of(group), size, seed: seed, names)
        }
    }

    /// The members whose names have the lowest digests with the seed: adding or removing a node
    /// changes the sample by one node at most.
    private static func sample(
        _ set: NodeSet,
        _ size: RateBound,
        seed: String,
        _ names: [String]
    ) -> NodeSet {
        let places = set.members
        let count = min(places.count, size.concurrency(of: places.count))
        let ranked = places.map { (ContentDigest(of: "\(seed)\u{0}\(names[$0])").rawValue, $0) }
            .sorted { $0 < $1 }
        return NodeSet(ranked.prefix(count).map(\.1))
    }

    /// The members of a group; none for a group that nobody declares.
    func members(of name: String) -> NodeSet { members[name] ?? NodeSet() }

    /// Whether providers can store the group: its members follow from tags alone.
    func isStored(_ name: String) -> Bool {
        selections[name]?.tagQuery != nil && !absent.contains(name)
    }
}
