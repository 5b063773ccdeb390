// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Makes the plan: a pure function of what is wanted, what is, and the time.
///
/// Total and deterministic: the order of the inputs does not matter, and planning what was just
/// applied yields an empty plan.
package enum Planner {
    package static func plan(_ input: PlanningInput) -> Plan {
        var draft = PlanDraft(input)
        draft.planEverything()
        return draft.finish()
    }

    /// Documents whose content the plan wants to show a difference of: those that git changed.
    package static func documentsToCompare(
        desired: DesiredState,
        observed: ObservedState
    ) -> [String] {
        let live = Dictionary(
            observed.documents.map { ($0.name, $0.digest) },
            uniquingKeysWith: { first, _ in first }
        )
        return desired.documents.filter { live[$0.name, default: $0.digest] != $0.digest }
            .map(\.name)
    }
}

extension PlanDraft {
    /// Works out all lines.
    mutating func planEverything() {
        planNodes()
        planGroups()
        planDocuments()
        planAssociations()
    }

    /// Orders the lines, checks the limits, and seals the plan with its digest.
    func finish() -> Plan {
        let changes = changes.enumerated().sorted { lhs, rhs in
            let (left, right) = (lhs.element.executionRank, rhs.element.executionRank)
            return (left.0, left.1, lhs.offset) < (right.0, right.1, rhs.offset)
        }.map(\.element)
        let drafted = runs.sorted {
            let (lhs, rhs) = ($0.line, $1.line)
            return (lhs.wave, lhs.object.name, lhs.cause.rawValue, lhs.reason)
                < (rhs.wave, rhs.object.name, rhs.cause.rawValue, rhs.reason)
        }
        let runs = drafted.map(\.line)
        // The nodes break ties, so that the order of cohorts means nothing.
        let waits = waits.sorted {
            ($0.object, $0.message, $0.nodes.first ?? "")
                < ($1.object, $1.message, $1.nodes.first ?? "")
        }
        let findings = findings.sorted {
            ($0.object, $0.observed, $0.nodes.first ?? "")
                < ($1.object, $1.observed, $1.nodes.first ?? "")
        }
        let memberships =
            input.previousMembers.map {
                Planner.moves(from: $0, to: Planner.members(of: input.desired, table))
            } ?? []
        let exceptions = plannedExceptions()
        let unmanaged = input.desired.fleet.unmanagedObjects
        let verdict = LimitsVerdict(checking: changes, drafted, for: input)
        var summary = Plan.Summary()
        summary.create = changes.count { $0.action == .create }
        summary.update = changes.count { $0.action == .update }
        summary.delete = changes.count { $0.action == .delete }
        summary.run = runs.count
        summary.wait = waits.count
        summary.drift = findings.count + changes.count { $0.cause == .external }
        summary.nodes = verdict.changedNodes
        return Plan(
            fleet: input.desired.fleet.name,
            digest: Plan.digest(
                fleet: input.desired.fleet.name,
                commit: input.commit,
                changes: changes,
                runs: runs,
                waits: waits,
                findings: findings,
                memberships: memberships,
                exceptions: exceptions,
                unmanaged: unmanaged
            ),
            commit: input.commit,
            observedAt: input.observed.observedAt,
            changes: changes,
            runs: runs,
            waits: waits,
            findings: findings,
            memberships: memberships,
            exceptions: exceptions,
            unmanaged: unmanaged,
            limits: verdict,
            summary: summary
        )
    }
}

extension PlannedChange {
    /// Things are made before what needs them, and deleted after what used them.
    fileprivate var executionRank: (Int, Int) {
        switch (action, object.kind) {
        case (_, .node) where action != .delete: (0, 0)
        case (_, .group) where action != .delete: (1, 0)
        case (_, .document) where action != .delete: (2, 0)
        case (_, .association) where action != .delete: (3, wave)
        case (_, .association): (4, 0)
        case (_, .document): (5, 0)
        case (_, .group): (6, 0)
        case (_, .node): (7, 0)
        // Policies are no objects of the provider: no plan changes one.
        case (_, .policy): (8, 0)
        }
    }
}
