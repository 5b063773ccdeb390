// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// At how many interruptions in a row, at one version, an operator is asked.
///
/// Before that a target is started again, as a new invocation. So many pulled plugs on one node are
/// a pattern, not bad luck.
private let interruptionsMax = 3

extension PlanDraft {
    /// Decides for each member of an association whether it runs, waits, or is reported.
    mutating func planRuns(of draft: inout AssociationDraft) {
        guard draft.desired.trigger == .change else {
            var sorted = Sorted()
            if let live = draft.live { settleRunning(&draft, live, &sorted) }
            return
        }
        let offline = draft.members.intersection(table.offline)
        var reachable = draft.members.subtracting(offline)
        var sorted = Sorted()
        guard let live = draft.live else {
            sorted.add(reachable, draft.absence.cause, draft.absence.reason)
            finish(&draft, sorted, offline: offline)
            return
        }
        let runsDifferently = draft.current.map(draft.spec.runsDifferently) ?? false
        // Someone changed what it does, and the fleet only reports that, or an exception leaves it
        // so: what git does not say is run on nobody.
        if draft.isFrozen || draft.disposition == .report && runsDifferently { return }
        settleRunning(&draft, live, &sorted)
        reachable = reachable.subtracting(sorted.settled)
        if case .change(let cause) = draft.disposition, runsDifferently {
            if let document = documentCauses[draft.desired.document] {
                let reason = "Document/\(draft.desired.document) changed"
                sorted.add(reachable, document.cause, reason, document.source)
            } else {
                let fields = fieldChanges(
                    from: draft.current?.fields ?? [],
                    to: draft.spec.fields
                )
                let source = changedFieldSource(draft.desired, fields)
                sorted.add(reachable, cause, cause.reason, source)
            }
        } else {
            sort(&draft, live, reachable: reachable, into: &sorted)
        }
        finish(&draft, sorted, offline: offline.subtracting(sorted.settled))
    }

    /// Leaves alone the members that run at this moment, whatever they run.
    private func settleRunning(
        _ draft: inout AssociationDraft,
        _ live: ObservedAssociation,
        _ sorted: inout Sorted
    ) {
        let running = live.cohorts.reduce(into: NodeSet()) {
            if !$1.status.isTerminal { $0.formUnion($1.nodes) }
        }.intersection(draft.members)
        guard !running.isEmpty else { return }
        sorted.settle(running)
        draft.busy = running
        draft.holdUp = "is still running"
        draft.waits.append(
            PlannedWait(
                draft.object,
                nodes: table.names(of: running),
                for: .dependency,
                message: "is running already"
            )
        )
    }

    /// Members that changed nothing in git: each cohort by how it fared.
    private func sort(
        _ draft: inout AssociationDraft,
        _ live: ObservedAssociation,
        reachable: NodeSet,
        into sorted: inout Sorted
    ) {
        let expression = draft.inForce.scheduleExpression
        let schedule = expression.flatMap { try? ScheduleExpression($0) }
        var seen = sorted.settled
        for cohort in live.cohorts.sorted(by: isLater) where cohort.status.isTerminal {
            let nodes = cohort.nodes.intersection(draft.members).subtracting(seen)
            seen.formUnion(cohort.nodes)
            guard !nodes.isEmpty else { continue }
            let due = schedule?.isDue(lastRun: cohort.executedAt, now: input.now) ?? false
            judge(cohort, nodes: nodes, due: due, reachable: reachable, &draft, &sorted)
        }
        let entered = reachable.subtracting(seen)
        guard !entered.isEmpty else { return }
        guard input.observed.completeness == .complete else {
            sorted.settle(entered)
            draft.waits.append(
                PlannedWait(
                    draft.object,
                    nodes: table.names(of: entered),
                    for: .dependency,
                    message: "the observation is incomplete, and they may have run already"
                )
            )
            return
        }
        let isFirst = live.cohorts.isEmpty
        sorted.add(
            entered,
            isFirst ? .git : .membership,
            isFirst ? "not run yet" : "entered the targets of \(draft.desired.name)"
        )
    }

    /// A total order: should a node be in two cohorts, the later one speaks for it.
    func isLater(
        _ lhs: ObservedAssociation.Cohort,
        _ rhs: ObservedAssociation.Cohort
    ) -> Bool {
        (lhs.associationVersion, lhs.executedAt, lhs.executionID.rawValue, lhs.detailedStatus)
            > (rhs.associationVersion, rhs.executedAt, rhs.executionID.rawValue, rhs.detailedStatus)
    }

