// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

/// Counts how the targets of every association fare, and notes the nodes that fail.
struct TargetTally {
    private let table: NodeTable
    private let observed: [String: ObservedAssociation]
    private let nodes: [ObservedNode]
    private let previous: [ObjectReference: ObjectStatus]
    private let wantsEveryNode: Bool

    private(set) var total = FleetStatus.Compliance()
    /// By place in the node table.
    private(set) var failures: [Int: [NodeStatus.Failure]] = [:]
    /// The nodes that fare well, and those that are still to, where every node is to have a file.
    private(set) var classes: NodeClasses

    init(
        desired: DesiredState,
        observed: ObservedState,
        previous: [ObjectReference: ObjectStatus],
        wantsEveryNode: Bool
    ) {
        table = NodeTable(desired: desired, observed: observed)
        self.observed = Dictionary(
            observed.associations.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        nodes = observed.nodes
        self.previous = previous
        self.wantsEveryNode = wantsEveryNode
        classes = NodeClasses(count: wantsEveryNode ? observed.nodes.count : 0)
    }

    func live(_ name: String) -> ObservedAssociation? { observed[name] }

    /// Tallies one association; of one that is frozen every version counts, for no other is to run.
    mutating func tally(
        _ association: DesiredAssociation,
        isFrozen: Bool
    ) -> (FleetStatus.Compliance, [ObjectStatus.FailureGroup]) {
        var members = table.select(association.targets)
        if association.trigger == .policy {
            // It runs where its policy does not hold, and is expected nowhere else.
            let asked = (observed[association.name]?.cohorts ?? []).reduce(into: NodeSet()) {
                $0.formUnion($1.nodes)
            }
            members = members.intersection(asked)
        }
        var counts = FleetStatus.Compliance()
        counts.targeted = members.count
        var unheard = members
        var groups: [FailureKey: [Int]] = [:]
        let since = failureTimes(of: ObjectReference(.association, association.name))
        let live = observed[association.name]
        for cohort in live?.cohorts ?? [] {
            let here = cohort.nodes.intersection(unheard)
            counts.unexpected += cohort.nodes.subtracting(members).count
            let isCurrent = isFrozen || cohort.associationVersion >= live?.version ?? 0
            guard !here.isEmpty, isCurrent else { continue }
            unheard = unheard.subtracting(here)
            switch cohort.status {
            case .success:
                counts.compliant += here.count
                if wantsEveryNode { classes.split(here, by: .compliant(association.name)) }
                continue
            case .pending, .inProgress:
                counts.running += here.count
                if wantsEveryNode { classes.split(here, by: .waiting(association.name)) }
                continue
            case .failed, .timedOut: counts.failed += here.count
            case .terminated, .cancelled: counts.heldBack += here.count
            case .interrupted: counts.noReport += here.count
            }
            for place in here.members {
                let known = since[nodes[place].name]
                let time = known?.0 == cohort.status ? known?.1 : nil
                let key = FailureKey(status: cohort.status, since: time ?? cohort.executedAt)
                groups[key, default: []].append(place)
                let failure = NodeStatus.Failure(
                    association: association.name,
                    status: cohort.status,
                    detail: cohort.detailedStatus.capped(at: 80),
                    since: key.since
                )
                failures[place, default: []].append(failure)
            }
        }
        counts.noReport += unheard.count
        if wantsEveryNode { classes.split(unheard, by: .waiting(association.name)) }
        total.add(counts)
        return (counts, sorted(groups))
    }

    /// Tallies one policy, by what the nodes reported last; nodes on which it is ignored count
    /// nowhere.
    mutating func tally(
        _ policy: DesiredPolicy,
        _ state: ObservedState,
        except ignored: [String]
    ) -> (FleetStatus.Compliance, [ObjectStatus.FailureGroup]) {
        let excluded = ignored.isEmpty ? NodeSet() : table.select([.nodes(ignored)])
        let verdict = PolicyVerdict(policy, table, state, except: excluded)
        let reference = ObjectReference(.policy, policy.name)
        var counts = FleetStatus.Compliance()
        counts.targeted = verdict.targeted.count
        counts.compliant = verdict.compliant.count
        counts.failed = verdict.failing.count
        counts.noReport = verdict.unknown.count
        total.add(counts)
        let since = failureTimes(of: reference)
        var groups: [FailureKey: [Int]] = [:]
        for place in verdict.failing.members {
            let time = since[nodes[place].name]?.1 ?? state.observedAt
            groups[FailureKey(status: .failed, since: time), default: []].append(place)
            failures[place, default: []].append(
                NodeStatus.Failure(
                    association: reference.description,
                    status: .failed,
                    detail: "does not comply",
                    since: time
                )
            )
        }
        return (counts, sorted(groups))
    }

    private struct FailureKey: Hashable {
        var status: AssociationTargetStatus
        var since: Timestamp
    }

    private func sorted(_ groups: [FailureKey: [Int]]) -> [ObjectStatus.FailureGroup] {
        groups.sorted {
            ($0.key.since, $0.key.status.rawValue) < ($1.key.since, $1.key.status.rawValue)
        }.map { key, places in
            ObjectStatus.FailureGroup(
                status: key.status,
                since: key.since,
                nodes: places.sorted().map { nodes[$0].name }
            )
        }
    }

    /// Since when each node has failed as it does, from the status before.
    private func failureTimes(
        of object: ObjectReference
    ) -> [String: (AssociationTargetStatus, Timestamp)] {
        var times: [String: (AssociationTargetStatus, Timestamp)] = [:]
        for group in previous[object]?.failures ?? [] {
            for node in group.nodes { times[node] = (group.status, group.since) }
        }
        return times
    }
}
