// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
package import Planning

/// One difference between what is and what git says that nobody asked for in git.
///
/// *Shape*: one per object and field; about machines, one per object. Values that may be secret are
/// digests, so that all of it may be published.
package struct DriftObservation: Hashable, Sendable {
    /// What the plan does about it.
    package enum Handling: String, Sendable, Codable {
        /// It is reported, and stays.
        case left = "Left"
        /// The plan makes it true again.
        case corrected = "Corrected"
    }

    /// Stable per fleet, object and field: `d-` and eight hexadecimal digits.
    package var id: String
    package var object: ObjectReference
    /// The field's path; empty where it is about the object as a whole, or about machines.
    package var field: String
    package var inGit: String
    package var live: String
    package var cause: Cause
    package var severity: ComplianceSeverity
    /// By name, sorted.
    package var nodes: [String]
    /// Since when the provider has known it.
    package var since: Timestamp?
    package var handling: Handling

    /// Whether it is the machines that moved, each for itself, rather than the object.
    package var isAboutNodes: Bool { cause == .node && !nodes.isEmpty }

    /// Everything in a plan that is not as git says, sorted by object and field.
    package static func all(in plan: Plan) -> [DriftObservation] {
        var merged: [String: DriftObservation] = [:]
        func add(_ observation: DriftObservation) {
            merged[observation.id] =
                merged[observation.id].map { $0.joined(with: observation) } ?? observation
        }
        for finding in plan.findings { of(finding, .left, in: plan.fleet).forEach(add) }
        for change in plan.changes where change.cause.intent == .corrective {
            of(change, in: plan.fleet).forEach(add)
        }
        for run in plan.runs where run.cause == .node || run.mends != nil {
            of(run, in: plan.fleet).forEach(add)
        }
        for finding in plan.waits.flatMap({ $0.mends ?? [] }) {
            of(finding, .left, in: plan.fleet).forEach(add)
        }
        return merged.values.sorted { ($0.object, $0.field, $0.id) < ($1.object, $1.field, $1.id) }
    }

    private static func of(
        _ finding: Finding,
        _ handling: Handling,
        in fleet: String
    ) -> [DriftObservation] {
        // That a run failed and that it would change something are two things.
        let whole = DriftObservation(
            id: id(fleet, finding.object, finding.isRehearsed ? "rehearsal" : ""),
            object: finding.object,
            field: "",
            inGit: finding.expected.capped(at: 300),
            live: finding.observed.capped(at: 300),
            cause: finding.cause,
            severity: finding.severity,
            nodes: finding.nodes,
            since: finding.since,
            handling: handling
        )
        return finding.fields.isEmpty
            ? [whole] : finding.fields.map { whole.narrowed(to: $0, fleet) }
    }

    private static func of(_ change: PlannedChange, in fleet: String) -> [DriftObservation] {
        let whole = DriftObservation(
            id: id(fleet, change.object, ""),
            object: change.object,
            field: "",
            inGit: "exists, as git says",
            live: change.reason.capped(at: 300),
            cause: change.cause,
            severity: .unspecified,
            nodes: change.nodes,
            handling: .corrected
        )
        // An object that someone deleted is missed as a whole, not field by field.
        guard change.action == .update, !change.fields.isEmpty else { return [whole] }
        return change.fields.map { whole.narrowed(to: $0, fleet) }
    }

    private static func of(_ run: PlannedRun, in fleet: String) -> [DriftObservation] {
        if let mends = run.mends { return mends.flatMap { of($0, .corrected, in: fleet) } }
        return [
            DriftObservation(
                id: id(fleet, run.object, ""),
                object: run.object,
                field: "",
                inGit: AssociationTargetStatus.success.rawValue,
                live: run.reason.capped(at: 300),
                cause: run.cause,
                severity: .unspecified,
                nodes: run.nodes,
                handling: .corrected
            )
        ]
    }

    private func narrowed(to field: PlannedChange.Field, _ fleet: String) -> DriftObservation {
        var result = self
        result.id = Self.id(fleet, object, field.path)
        result.field = field.path
        result.inGit = Published.value(field.to, at: field.path)
        result.live = Published.value(field.from, at: field.path)
        return result
    }

    /// Two lines about one thing: a policy that does not hold in two ways, or a run for each reason.
    private func joined(with other: DriftObservation) -> DriftObservation {
        func both(_ lhs: String, _ rhs: String) -> String {
            lhs == rhs || lhs.hasSuffix("; " + rhs) ? lhs : "\(lhs); \(rhs)".capped(at: 600)
        }
        var result = self
        result.inGit = both(inGit, other.inGit)
        result.live = both(live, other.live)
        // The gravest sorts first.
        result.severity = min(severity, other.severity)
        result.nodes = Set(nodes + other.nodes).sorted()
        result.since = [since, other.since].compactMap(\.self).min()
        if other.handling == .left { result.handling = .left }
        return result
    }

    private static func id(_ fleet: String, _ object: ObjectReference, _ field: String) -> String {
        var builder = DigestBuilder()
        builder.add([fleet, object.description, field])
        return "d-" + builder.finalize().hex.prefix(8)
    }
}
