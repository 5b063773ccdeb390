// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Drifts
import FleetModel
import Planning

/// Puts a status together.
///
/// Costs what cohorts and failures cost: nodes are touched one by one only where they failed, or
/// where every node is to have a file.
struct StatusMaker {
    static let historyMax = 5

    let desired: DesiredState
    let observed: ObservedState
    let plan: Plan
    let record: RunRecord?
    let previous: FleetStatus?
    let drift: DriftLedger
    let now: Timestamp
    let lines: LinesByObject
    private let previousObjects: [ObjectReference: ObjectStatus]

    init(
        desired: DesiredState,
        observed: ObservedState,
        plan: Plan,
        record: RunRecord?,
        previous: FleetStatus?,
        drift: DriftLedger
    ) {
        self.desired = desired
        self.observed = observed
        self.plan = plan
        self.record = record
        self.previous = previous
        self.drift = drift
        now = max(record?.finishedAt ?? observed.observedAt, observed.observedAt)
        lines = LinesByObject(plan, record)
        previousObjects = Dictionary(
            (previous?.objects ?? []).map { ($0.object, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func make() -> FleetStatus {
        var targets = TargetTally(
            desired: desired,
            observed: observed,
            previous: previousObjects,
            wantsEveryNode: desired.fleet.status.nodes == .all
        )
        let objects = makeObjects(&targets)
        let drift = driftItems()
        let exceptions = plan.exceptions.map(ExceptionStatus.init)
        var status = FleetStatus(
            fleet: desired.fleet.name,
            attemptedRevision: plan.commit,
            appliedRevision: appliedRevision,
            planDigest: plan.digest,
            plan: planState,
            pending: FleetStatus.PendingCounts(
                changes: plan.changes.count,
                runs: plan.runs.count,
                waits: plan.waits.count
            ),
            drift: driftState(drift, exceptions),
            rollout: rolloutState(targets.total),
            compliance: targets.total,
            conditions: [],
            nodes: nodeSummary(failing: targets.failures.count),
            objects: objects,
            driftItems: drift,
            exceptions: exceptions.isEmpty ? nil : exceptions,
            lastRun: nil,
            history: previous?.history ?? []
        )
        status.conditions = fleetConditions(status, objects)
        status.lastRun = lastRun(status)
        status.nodeDetails = nodeDetails(targets)
        record(&status)
        return status
    }

    /// Appends to the history when something is not as it was.
    private func record(_ status: inout FleetStatus) {
        let ready = status.condition(.ready)
        let entry = FleetStatus.HistoryEntry(
            at: now,
            commit: status.attemptedRevision,
            ready: ready?.status ?? .unknown,
            reason: ready?.reason.rawValue ?? "",
            outcome: status.lastRun?.outcome,
            summary: status.headline
        )
        if let last = status.history.last {
            var same = last
            same.at = entry.at
            guard same != entry else { return }
        }
        status.newEntry = entry
        status.history = (status.history + [entry]).suffix(Self.historyMax)
    }

    /// The last run that changed something worth telling; repeats of it leave no trace.
    private func lastRun(_ status: FleetStatus) -> FleetStatus.LastRun? {
        guard let record else { return previous?.lastRun }
        if let previous, let last = previous.lastRun, last.outcome == record.outcome,
            last.commit == record.commit, last.messages == record.messages,
            !record.changes.contains(where: { $0.status == .done }),
            previous.compliance == status.compliance, previous.headline == status.headline
        {
            return last
        }
        return FleetStatus.LastRun(
            runID: record.runID,
            outcome: record.outcome,
            commit: record.commit,
            finishedAt: record.finishedAt,
            messages: record.messages.map { $0.capped(at: 300) }
        )
    }

    private var appliedRevision: String? {
        let isApplied =
            plan.changes.isEmpty && plan.limits.refused.isEmpty
            && observed.completeness == .complete
            && ![.failed, .refused, .interrupted].contains(record?.outcome)
        return isApplied && !plan.commit.isEmpty ? plan.commit : previous?.appliedRevision
    }

    private var planState: FleetStatus.PlanState {
        if observed.completeness != .complete { return .unknown }
        if !plan.limits.refused.isEmpty || record?.outcome == .refused { return .blocked }
        return plan.isEmpty ? .inSync : .pending
    }

    private func driftState(
        _ items: [DriftItem],
        _ exceptions: [ExceptionStatus]
    ) -> FleetStatus.DriftState {
        if items.contains(where: { !$0.isAboutNodes }) { return .drifted }
        guard observed.completeness == .complete else { return .unknown }
        return exceptions.contains { !$0.ignored.isEmpty } ? .ignored : .none
    }

    private func rolloutState(_ total: FleetStatus.Compliance) -> FleetStatus.RolloutState {
        let pauses: Set<PlannedWait.Reason> = [.window, .approval, .suspended]
        if plan.suspension != nil || plan.waits.contains(where: { pauses.contains($0.reason) }) {
            return .paused
        }
        if total.failed > 0 || total.heldBack > 0 { return .degraded }
        return total.running > 0 || !plan.runs.isEmpty ? .progressing : .healthy
    }

    private func nodeSummary(failing: Int) -> FleetStatus.NodeSummary {
        var summary = FleetStatus.NodeSummary()
        summary.total = observed.nodes.count
        summary.failing = failing
        // Neighbours mostly run the same: spelling that out for each costs more than counting it.
        var last: (name: String, version: String, key: String)?
        for node in observed.nodes {
            if !node.isRegistered {
                summary.unregistered += 1
                continue
            }
            switch node.pingStatus {
            case .online: summary.online += 1
            case .connectionLost: summary.connectionLost += 1
            case .inactive: summary.inactive += 1
            }
            if let last, last.name == node.platformName, last.version == node.platformVersion {
                summary.platforms[last.key, default: 0] += 1
                continue
            }
            // Names come from nodes: a hostile one must not grow the page without bound.
            let platform = node.platform.capped(at: 80)
            let isKnown = summary.platforms[platform] != nil || summary.platforms.count < 20
            let key = isKnown ? platform : "other"
            summary.platforms[key, default: 0] += 1
            last = (node.platformName, node.platformVersion, key)
        }
        return summary
    }

    private func nodeDetails(_ targets: TargetTally) -> NodeDetails {
        let places: [Int]
        switch desired.fleet.status.nodes {
        case .none: return NodeDetails()
        case .failing: places = targets.failures.keys.sorted()
        case .all: places = Array(observed.nodes.indices)
        }
        return NodeDetails(
            nodes: observed.nodes,
            places: places,
            failures: targets.failures,
            classes: targets.classes
        )
    }

    func previousObject(_ object: ObjectReference) -> ObjectStatus? { previousObjects[object] }
}

extension ObservedNode {
    /// `Debian 12`: what the node runs.
    var platform: String {
        let text = platformVersion.isEmpty ? platformName : "\(platformName) \(platformVersion)"
        return text.isEmpty ? "unknown" : text
    }
}

/// A plan's and a record's lines by what they are about.
struct LinesByObject {
    private(set) var changes: [ObjectReference: PlannedChange] = [:]
    private(set) var waits: [ObjectReference: [PlannedWait]] = [:]
    private(set) var findings: [ObjectReference: [Finding]] = [:]
    private(set) var runs: [ObjectReference: [PlannedRun]] = [:]
    /// Why the last run could not change an object.
    private(set) var failures: [ObjectReference: String] = [:]

    init(_ plan: Plan, _ record: RunRecord?) {
        for change in plan.changes { changes[change.object] = change }
        waits = Dictionary(grouping: plan.waits, by: \.object)
        findings = Dictionary(grouping: plan.findings, by: \.object)
        runs = Dictionary(grouping: plan.runs, by: \.object)
        for change in record?.changes ?? [] where change.status == .failed {
            failures[change.object] = change.message ?? "could not be changed"
        }
    }
}
