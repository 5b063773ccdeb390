// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Nodes that entered or left a group since the fleet was reconciled last.
package struct PlannedMembership: Hashable, Sendable, Codable {
    package var group: ObjectReference
    /// By name, sorted.
    package var entered: [String]
    /// By name, sorted.
    package var left: [String]

    package init(group: ObjectReference, entered: [String], left: [String]) {
        self.group = group
        self.entered = entered
        self.left = left
    }
}

/// The members of each group as they were at one time: group to sorted names of nodes.
package typealias GroupMembers = [String: [String]]

extension Planner {
    /// The members of every group that git declares, as a plan for this input freezes them.
    package static func members(_ input: PlanningInput) -> GroupMembers {
        members(of: input.desired, NodeTable(input))
    }

    static func members(of desired: DesiredState, _ table: NodeTable) -> GroupMembers {
        var members: GroupMembers = [:]
        for group in desired.groups {
            members[group.name] = table.names(of: table.members(ofGroup: group.name))
        }
        return members
    }

    /// What moved between two times; a group that is new, or that is gone, moved nowhere.
    static func moves(from old: GroupMembers, to new: GroupMembers) -> [PlannedMembership] {
        new.compactMap { name, now -> PlannedMembership? in
            guard let before = old[name], before != now else { return nil }
            let (then, present) = (Set(before), Set(now))
            return PlannedMembership(
                group: ObjectReference(.group, name),
                entered: now.filter { !then.contains($0) },
                left: before.filter { !present.contains($0) }.sorted()
            )
        }.sorted { $0.group < $1.group }
    }
}
