// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import Planning

/// What git declares and the planner works out: groups and policies.
extension Listing {
    private struct GroupItem: Encodable {
        var name: String
        var selection: String
        var ownership: String
        var nodes: [String]
    }

    private struct PolicyItem: Encodable {
        var name: String
        var description: String?
        var owner: String?
        var severity: String
        var enforcement: String
        var expectations: [String]
        var compliant: [String]
        var failing: [String]
        var noReport: [String]
    }

    /// Every group that git declares or the provider has, with the members of now.
    static func groups(
        _ desired: DesiredState,
        _ observed: ObservedState,
        _ owner: OwnerWords
    ) -> Listing {
        let table = NodeTable(desired: desired, observed: observed)
        let tags = Dictionary(
            observed.groups.map { ($0.name, $0.tags) },
            uniquingKeysWith: { first, _ in first }
        )
        // What only Aplomb works out, and what is still to be made, is this fleet's own.
        func ownership(_ name: String) -> String {
            owner.of(.group, name, tags[name] ?? owner.ownTags)
        }
        let inForce = desired.groupsInForce(observed).groups
        let declared = inForce.map { group in
            item(
                group.name,
                group.selection.words,
                ownership(group.name),
                table.names(of: table.members(ofGroup: group.name))
            )
        }
        let known = Set(inForce.map(\.name))
        let others = observed.groups.filter { !known.contains($0.name) }.map { group in
            item(
                group.name,
                GroupSelection.query(GroupQuery(tags: group.query)).words,
                ownership(group.name),
                observed.nodes.filter { group.query.matches($0.tags) }.map(\.name)
            )
        }
        return Listing(
            titles: ["NAME", "NODES", "SELECTION", "OWNERSHIP", "MEMBERS"],
            items: (declared + others).sorted { $0.name < $1.name }
        )
    }

    private static func item(
        _ name: String,
        _ selection: String,
        _ ownership: String,
        _ nodes: [String]
    ) -> ListedItem {
        ListedItem(
            name: name,
            columns: [name, "\(nodes.count)", selection, ownership, nodes.joined(separator: ",")],
            value: GroupItem(
                name: name,
                selection: selection,
                ownership: ownership,
                nodes: nodes
            )
        )
    }

    /// Every policy with how its nodes fare, by what they reported last.
    static func policies(_ desired: DesiredState, _ observed: ObservedState) -> Listing {
        let table = NodeTable(desired: desired, observed: observed)
        return Listing(
            titles: ["NAME", "SEVERITY", "ENFORCEMENT", "COMPLIANT", "FAILING", "NO REPORT"],
            items: desired.policies.map { policy in
                let verdict = PolicyVerdict(policy, table, observed)
                return ListedItem(
                    name: policy.name,
                    columns: [
                        policy.name, policy.complianceSeverity.rawValue,
                        policy.enforcement.rawValue,
                        "\(verdict.compliant.count)/\(verdict.targeted.count)",
                        "\(verdict.failing.count)", "\(verdict.unknown.count)",
                    ],
                    value: PolicyItem(
                        name: policy.name,
                        description: policy.description,
                        owner: policy.owner,
                        severity: policy.complianceSeverity.rawValue,
                        enforcement: policy.enforcement.rawValue,
                        expectations: policy.expectations.map(\.words),
                        compliant: table.names(of: verdict.compliant),
                        failing: table.names(of: verdict.failing),
                        noReport: table.names(of: verdict.unknown)
                    )
                )
            }
        )
    }
}

extension GroupSelection {
    /// The selection in one line: `Role=web, not Frozen`, `10% of web`.
    var words: String {
        switch self {
        case .query(let query): query.words
        case .union(let names): names.joined(separator: " or ")
        case .intersection(let names): names.joined(separator: " and ")
        case .difference(let from, let minus):
            "\(from) without \(minus.joined(separator: ", "))"
        case .sample(let of, let size, _): "\(size) of \(of)"
        }
    }
}

extension GroupQuery {
    fileprivate var words: String {
        func words(_ tags: [String: [String]], _ not: String) -> [String] {
            tags.sorted { $0.key < $1.key }.map { key, values in
                not + (values.isEmpty ? key : "\(key)=\(values.joined(separator: "|"))")
            }
        }
        let parts =
            words(tags.tags, "") + inventory.map(\.description) + words(tags.not, "not ")
            + notInventory.map { "not \($0)" }
        return parts.isEmpty ? "every node" : parts.joined(separator: ", ")
    }
}
