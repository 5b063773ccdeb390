// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// What was applied to the provider: every object of ours that was there at the last reconcile.
///
/// An object that git declares and the provider lacks was either never made, or deleted behind
/// git's back; only this tells the two apart, since an object's tags go with it.
package struct AppliedObjects: Hashable, Sendable, Codable {
    private var objects: [String: ContentDigest] = [:]

    package init() {}

    /// Whether exactly this form of the object was there.
    func contains(_ object: ObjectReference, _ digest: ContentDigest) -> Bool {
        objects[object.description] == digest
    }

    /// What is known after another look.
    ///
    /// An object that is gone and still declared stays known, so that it goes on being missed.
    package func updated(with input: PlanningInput) -> AppliedObjects {
        guard input.observed.completeness == .complete else { return self }
        let present = AppliedObjects(owned: input)
        var declared: Set<String> = []
        func declare(_ kind: ObjectReference.Kind, _ names: [String]) {
            for name in names { declared.insert(ObjectReference(kind, name).description) }
        }
        declare(.document, input.desired.documents.map(\.name))
        declare(.group, input.desired.groups.map(\.name))
        declare(.association, input.desired.associations.map(\.name))
        var result = AppliedObjects()
        result.objects = objects.filter { declared.contains($0.key) }
        result.objects.merge(present.objects) { $1 }
        return result
    }

    /// What stays known once a plan's deletions have begun, however far they get.
    package func forgetting(deletionsOf plan: Plan) -> AppliedObjects {
        var result = self
        for change in plan.changes where change.action == .delete {
            result.objects[change.object.description] = nil
        }
        return result
    }

    /// The objects of ours that the provider has at this moment.
    private init(owned input: PlanningInput) {
        func add(_ kind: ObjectReference.Kind, _ name: String, _ tags: [String: String]) {
            guard input.owns(tags), let digest = tags[Ownership.TagKey.digest] else { return }
            objects[ObjectReference(kind, name).description] = ContentDigest(digest)
        }
        for document in input.observed.documents { add(.document, document.name, document.tags) }
        for group in input.observed.groups { add(.group, group.name, group.tags) }
        for association in input.observed.associations {
            add(.association, association.name, association.tags)
        }
    }
}

extension PlanningInput {
    /// Whether the provider has anything of ours at all.
    ///
    /// One that has nothing is a new one, and nobody deleted anything from it.
    var providerIsEmpty: Bool {
        !observed.documents.contains { owns($0.tags) }
            && !observed.groups.contains { owns($0.tags) }
            && !observed.associations.contains { owns($0.tags) }
    }
}

extension PlanDraft {
    /// What to do about an object that git declares and the provider lacks.
    func absence(of object: ObjectReference, digest: ContentDigest) -> Absence {
        guard input.applied.contains(object, digest), !isNewProvider else { return .new }
        return input.desired.fleet.driftMode == .correct ? .deleted : .left
    }

    enum Absence {
        case new
        /// Someone deleted it, and it is made again.
        case deleted
        /// Someone deleted it, and the fleet only reports that.
        case left

        var cause: Cause { self == .new ? .git : .external }
        var reason: String { self == .new ? "new in git" : "was deleted outside git" }
    }

    /// Reports an object that was deleted behind git's back and stays so.
    mutating func reportAbsence(
        _ object: ObjectReference,
        nodes: [String],
        severity: ComplianceSeverity = .unspecified
    ) {
        findings.append(
            Finding(
                object,
                nodes: nodes,
                severity: severity,
                cause: .external,
                expected: "exists, as git says",
                observed: "was deleted outside git"
            )
        )
    }
}
