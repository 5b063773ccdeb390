// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Associations, and what they refer to, that someone else made or makes.
extension PlanDraft {
    /// Says that a document that someone else was to make is not there.
    func missingDocument(_ name: String) -> String? {
        guard input.mode(of: .document, name) != .managed,
            !input.observed.documents.contains(where: { $0.name == name })
        else { return nil }
        return "there is no Document/\(name), and this fleet does not make it"
    }

    /// What git says of an association, in the provider's terms.
    func wanted(
        _ association: DesiredAssociation,
        live: ObservedAssociation?
    ) -> AssociationSpec {
        // A document that git does not declare is the provider's own: its default is its business.
        // One that the fleet left to someone else stays at the version that it was left at.
        let isNamed =
            declaredDocuments.contains(association.document)
            || input.mode(of: .document, association.document) != .managed
        let version =
            isNamed
            ? documentVersions[association.document] ?? live?.documentVersion ?? "$DEFAULT"
            : "$DEFAULT"
        return AssociationSpec(
            association,
            documentVersion: version,
            targets: table.lower(association.targets)
        )
    }

    /// Whether the default version of an association's document is the one that git wants.
    ///
    /// Someone else's association often names no version. That is as git says only while git has
    /// not moved since it was taken over: a run that was cut short has moved the default already,
    /// and the nodes have not run it yet.
    func versionIsDefault(
        _ document: String,
        _ spec: AssociationSpec,
        _ live: ObservedAssociation?,
        _ object: ObjectReference
    ) -> Bool {
        guard let live, declaredDocuments.contains(document),
            documentCauses[document] == nil
        else { return false }
        let applied = live.tags[Ownership.TagKey.digest]
        return applied == nil ? input.takes.contains(object) : applied == spec.digest.rawValue
    }

    /// Compares an association that the fleet only looks at.
    mutating func observe(_ association: DesiredAssociation, live: ObservedAssociation?) {
        let spec = wanted(association, live: live)
        var draft = AssociationDraft(
            desired: association,
            live: live,
            declared: spec,
            spec: spec,
            members: table.select(association.targets)
        )
        draft.isDefaultVersion = true
        draft.rateDefaults = input.desired.fleet.provider.rateDefaults
        reportObserved(
            draft.object,
            nodes: table.names(of: draft.members),
            severity: association.complianceSeverity,
            exists: live != nil,
            shownChanges(from: draft.current?.fields ?? [], to: spec)
        )
    }

    /// Why what depends on an association that someone else runs has to wait, where it has to.
    func holdUpOfUnmanaged(_ name: String, _ live: ObservedAssociation?) -> String? {
        guard input.mode(of: .association, name) == .observed else { return nil }
        guard let live else { return "does not exist" }
        if live.cohorts.contains(where: { !$0.status.isTerminal }) { return "is still running" }
        return live.cohorts.contains { $0.status != .success } ? "has failed targets" : nil
    }
}
