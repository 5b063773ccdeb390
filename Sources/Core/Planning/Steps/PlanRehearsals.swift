// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension PlanDraft {
    /// Reports or repairs where a rehearsal found that an association would change something again.
    ///
    /// Only what has run there with success and is as git says is rehearsed, so that nothing of a
    /// revision runs on a clone that a reconcile has not accepted.
    mutating func planRehearsals(_ drafts: inout [String: AssociationDraft]) {
        let declared = input.desired.associations.filter { $0.driftDetection != nil }
        guard !declared.isEmpty else { return }
        let hosted = NodeSet(input.desired.hostedNodes.compactMap { table.index(of: $0.name) })
        for association in declared {
            guard var draft = drafts[association.name] else { continue }
            planRehearsals(of: &draft, hosted: hosted)
            drafts[association.name] = draft
        }
    }

    private mutating func planRehearsals(of draft: inout AssociationDraft, hosted: NodeSet) {
        guard let live = draft.live, let detection = draft.desired.driftDetection,
            [.leave, .record].contains(draft.disposition)
        else { return }
        let digest = draft.desired.rehearsedDigest(
            in: input.desired,
            version: live.documentVersion
        )
        let isRetried = input.failedTargets == .retry
        let restless = input.rehearsals.restless(draft.desired.name, digest: digest)
        // What an exception suspends is left alone, its clone too.
        let isSuspended = exceptions.suspendedAssociations[draft.desired.name] != nil
        let suspended = exceptions.suspendedNodes.reduce(into: NodeSet()) {
            $0.formUnion($1.nodes)
        }
        var found: [RehearsedOutcome: NodeSet] = [:]
        var since: [RehearsedOutcome: Timestamp] = [:]
        for (place, ranAt) in settledNodes(of: draft, live, among: hosted) {
            let entry = input.rehearsals.entry(
                of: draft.desired.name,
                digest: digest,
                on: table.nodes[place].name,
                since: ranAt
            )
            let isWanted = restless == nil ? isDue(entry, detection) : isRetried
            if isWanted, !isSuspended, !suspended.contains(place) {
                rehearsals.append(
                    PlannedRehearsal(
                        association: draft.desired.name,
                        node: table.nodes[place].name,
                        nodeID: table.nodes[place].id,
                        digest: digest,
                        rehearsedAt: entry?.rehearsedAt
                    )
                )
            }
            guard let entry, entry.outcome.status != .unchanged else { continue }
            found[entry.outcome, default: NodeSet()].insert(place)
            since[entry.outcome] = min(since[entry.outcome] ?? entry.rehearsedAt, entry.rehearsedAt)
        }
        if let restless, !isRetried { return report(restless, &draft) }
        for (outcome, nodes) in found {
            act(on: outcome, nodes, since: since[outcome], &draft)
        }
    }

    /// The members that the association last ran on with success, and when; those that run now are
    /// none of them.
    private func settledNodes(
        of draft: AssociationDraft,
        _ live: ObservedAssociation,
        among hosted: NodeSet
    ) -> [(place: Int, ranAt: Timestamp)] {
        let running = draft.runs.reduce(into: draft.busy) { $0.formUnion($1.nodes) }
        let members = draft.members.intersection(hosted).subtracting(table.offline)
            .subtracting(running)
        var seen = NodeSet()
        var settled: [(place: Int, ranAt: Timestamp)] = []
        for cohort in live.cohorts.sorted(by: isLater) {
            let nodes = cohort.nodes.intersection(members).subtracting(seen)
            seen.formUnion(cohort.nodes)
            guard cohort.status == .success, cohort.associationVersion == live.version else {
                continue
            }
            settled += nodes.members.map { ($0, cohort.executedAt) }
        }
        return settled
    }

    private func isDue(_ entry: RehearsalLedger.Entry?, _ detection: DriftDetection) -> Bool {
        guard let entry else { return true }
        if entry.outcome.status == .unavailable { return true }
        if entry.outcome.status == .failed, input.failedTargets == .retry { return true }
        // A time in the future says that a clock is wrong, and not that it is new (P-09).
        let age = input.now.seconds - entry.rehearsedAt.seconds
        return !(0..<Int64(detection.rehearsalIntervalSeconds)).contains(age)
    }

    private func act(
        on outcome: RehearsedOutcome,
        _ nodes: NodeSet,
        since: Timestamp?,
        _ draft: inout AssociationDraft
    ) {
        if !outcome.isKnown {
            draft.waits.append(
                PlannedWait(
                    draft.object,
                    nodes: table.names(of: nodes),
                    for: .dependency,
                    message: "cannot be rehearsed, so drift is not seen: \(outcome.words)"
                )
            )
            return
        }
        let finding = Finding(
            draft.object,
            nodes: table.names(of: nodes),
            severity: draft.desired.complianceSeverity,
            cause: .node,
            expected: Finding.noChange,
            observed: outcome.words,
            since: since
        )
        guard input.desired.fleet.driftMode == .correct else {
            return draft.findings.append(finding)
        }
        draft.runs.append(
            AssociationDraft.Run(
                cause: .node,
                reason: "drifted: a run \(outcome.words)",
                nodes: nodes,
                mends: [finding]
            )
        )
    }

    /// Says once, rather than running it for ever, that a document cannot tell drift.
    private func report(_ restless: RehearsalLedger.Restless, _ draft: inout AssociationDraft) {
        draft.findings.append(
            Finding(
                draft.object,
                severity: draft.desired.complianceSeverity,
                cause: .unknown,
                expected: "no change right after a run",
                observed: "changes something on each run; cannot detect drift "
                    + "(\(restless.node): \(restless.entry.outcome.words))",
                since: restless.entry.rehearsedAt
            )
        )
    }
}

extension Planner {
    /// What should be rehearsed before the nodes are judged, the longest unknown first.
    package static func rehearsalsDue(_ input: PlanningInput) -> [PlannedRehearsal] {
        guard input.desired.associations.contains(where: { $0.driftDetection != nil }) else {
            return []
        }
        var draft = PlanDraft(input)
        draft.planEverything()
        return draft.rehearsals.sorted { lhs, rhs in
            let (left, right) = (
                lhs.rehearsedAt?.milliseconds ?? .min, rhs.rehearsedAt?.milliseconds ?? .min
            )
            return (left, lhs.node, lhs.association) < (right, rhs.node, rhs.association)
        }
    }

    /// What to rehearse right after a plan has run: the nodes that it repaired, and one of other
    /// runs, as long as it is not known whether the document changes something each time.
    package static func rehearsalsToVerify(
        _ plan: Plan,
        _ input: PlanningInput
    ) -> [PlannedRehearsal] {
        var repaired: [String: Set<String>] = [:]
        var samples: [String: String] = [:]
        for run in plan.runs {
            if run.cause == .node, run.policy == nil {
                repaired[run.object.name, default: []].formUnion(run.nodes)
            } else if samples[run.object.name] == nil {
                samples[run.object.name] = run.nodes.first
            }
        }
        return rehearsalsDue(input).filter { rehearsal in
            let name = rehearsal.association
            return repaired[name]?.contains(rehearsal.node) == true
                || samples[name] == rehearsal.node
                    && !input.rehearsals.isVerified(name, digest: rehearsal.digest)
        }
    }
}
