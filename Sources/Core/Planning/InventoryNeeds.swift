// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import InventoryQueries

extension DesiredState {
    /// Every question about inventory that the fleet's groups and policies ask, sorted.
    package var inventoryQueries: [InventoryQuery] {
        let asked =
            groups.flatMap(\.selection.inventoryQueries)
            + policies.flatMap { $0.expectations.map(\.asked) }
        return Set(asked).sorted { $0.description < $1.description }
    }

    /// The inventory types that groups and policies ask about.
    package var inventoryTypes: Set<String> { Set(inventoryQueries.map(\.typeName)) }
}

extension Planner {
    /// The nodes that should report before they are judged: those that can be asked and have not
    /// reported what somebody wants to know for too long.
    ///
    /// *Shape*: sorted ids; none that an exception suspends. Policies ask their targets; a group's predicate may concern any node.
    /// *Units*: `maxAge` in seconds; 0 asks all that somebody wants to know of.
    package static func nodesToAsk(_ input: PlanningInput, maxAge: Int) -> [NodeID] {
        let desired = input.desired
        let table = NodeTable(input)
        var stale = NodeSet()
        func ask(_ query: InventoryQuery, of nodes: NodeSet) {
            guard SoftwareInventory.isAskable(query.typeName) else { return }
            let answer = input.observed.inventory[query]
            for place in nodes.members {
                let time = answer?.reportedAt[place]
                // A report from the future says that a clock is wrong, and not that it is new (P-09).
                let isFresh = time.map {
                    (0..<Int64(maxAge)).contains(input.now.seconds - $0.seconds)
                }
                if isFresh != true { stale.insert(place) }
            }
        }
        for policy in desired.policies {
            let targets = table.select(policy.targets)
            for expectation in policy.expectations { ask(expectation.asked, of: targets) }
        }
        for group in desired.groups {
            guard case .query(let query) = group.selection, !query.isTagsOnly else { continue }
            let candidates = table.select(query.tags)
            for asked in query.inventory + query.notInventory { ask(asked, of: candidates) }
        }
        let suspended = ExceptionTable(input, table).suspendedNodes.reduce(into: table.offline) {
            $0.formUnion($1.nodes)
        }
        return table.ids(of: stale.subtracting(suspended)).sorted()
    }
}
