// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Checks that a plan keeps the rules that every plan must keep, whoever made it.
///
/// It knows nothing of how the planner works; tests, the command line and the executor ask it
/// before the first effect.
package enum PlanCheck {
    /// The rules that a plan breaks, one sentence each; empty for a sound plan.
    package static func violations(of plan: Plan, input: PlanningInput) -> [String] {
        targetViolations(plan, input) + deletionViolations(plan, input)
            + ownershipViolations(plan, input)
            + limitViolations(plan, input)
            + ExceptionCheck.violations(of: plan, input: input)
            + orderViolations(plan) + digestViolations(plan)
    }

    private static func targetViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        guard !plan.runs.isEmpty else { return [] }
        let known = Dictionary(
            input.observed.nodes.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var violations: [String] = []
        for run in plan.runs {
            if run.nodes.isEmpty { violations.append("\(run.object) runs on no node") }
            if run.nodes.count != run.nodeIDs.count {
                violations.append("\(run.object) has not one id for each of its nodes")
            }
            for (name, id) in zip(run.nodes, run.nodeIDs) {
                guard let node = known[name], node.id == id else {
                    violations.append("\(run.object) runs on '\(name)', which was not observed")
                    continue
                }
                if node.pingStatus != .online {
                    violations.append("\(run.object) runs on '\(name)', which is offline")
                }
            }
            if run.nodes != run.nodes.sorted() || Set(run.nodes).count != run.nodes.count {
                violations.append("\(run.object) lists its nodes out of order or twice")
            }
        }
        for (object, runs) in Dictionary(grouping: plan.runs, by: \.object) {
            let nodes = runs.flatMap(\.nodes)
            if Set(nodes).count != nodes.count {
                violations.append("\(object) runs twice on one node")
            }
        }
        return violations.sorted()
    }

    private static func deletionViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        let deletions = plan.changes.filter { $0.action == .delete }
        guard !deletions.isEmpty else { return [] }
        var violations: [String] = []
        if input.observed.completeness != .complete {
            violations.append("an incomplete observation deletes \(deletions.count) objects")
        }
        if !input.desired.fleet.prune {
            violations.append("prune is off and \(deletions.count) objects are deleted")
        }
        let owned = ownedObjects(input)
        for deletion in deletions where !owned.contains(deletion.object) {
            violations.append("\(deletion.object) is deleted and not owned by this fleet")
        }
        return violations
    }

    /// What is only observed or ignored is neither changed nor run, and says nothing when ignored;
    /// what is changed and was there before is ours, or was to be taken over.
    private static func ownershipViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        var violations: [String] = []
        let fleet = input.desired.fleet
        if !fleet.ownership.isEmpty {
            let verbs =
                plan.changes.map { ($0.object, "changed") } + plan.runs.map { ($0.object, "run") }
            for (object, verb) in verbs where fleet.mode(of: object) != .managed {
                violations.append("\(object) is \(fleet.mode(of: object)) and \(verb)")
            }
            for finding in plan.findings where fleet.mode(of: finding.object) == .ignored {
                violations.append("\(finding.object) is ignored and reported")
            }
        }
        // Names need not be unique at a provider: one of ours may bear it, too.
        let changed = Set(plan.changes.map(\.object))
        guard !changed.isEmpty else { return violations }
        var owners: [ObjectReference: Set<Ownership>] = [:]
        for (object, tags) in tagsOfObjects(input) where changed.contains(object) {
            if let owner = Ownership(tags: tags) { owners[object, default: []].insert(owner) }
        }
        for (object, owners) in owners.sorted(by: { $0.key < $1.key })
        where !owners.contains(input.ownership) {
            let fleets = owners.map(\.fleet).sorted().joined(separator: "', '")
            violations.append("\(object) belongs to fleet '\(fleets)' and is changed")
        }
        return violations
    }

    private static func limitViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        var violations: [String] = []
        let limits = plan.limits
        let touched = Set(plan.runs.lazy.flatMap(\.nodes)).count
        if limits.changedNodes != touched {
            violations.append("the limits count \(limits.changedNodes) nodes of \(touched)")
        }
        let deletions = plan.changes.count { $0.action == .delete }
        if limits.prunedObjects != deletions {
            violations.append("the limits count \(limits.prunedObjects) deletions of \(deletions)")
        }
        if let limit = input.desired.fleet.limits.prunedObjects,
            case let most = max(limit, ExceptionCheck.prunedObjectsAllowed(input)),
            deletions > most, limits.refused.isEmpty
        {
            violations.append("\(deletions) deletions exceed the limit of \(most), unrefused")
        }
        return violations
    }

    private static func ownedObjects(_ input: PlanningInput) -> Set<ObjectReference> {
        let owned = tagsOfObjects(input).filter { Ownership(tags: $0.tags) == input.ownership }
        return Set(owned.map(\.object))
    }

    private static func tagsOfObjects(
        _ input: PlanningInput
    ) -> [(object: ObjectReference, tags: [String: String])] {
        let observed = input.observed
        return observed.nodes.map { (ObjectReference(.node, $0.name), $0.tags) }
            + observed.groups.map { (ObjectReference(.group, $0.name), $0.tags) }
            + observed.documents.map { (ObjectReference(.document, $0.name), $0.tags) }
            + observed.associations.map { (ObjectReference(.association, $0.name), $0.tags) }
    }

    private static func orderViolations(_ plan: Plan) -> [String] {
        var violations: [String] = []
        var waves: [String: Int] = [:]
        for run in plan.runs {
            if run.wave < 1 { violations.append("\(run.object) has no wave") }
            if let wave = waves[run.object.name], wave != run.wave {
                violations.append("\(run.object) is in two waves")
            }
            waves[run.object.name] = run.wave
        }
        for run in plan.runs {
            for dependency in run.dependsOn where waves[dependency] ?? 0 >= run.wave {
                violations.append(
                    "\(run.object) runs in wave \(run.wave), not after Association/\(dependency)"
                )
            }
        }
        let changed = Dictionary(grouping: plan.changes, by: \.object)
        for (object, changes) in changed where changes.count > 1 {
            violations.append("\(object) is changed \(changes.count) times")
        }
        return violations.sorted()
    }

    private static func digestViolations(_ plan: Plan) -> [String] {
        let digest = Plan.digest(
            fleet: plan.fleet,
            commit: plan.commit,
            changes: plan.changes,
            runs: plan.runs,
            waits: plan.waits,
            findings: plan.findings,
            memberships: plan.memberships,
            exceptions: plan.exceptions,
            unmanaged: plan.unmanaged
        )
        return digest == plan.digest ? [] : ["the digest is not that of the content"]
    }
}
