// SPDX-License-Identifier: Apache-2.0
package import InventoryQueries

/// Which nodes belong to a resource group.
package enum GroupSelection: Hashable, Sendable, Codable {
    case query(GroupQuery)
    /// The members of any of the groups.
    case union([String])
    /// The members of all of the groups.
    case intersection([String])
    /// The members of a group that are in none of the others.
    case difference(from: String, minus: [String])
    /// A share of a group that is the same each time, and moves little when the group does.
    case sample(of: String, size: RateBound, seed: String)

    /// The groups that it is made of.
    package var groups: [String] {
        switch self {
        case .query: []
        case .union(let names), .intersection(let names): names
        case .difference(let name, let others): [name] + others
        case .sample(let name, _, _): [name]
        }
    }

    /// The query, where tags alone decide: what providers can store.
    package var tagQuery: TagQuery? {
        guard case .query(let query) = self, query.isTagsOnly else { return nil }
        return query.tags
    }

    /// What is asked of the inventory.
    package var inventoryQueries: [InventoryQuery] {
        guard case .query(let query) = self else { return [] }
        return query.inventory + query.notInventory
    }
}

/// A query over tags and inventory: a node belongs when everything holds.
///
/// *Shape*: an inventory query holds on a node that has an entry of that kind. A node that never
/// reported a type that is asked for, here or in `notInventory`, does not belong: unknown is not in.
package struct GroupQuery: Hashable, Sendable, Codable {
    package var tags: TagQuery
    package var inventory: [InventoryQuery]
    /// A node on which any of these holds does not belong.
    package var notInventory: [InventoryQuery]

    package init(
        tags: TagQuery,
        inventory: [InventoryQuery] = [],
        notInventory: [InventoryQuery] = []
    ) {
        self.tags = tags
        self.inventory = inventory
        self.notInventory = notInventory
    }

    package var isTagsOnly: Bool { inventory.isEmpty && notInventory.isEmpty }
}

/// What the nodes answered to an inventory query; places are those of `ObservedState.nodes`.
package struct InventoryAnswer: Hashable, Sendable {
    /// Nodes with an entry of that kind.
    package var matching: NodeSet
    /// Nodes that have reported the type at all.
    package var reporting: NodeSet
    /// When each node that reported did so, by its place.
    package var reportedAt: [Int: Timestamp]
    /// A few of the entries, by node, in words.
    package var evidence: [Int: [String]]

    package init(
        matching: NodeSet,
        reporting: NodeSet,
        reportedAt: [Int: Timestamp] = [:],
        evidence: [Int: [String]] = [:]
    ) {
        self.matching = matching
        self.reporting = reporting
        self.reportedAt = reportedAt
        self.evidence = evidence
    }
}
