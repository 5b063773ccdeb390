// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import InventoryQueries

/// Why a node is in a group, or is not: one line for each thing that was asked.
package struct GroupExplanation: Hashable, Sendable, Codable {
    package struct Reason: Hashable, Sendable, Codable {
        /// Whether it speaks for membership.
        package var holds: Bool
        /// What was asked, and what was found.
        package var words: String
    }

    package var group: String
    package var node: String
    package var isMember: Bool
    package var reasons: [Reason]

    /// Explains; `nil` where git neither declares nor ignores such a group, or nobody knows such a node.
    package init?(
        group: String,
        node: String,
        desired: DesiredState,
        observed: ObservedState
    ) {
        let groups = desired.groupsInForce(observed).groups
        guard let declared = groups.first(where: { $0.name == group }),
            let place = observed.nodes.firstIndex(where: { $0.name == node })
        else { return nil }
        let table = NodeTable(desired: desired, observed: observed)
        self.group = group
        self.node = node
        isMember = table.members(ofGroup: group).contains(place)
        let tags = desired.nodes.first { $0.name == node }?.tags ?? observed.nodes[place].tags
        switch declared.selection {
        case .query(let query):
            reasons =
                Self.reasons(query.tags, tags)
                + Self.reasons(query, observed.inventory, place)
        case .union(let names), .intersection(let names):
            reasons = names.map { Self.membership($0, table, place, wanted: true) }
        case .difference(let from, let minus):
            reasons =
                [Self.membership(from, table, place, wanted: true)]
                + minus.map { Self.membership($0, table, place, wanted: false) }
        case .sample(let of, let size, let seed):
            let isDrawn = isMember
            reasons = [
                Self.membership(of, table, place, wanted: true),
                Reason(
                    holds: isDrawn,
                    words: "\(isDrawn ? "drawn" : "not drawn") for the sample of \(size), "
                        + "seed '\(seed)'"
                ),
            ]
        }
    }

    private static func membership(
        _ group: String,
        _ table: NodeTable,
        _ place: Int,
        wanted: Bool
    ) -> Reason {
        let isIn = table.members(ofGroup: group).contains(place)
        return Reason(holds: isIn == wanted, words: "\(isIn ? "is" : "is not") in '\(group)'")
    }

    private static func reasons(_ query: TagQuery, _ tags: [String: String]) -> [Reason] {
        func words(_ key: String, _ values: [String]) -> (String, Bool) {
            let asked = values.isEmpty ? "any value" : values.joined(separator: " or ")
            let found = tags[key].map { "is '\($0)'" } ?? "is not there"
            let isMatch = tags[key].map { values.isEmpty || values.contains($0) } ?? false
            return ("tag \(key) \(found), and \(asked)", isMatch)
        }
        let wanted = query.tags.sorted { $0.key < $1.key }.map { key, values in
            let (text, isMatch) = words(key, values)
            return Reason(holds: isMatch, words: text + " is asked for")
        }
        let unwanted = query.not.sorted { $0.key < $1.key }.map { key, values in
            let (text, isMatch) = words(key, values)
            return Reason(holds: !isMatch, words: text + " would take it out")
        }
        return wanted + unwanted
    }

    private static func reasons(
        _ query: GroupQuery,
        _ answers: [InventoryQuery: InventoryAnswer],
        _ place: Int
    ) -> [Reason] {
        func reason(_ asked: InventoryQuery, wanted: Bool) -> Reason {
            let answer = answers[asked]
            guard answer?.reporting.contains(place) == true else {
                return Reason(holds: false, words: "has never reported \(asked.typeName)")
            }
            let isMatch = answer?.matching.contains(place) == true
            let found = answer?.evidence[place]?.joined(separator: "; ")
            return Reason(
                holds: isMatch == wanted,
                words: "has \(isMatch ? "an" : "no") entry of \(asked)"
                    + (found.map { ": \($0)" } ?? "")
            )
        }
        return query.inventory.map { reason($0, wanted: true) }
            + query.notInventory.map { reason($0, wanted: false) }
    }
}
