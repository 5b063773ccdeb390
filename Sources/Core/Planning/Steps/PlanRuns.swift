// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// How often an interrupted target is started again, as a new invocation, before an operator is
/// asked. Three pulled plugs in a row on one node are a pattern and not bad luck.
private let interruptionsMax = 3

extension PlanDraft {
    /// Decides for each member of an association whether it runs, waits, or is reported.
    mutating func planRuns(of draft: inout AssociationDraft) {
        let (reachable, offline) = partition(draft.members)
        var sorted = Sorted()
        guard let live = draft.live else {
            sorted.add(reachable, .git, "new in git")
            finish(&draft, sorted, offline: offline)
            return
        }
        if case .change(let cause) = draft.disposition,
            draft.spec.runsDifferently(from: AssociationSpec(live))
        {
            let documentCause = documentCauses[draft.desired.document]
            sorted.add(
                reachable,
                documentCause ?? cause,
                documentCause.map { _ in "Document/\(draft.desired.document) changed" }
                    ?? cause.reason
            )
            finish(&draft, sorted, offline: offline)
            return
        }
        sort(&draft, live, reachable: reachable, into: &sorted)
        finish(&draft, sorted, offline: offline.subtracting(sorted.settled))
    }

    /// Members that changed nothing in git: each cohort by how it fared.
    private func sort(
        _ draft: inout AssociationDraft,
        _ live: ObservedAssociation,
        reachable: NodeSet,
        into sorted: inout Sorted
    ) {
        let schedule = draft.desired.scheduleExpression.flatMap { try? ScheduleExpression($0) }
        var seen = NodeSet()
        for cohort in live.cohorts {
            seen.formUnion(cohort.nodes)
            let nodes = cohort.nodes.intersection(draft.members)
            guard !nodes.isEmpty else { continue }
            let due = schedule?.isDue(lastRun: cohort.executedAt, now: input.now) ?? false
            judge(cohort, nodes: nodes, due: due, reachable: reachable, &draft, &sorted)
        }
        let entered = reachable.subtracting(seen)
        let isFirst = live.cohorts.isEmpty
        sorted.add(
            entered,
            isFirst ? .git : .membership,
            isFirst ? "not run yet" : "entered the targets of \(draft.desired.name)"
        )
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
        case .pending, .inProgress:
            sorted.settle(nodes)
            draft.waits.append(
                PlannedWait(
                    draft.object,
                    nodes: table.names(of: nodes),
                    for: .dependency,
                    message: "is running already"
                )
            )
        case .success:
            if due {
                sorted.add(here, .clock, "\(draft.desired.scheduleExpression ?? "schedule") is due")
            } else {
                sorted.settle(nodes)
            }
        case .interrupted where cohort.interruptions < interruptionsMax:
            sorted.add(here, .node, "was interrupted; runs again as a new invocation")
        case .failed, .timedOut, .interrupted, .terminated, .cancelled:
            if input.failedTargets == .retry {
                sorted.add(here, .node, "\(cohort.status.words) before; retry was asked for")
            } else if due {
                sorted.add(here, .clock, "\(draft.desired.scheduleExpression ?? "schedule") is due")
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
        draft.hasHeldFailures = true
        let names = table.names(of: nodes)
        if cohort.status == .terminated {
            draft.waits.append(
                PlannedWait(
                    draft.object,
                    nodes: names,
                    for: .budget,
                    message: "maxErrors \(draft.desired.maxErrors) was exceeded; "
                        + "waits for a change in git or 'aplomb reconcile --retry'"
                )
            )
            return
        }
        draft.findings.append(
            Finding(
                draft.object,
                nodes: names,
                severity: draft.desired.complianceSeverity,
                cause: .node,
                expected: "Success",
                observed: cohort.detailedStatus,
                since: cohort.executedAt
            )
        )
    }

    private func partition(_ members: NodeSet) -> (reachable: NodeSet, offline: NodeSet) {
        var offline = NodeSet()
        for member in members.members where table.nodes[member].pingStatus != .online {
            offline.insert(member)
        }
        return (members.subtracting(offline), offline)
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

    mutating func add(_ nodes: NodeSet, _ cause: Cause, _ reason: String) {
        guard !nodes.isEmpty else { return }
        if let index = runs.firstIndex(where: { $0.cause == cause && $0.reason == reason }) {
            runs[index].nodes.formUnion(nodes)
        } else {
            runs.append(AssociationDraft.Run(cause: cause, reason: reason, nodes: nodes))
        }
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
