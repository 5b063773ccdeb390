// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

extension StatusMaker {
    /// Every declared object, and what still exists without being declared.
    ///
    /// Nodes have a part of their own; here they appear only when something about them is not as
    /// git says, so that ten thousand of them do not make ten thousand entries.
    func makeObjects(_ targets: inout TargetTally) -> [ObjectStatus] {
        var objects: [ObjectStatus] = []
        for association in desired.associations { objects.append(make(association, &targets)) }
        for policy in desired.policies { objects.append(make(policy, &targets)) }
        let liveDocuments = Dictionary(
            observed.documents.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for document in desired.documents {
            objects.append(make(document, liveDocuments[document.name]))
        }
        for group in desired.groups {
            var object = ObjectStatus(ObjectReference(.group, group.name))
            object.file = group.source.file
            object.line = group.source.start.line
            objects.append(withConditions(object))
        }
        for node in desired.nodes {
            let reference = ObjectReference(.node, node.name)
            guard lines.concern(reference) else { continue }
            var object = ObjectStatus(reference)
            object.file = node.source.file
            object.line = node.source.start.line
            objects.append(withConditions(object))
        }
        let known = Set(objects.map(\.object))
        let unmanaged = plan.unmanaged.map(\.object)
        for reference in lines.objects.union(unmanaged).subtracting(known) {
            objects.append(withConditions(ObjectStatus(reference)))
        }
        return objects.sorted { $0.object < $1.object }
    }

    private func make(
        _ association: DesiredAssociation,
        _ targets: inout TargetTally
    ) -> ObjectStatus {
        var object = ObjectStatus(ObjectReference(.association, association.name))
        let live = targets.live(association.name)
        object.file = association.source.file
        object.line = association.source.start.line
        object.providerID = live?.id.rawValue
        object.liveVersion = live.map { "\($0.version)" }
        object.document = association.document
        object.parameters = association.parameters.mapValues { values in
            var builder = DigestBuilder()
            builder.add(values)
            return builder.finalize()
        }
        object.scheduleExpression = association.scheduleExpression
        // How someone else's work fares says nothing about this fleet when it does not even look.
        guard desired.fleet.mode(of: object.object) != .ignored else {
            return withConditions(object)
        }
        let (counts, failures) = targets.tally(
            association,
            isFrozen: plan.isFrozen(object.object)
        )
        object.compliance = counts
        object.failures = failures
        return withConditions(object)
    }

    private func make(_ policy: DesiredPolicy, _ targets: inout TargetTally) -> ObjectStatus {
        var object = ObjectStatus(ObjectReference(.policy, policy.name))
        object.file = policy.source.file
        object.line = policy.source.start.line
        let ignored = plan.exceptions.filter { $0.policies.contains(policy.name) }
        let (counts, failures) = targets.tally(
            policy,
            observed,
            except: ignored.flatMap(\.nodes)
        )
        object.compliance = counts
        object.failures = failures
        return withConditions(object)
    }

    private func make(_ document: DesiredDocument, _ live: ObservedDocument?) -> ObjectStatus {
        var object = ObjectStatus(ObjectReference(.document, document.name))
        object.file = document.source.file
        object.line = document.source.start.line
        object.liveVersion = live.map { "\($0.defaultVersion)" }
        object.observedDigest = document.digest
        object.liveDigest = live?.digest
        return withConditions(object)
    }

    private func withConditions(_ object: ObjectStatus) -> ObjectStatus {
        var result = object
        let mode = desired.fleet.mode(of: object.object)
        result.ownership = mode == .managed ? nil : mode
        let before = previousObject(object.object)?.conditions
        let (status, reason, message) = readiness(of: object)
        let ready = Condition(.ready, status, reason, message, since: now)
        let drift = (lines.findings[object.object] ?? []).filter { $0.isDrift }
        let drifted =
            drift.isEmpty
            ? Condition(.drifted, .false, .noDrift, "as applied last", since: now)
            : Condition(.drifted, .true, .driftDetected, driftWords(drift), since: now)
        result.conditions = [ready.keepingTime(of: before), drifted.keepingTime(of: before)]
        return result
    }

    private func driftWords(_ findings: [Finding]) -> String {
        let paths = findings.flatMap { $0.fields.map(\.path) }
        guard !paths.isEmpty else {
            let finding = findings.first
            let on = finding?.isRehearsed == true ? " on " + Words.names(finding?.nodes ?? []) : ""
            return (finding?.observed.capped(at: 200) ?? "") + on
        }
        let shown = paths.prefix(5).map { $0.capped(at: 100) }.joined(separator: ", ")
        return paths.count > 5 ? "\(shown) and \(paths.count - 5) more differ" : "\(shown) differs"
    }

    typealias Verdict = (Condition.Status, Condition.Reason, String)

    /// The gravest thing that can be said of an object.
    private func readiness(of object: ObjectStatus) -> Verdict {
        let reference = object.object
        if let failure = lines.failures[reference], lines.changes[reference] != nil {
            return (.false, .providerError, failure.capped(at: 300))
        }
        if let finding = lines.findings[reference]?.first(where: \.isDrift) {
            let reason: Condition.Reason = finding.cause == .git ? .pruneBlocked : .driftDetected
            return (.false, reason, driftWords([finding]))
        }
        switch desired.fleet.mode(of: reference) {
        case .managed: break
        case .observed: return (.true, .reconciliationSucceeded, "only observed: as git says")
        case .ignored: return (.true, .reconciliationSucceeded, "ignored: not compared")
        }
        if let change = lines.changes[reference] {
            return plan.limits.refused.isEmpty
                ? (.false, .progressing, "\(change.action.rawValue) is pending")
                : (.false, .limitExceeded, "\(change.action.rawValue) is over the fleet's limits")
        }
        if let counts = object.compliance, counts.failed + counts.heldBack > 0 {
            let held = counts.heldBack > 0 ? ", \(counts.heldBack) held back" : ""
            let verb = reference.kind == .policy ? "do not comply" : "failed"
            return (
                .false, .healthCheckFailed,
                "\(counts.failed) of \(Words.count(counts.targeted, "node")) \(verb)\(held)"
            )
        }
        if let wait = lines.waits[reference]?.min(by: { $0.reason.rank < $1.reason.rank }) {
            let on = wait.nodes.isEmpty ? "" : "\(Words.count(wait.nodes.count, "node")): "
            return (.false, wait.reason.condition, on + wait.message.capped(at: 200))
        }
        if let runs = lines.runs[reference] {
            let count = runs.reduce(0) { $0 + $1.nodes.count }
            return (.false, .progressing, "to run on \(Words.count(count, "node"))")
        }
        if let counts = object.compliance, counts.noReport > 0 {
            return (
                .false, .progressing,
                "\(counts.noReport) of \(Words.count(counts.targeted, "node")) have not reported"
            )
        }
        return (.true, .reconciliationSucceeded, "as git says")
    }
}

extension Finding {
    /// Whether it is about what is not as git says, rather than about a node that failed.
    var isDrift: Bool {
        cause == .external || cause == .git || cause == .unknown || isRehearsed
    }
}

extension LinesByObject {
    /// Everything that some line is about.
    var objects: Set<ObjectReference> {
        Set(changes.keys).union(waits.keys).union(findings.keys)
    }

    func concern(_ object: ObjectReference) -> Bool {
        changes[object] != nil || waits[object] != nil || findings[object] != nil
    }
}

extension PlannedWait.Reason {
    /// The gravest first.
    var rank: Int {
        switch self {
        case .budget: 0
        case .dependency: 1
        case .approval: 2
        case .window: 3
        case .suspended: 4
        case .offline: 5
        }
    }

    var condition: Condition.Reason {
        switch self {
        case .budget: .healthCheckFailed
        case .dependency: .dependencyNotReady
        case .approval: .approvalNeeded
        case .window: .windowClosed
        case .suspended: .suspended
        case .offline: .nodesUnreachable
        }
    }
}
