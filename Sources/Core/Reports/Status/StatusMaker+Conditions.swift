// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

extension StatusMaker {
    /// The conditions of the fleet as a whole.
    func fleetConditions(_ status: FleetStatus, _ objects: [ObjectStatus]) -> [Condition] {
        let before = previous?.conditions
        let ready = readiness(status, objects)
        return [
            Condition(.ready, ready.0, ready.1, ready.2, since: now),
            drifted(status, before),
            reconciling(status),
            stalled(ready),
        ].map { $0.keepingTime(of: before) }
    }

    private func readiness(_ status: FleetStatus, _ objects: [ObjectStatus]) -> Verdict {
        if case .incomplete(let reasons) = observed.completeness {
            let why = reasons.prefix(3).joined(separator: "; ").capped(at: 300)
            return (.unknown, .providerError, "not everything could be read: \(why)")
        }
        if let suspension = plan.suspension {
            return (.false, .suspended, Words.suspension(suspension).capped(at: 300))
        }
        if let refused = plan.limits.refused.first {
            return (.false, .limitExceeded, refused.capped(at: 300))
        }
        if let record, [.failed, .refused, .interrupted].contains(record.outcome) {
            let why = record.messages.first?.capped(at: 300) ?? record.outcome.words
            let reason: Condition.Reason =
                switch record.outcome {
                case .refused: .validationFailed
                case .interrupted: .interrupted
                default: .providerError
                }
            return (.false, reason, why)
        }
        let wrong = objects.filter { $0.condition(.ready)?.status != .true }
        guard let worst = wrong.min(by: { rank($0) < rank($1) }),
            let condition = worst.condition(.ready)
        else {
            let count =
                desired.associations.count + desired.documents.count + desired.groups.count
                + desired.policies.count
            let ignored = status.ignoredCount
            let but =
                ignored > 0
                ? ", but for \(Words.count(ignored, "difference")) ignored by exceptions" : ""
            return (
                .true, .reconciliationSucceeded,
                "\(Words.count(count, "object")) and \(Words.count(status.nodes.total, "node")) "
                    + "are as git says\(but)"
            )
        }
        let more = wrong.count > 1 ? "; \(wrong.count - 1) more not ready" : ""
        return (.false, condition.reason, "\(worst.object): \(condition.message)\(more)")
    }

    private func rank(_ object: ObjectStatus) -> Int {
        let order: [Condition.Reason] = [
            .providerError, .healthCheckFailed, .driftDetected, .pruneBlocked, .limitExceeded,
            .dependencyNotReady, .approvalNeeded, .windowClosed, .suspended, .nodesUnreachable,
            .progressing,
        ]
        guard let reason = object.condition(.ready)?.reason else { return order.count }
        return order.firstIndex(of: reason) ?? order.count
    }

    private func drifted(_ status: FleetStatus, _ before: [Condition]?) -> Condition {
        let old = before?.first { $0.type == .drifted }
        if !status.objectDrift.isEmpty {
            let objects = Set(status.objectDrift.map(\.object)).count
            return Condition(
                .drifted,
                .true,
                .driftDetected,
                "\(Words.count(objects, "object")) not as git says, and left so",
                since: now
            )
        }
        if observed.completeness != .complete {
            return Condition(
                .drifted,
                .unknown,
                .providerError,
                "not everything could be read",
                since: now
            )
        }
        if status.drift == .ignored {
            let words = Words.count(status.ignoredCount, "difference") + " ignored by exceptions"
            return Condition(.drifted, .false, .driftAccepted, words, since: now)
        }
        // What ended the drift stays known until the next one.
        if let old, old.status == .false, old.reason != .driftAccepted { return old }
        let corrected = old?.status == .true && record?.changes.isEmpty == false
        return corrected
            ? Condition(.drifted, .false, .driftCorrected, "was made true again", since: now)
            : Condition(.drifted, .false, .noDrift, "as applied last", since: now)
    }

    private func reconciling(_ status: FleetStatus) -> Condition {
        let isPending = status.plan == .pending || status.compliance.running > 0
        return isPending
            ? Condition(
                .reconciling,
                .true,
                .progressing,
                "something is still to be done",
                since: now
            )
            : Condition(
                .reconciling,
                .false,
                .reconciliationSucceeded,
                "nothing is being done",
                since: now
            )
    }

    /// Whether it takes a person to go on.
    private func stalled(_ ready: Verdict) -> Condition {
        let needsPerson: Set<Condition.Reason> = [
            .limitExceeded, .validationFailed, .providerError, .healthCheckFailed,
            .approvalNeeded, .pruneBlocked, .driftDetected,
        ]
        if ready.0 != .true, needsPerson.contains(ready.1) {
            return Condition(.stalled, .true, ready.1, ready.2, since: now)
        }
        return Condition(
            .stalled,
            .false,
            .reconciliationSucceeded,
            "goes on by itself",
            since: now
        )
    }
}
