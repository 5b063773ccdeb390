// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel

extension DesiredFleet {
    /// How much of an object is this fleet's business.
    package func mode(of object: ObjectReference) -> ObjectOwnership {
        ownership[kind: object.kind.rawValue, name: object.name]
    }

    /// The objects that it names and does not manage, sorted.
    var unmanagedObjects: [UnmanagedObject] {
        ObjectOwnership.allCases.flatMap { mode in
            ownership.objects(mode).compactMap { text in
                ObjectReference(typed: text).map { UnmanagedObject(object: $0, ownership: mode) }
            }
        }.sorted { $0.object < $1.object }
    }
}

extension PlanningInput {
    func mode(of kind: ObjectReference.Kind, _ name: String) -> ObjectOwnership {
        desired.fleet.ownership[kind: kind.rawValue, name: name]
    }

    /// Whether an object is ours to change, by its tags.
    func owns(_ tags: [String: String]) -> Bool {
        tags[Ownership.TagKey.fleet] == desired.fleet.name
            && tags[Ownership.TagKey.repository] == repository
    }

    /// Whether an object is ours to change, by its tags or because someone said to take it over.
    ///
    /// What another fleet owns is not to be had by asking.
    func holds(_ object: ObjectReference, _ tags: [String: String]) -> Bool {
        owns(tags) || takes.contains(object) && Ownership(tags: tags) == nil
    }

    /// Whether an object may be deleted when git does not declare it.
    func mayPrune(_ kind: ObjectReference.Kind, _ name: String, _ tags: [String: String]) -> Bool {
        owns(tags) && mode(of: kind, name) == .managed
    }
}

extension DesiredState {
    /// The groups by what decides who is in them: the provider, where the fleet does not manage one.
    ///
    /// *Shape*: `absent` are those that someone else was to make, and has not.
    package func groupsInForce(
        _ observed: ObservedState
    ) -> (groups: [DesiredGroup], absent: Set<String>) {
        let rules = fleet.ownership
        guard !rules.isEmpty else { return (groups, []) }
        let kind = ObjectReference.Kind.group.rawValue
        let unmanaged = Set(rules.names(.observed, kind: kind) + rules.names(.ignored, kind: kind))
        let live = observed.groups.filter { unmanaged.contains($0.name) }
        let present = Set(live.map(\.name))
        let declared = groups.filter { !present.contains($0.name) }
        return (
            declared
                + live.map {
                    DesiredGroup(name: $0.name, query: $0.query, source: SourceRange(wholeFile: ""))
                },
            unmanaged.subtracting(present)
        )
    }
}

extension PlanDraft {
    /// Reports how an object that is only observed differs from git; `live` is `nil` where it is not.
    mutating func reportObserved(
        _ object: ObjectReference,
        nodes: [String] = [],
        severity: ComplianceSeverity = .unspecified,
        exists: Bool,
        _ fields: [PlannedChange.Field]
    ) {
        guard exists else {
            findings.append(
                Finding(
                    object,
                    nodes: nodes,
                    severity: severity,
                    cause: .external,
                    expected: "exists, made by someone else",
                    observed: "does not exist"
                )
            )
            return
        }
        guard !fields.isEmpty else { return }
        reportDrift(object, nodes: nodes, severity: severity, fields)
    }
}
