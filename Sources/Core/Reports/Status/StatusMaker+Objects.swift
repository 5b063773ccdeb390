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
        for reference in lines.objects.subtracting(known) {
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
        let (counts, failures) = targets.tally(association)
        object.compliance = counts
        object.failures = failures
        return withConditions(object)
    }

    private func make(_ policy: DesiredPolicy, _ targets: inout TargetTally) -> ObjectStatus {
        var object = ObjectStatus(ObjectReference(.policy, policy.name))
        object.file = policy.source.file
        object.line = policy.source.start.line
        let (counts, failures) = targets.tally(policy, observed)
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

    /// One item per field that differs and is left so.
    func driftItems() -> [DriftItem] {
        let before = Dictionary(
            (previous?.driftItems ?? []).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var items: [DriftItem] = []
        for finding in plan.findings where finding.isDrift {
            if finding.fields.isEmpty {
                items.append(
                    item(
                        finding,
                        "",
                        finding.expected.capped(at: 300),
                        finding.observed.capped(at: 300),
                        before
                    )
                )
            }
            for field in finding.fields {
                items.append(
                    item(
                        finding,
                        field.path,
                        Published.value(field.to, at: field.path),
                        Published.value(field.from, at: field.path),
                        before
                    )
                )
            }
        }
        return items.sorted { ($0.object, $0.field, $0.id) < ($1.object, $1.field, $1.id) }
    }

    private func item(
        _ finding: Finding,
        _ field: String,
        _ inGit: String,
        _ live: String,
        _ before: [String: DriftItem]
    ) -> DriftItem {
        var builder = DigestBuilder()
        builder.add([desired.fleet.name, finding.object.description, field])
        // Of one association there may be several.
        if finding.isRehearsed { builder.add(finding.observed) }
        let id = "d-" + builder.finalize().hex.prefix(8)
        let known = before[id].flatMap { $0.inGit == inGit && $0.live == live ? $0.since : nil }
        return DriftItem(
            id: id,
            object: finding.object,
            field: field,
            inGit: inGit,
            live: live,
            cause: finding.cause,
            severity: finding.severity,
            nodeCount: finding.nodes.count,
            since: known ?? finding.since ?? now
        )
    }
}

/// Values in the form in which they may leave the machine.
enum Published {
    private static let secretPrefix = "spec.parameters."

    /// Whether a field may hold a secret: parameters may, whatever they are called.
    static func maySecret(_ path: String) -> Bool { path.hasPrefix(secretPrefix) }

    /// The value, or its digest where it may be a secret.
    static func value(_ value: String?, at path: String) -> String {
        guard let value else { return "(none)" }
        if maySecret(path) { return "sha256:" + ContentDigest(of: value).short }
        if value.hasPrefix("sha256:"), value.utf8.count == 71 { return String(value.prefix(19)) }
        return value.capped(at: 200)
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
        case .offline: 4
        }
    }

    var condition: Condition.Reason {
        switch self {
        case .budget: .healthCheckFailed
        case .dependency: .dependencyNotReady
        case .approval: .approvalNeeded
        case .window: .windowClosed
        case .offline: .nodesUnreachable
        }
    }
}