    private func judge(
        _ cohort: ObservedAssociation.Cohort,
        nodes: NodeSet,
        due: Bool,
        reachable: NodeSet,
        _ draft: inout AssociationDraft,
        _ sorted: inout Sorted
    ) {
        let here = nodes.intersection(reachable)
        if cohort.associationVersion < draft.live?.version ?? 0 || cohort.status == .cancelled {
            sorted.add(here, .git, "a previous run ended before it reached these nodes")
            return
        }
        switch cohort.status {
        case .pending, .inProgress: break
        case .success:
            if due {
                sorted.add(here, .clock, "\(draft.inForce.scheduleExpression ?? "schedule") is due")
            } else {
                sorted.settle(nodes)
            }
        case .interrupted where cohort.interruptions < interruptionsMax:
            sorted.add(here, .node, "was interrupted; runs again as a new invocation")
        case .failed, .timedOut, .interrupted, .terminated, .cancelled:
            if input.failedTargets == .retry {
                let reason = "\(cohort.status.words) before; retry was asked for"
                sorted.add(here, .node, reason, mends: failure(cohort, nodes: here, draft))
            } else if due {
                let reason = "\(draft.inForce.scheduleExpression ?? "schedule") is due"
                sorted.add(here, .clock, reason, mends: failure(cohort, nodes: here, draft))
            } else {
                sorted.settle(nodes)
                hold(cohort, nodes: nodes, &draft)
            }
        }
    }

    /// Leaves failed targets as they are, and says so.
    private func hold(
        _ cohort: ObservedAssociation.Cohort,
        nodes: NodeSet,
        _ draft: inout AssociationDraft
    ) {
        draft.holdUp = "has failed targets"
        if cohort.status == .terminated {
            draft.waits.append(
                PlannedWait(
                    draft.object,
                    nodes: table.names(of: nodes),
                    for: .budget,
                    message: "maxErrors \(draft.maxErrors) was exceeded; "
                        + "waits for a change in git or 'aplomb reconcile --retry'"
                )
            )
            return
        }
        if let finding = failure(cohort, nodes: nodes, draft) { draft.findings.append(finding) }
    }

    /// What failed targets are not; those that were never started are not known to be otherwise.
    private func failure(
        _ cohort: ObservedAssociation.Cohort,
        nodes: NodeSet,
        _ draft: AssociationDraft
    ) -> Finding? {
        guard !nodes.isEmpty, cohort.status != .terminated else { return nil }
        return Finding(
            draft.object,
            nodes: table.names(of: nodes),
            severity: draft.desired.complianceSeverity,
            cause: .node,
            expected: "Success",
            observed: cohort.detailedStatus,
            since: cohort.executedAt
        )
    }

    private func finish(_ draft: inout AssociationDraft, _ sorted: Sorted, offline: NodeSet) {
        draft.runs = sorted.runs
        guard !offline.isEmpty else { return }
        draft.waits.append(
            PlannedWait(
                draft.object,
                nodes: table.names(of: offline),
                for: .offline,
                message: "runs when the node is back"
            )
        )
    }
}

/// Members by the reason for which they run.
private struct Sorted {
    private(set) var runs: [AssociationDraft.Run] = []
    /// Members that need nothing, or that something else is said about.
    private(set) var settled = NodeSet()

    mutating func add(
        _ nodes: NodeSet,
        _ cause: Cause,
        _ reason: String,
        _ source: PlanSource? = nil,
        mends: Finding? = nil
    ) {
        guard !nodes.isEmpty else { return }
        let index: Int
        if let known = runs.firstIndex(where: { $0.cause == cause && $0.reason == reason }) {
            index = known
            runs[index].nodes.formUnion(nodes)
        } else {
            index = runs.endIndex
            runs.append(
                AssociationDraft.Run(cause: cause, reason: reason, nodes: nodes, source: source)
            )
        }
        if let mends { runs[index].mends.append(mends) }
    }

    mutating func settle(_ nodes: NodeSet) { settled.formUnion(nodes) }
}

extension AssociationTargetStatus {
    fileprivate var words: String {
        switch self {
        case .timedOut: "timed out"
        case .terminated: "was held back by rate control"
        default: rawValue.lowercased()
        }
    }
}
