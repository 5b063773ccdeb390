// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Makes the provider's associations those of git, and plans their runs in waves.
    mutating func planAssociations() {
        let live = Dictionary(
            input.observed.associations.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var drafts: [String: AssociationDraft] = [:]
        for association in input.desired.associations {
            drafts[association.name] = draft(association, live: live[association.name])
        }
        let waves = Waves(drafts.mapValues { ($0.desired.dependsOn, !$0.runs.isEmpty) })
        for association in input.desired.associations {
            guard let draft = drafts[association.name] else { continue }
            add(draft, wave: waves[association.name], drafts)
        }
        let declared = Set(input.desired.associations.map(\.name))
        for association in input.observed.associations
        where !declared.contains(association.name) && owns(association.tags) {
            let nodes = association.cohorts.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
            prune(
                ObjectReference(.association, association.name),
                nodes: table.names(of: nodes),
                tags: association.tags,
                [.deleteAssociation(DeleteAssociation(associationId: association.id))]
            )
        }
    }

    /// What one association needs, before its wave is known; `nil` when it is not ours.
    private mutating func draft(
        _ association: DesiredAssociation,
        live: ObservedAssociation?
    ) -> AssociationDraft? {
        let object = ObjectReference(.association, association.name)
        let members = table.select(association.targets)
        if let live, !owns(live.tags) {
            reportForeign(object, tags: live.tags)
            return nil
        }
        if blockedDocuments.contains(association.document) {
            waits.append(
                PlannedWait(
                    object,
                    nodes: table.names(of: members),
                    for: .dependency,
                    message: "Document/\(association.document) belongs to someone else"
                )
            )
            return nil
        }
        // A document that git does not declare is the provider's own: its default is its business.
        let version =
            input.desired.documents.contains { $0.name == association.document }
            ? documentVersions[association.document] ?? live?.documentVersion ?? "$DEFAULT"
            : "$DEFAULT"
        let spec = AssociationSpec(
            association,
            documentVersion: version,
            targets: table.lower(association.targets)
        )
        var draft = AssociationDraft(desired: association, live: live, spec: spec, members: members)
        draft.disposition = live.map {
            let current = AssociationSpec($0)
            return disposition(desired: spec.digest, live: current.digest, tags: $0.tags)
        }
        planRuns(of: &draft)
        return draft
    }

    private mutating func add(
        _ draft: AssociationDraft,
        wave: Int,
        _ drafts: [String: AssociationDraft]
    ) {
        addChange(draft, wave: wave)
        findings += draft.findings
        waits += draft.waits
        guard !draft.runs.isEmpty else { return }
        if let blocker = blockingDependency(of: draft.desired, drafts) {
            let nodes = draft.runs.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
            waits.append(
                PlannedWait(
                    draft.object,
                    nodes: table.names(of: nodes),
                    for: .dependency,
                    message: "Association/\(blocker) has failed targets"
                )
            )
            return
        }
        for run in draft.runs { runs.append(plannedRun(run, of: draft, wave: wave)) }
    }

    /// A dependency that failed and that this plan does not run again.
    private func blockingDependency(
        of association: DesiredAssociation,
        _ drafts: [String: AssociationDraft]
    ) -> String? {
        association.dependsOn.first { name in
            guard let dependency = drafts[name] else { return true }
            return dependency.hasHeldFailures && dependency.runs.isEmpty
        }
    }

    private mutating func addChange(_ draft: AssociationDraft, wave: Int) {
        let association = draft.desired
        let tags = ownershipTags(association.source, digest: draft.spec.digest)
        guard let live = draft.live, let disposition = draft.disposition else {
            changes.append(
                PlannedChange(
                    .create,
                    draft.object,
                    cause: .git,
                    reason: "new in git",
                    fields: fieldChanges(from: [], to: draft.spec.fields),
                    nodes: table.names(of: draft.members),
                    source: source(association.source),
                    wave: wave,
                    operations: [.createAssociation(draft.createRequest(tags: tags))]
                )
            )
            return
        }
        let fields = fieldChanges(from: AssociationSpec(live).fields, to: draft.spec.fields)
        switch disposition {
        case .leave: break
        case .change(let cause):
            let documentCause = documentCauses[association.document]
            let onlyVersion = fields.allSatisfy { $0.path == "spec.documentVersion" }
            let why = onlyVersion ? documentCause ?? cause : cause
            let retag = AddTagsToResource(
                resourceType: .association,
                resourceId: live.id.rawValue,
                tags: tags.asTags
            )
            changes.append(
                PlannedChange(
                    .update,
                    draft.object,
                    cause: why,
                    reason: onlyVersion && documentCause != nil
                        ? "its document \(association.document) changed" : why.reason,
                    fields: fields,
                    nodes: table.names(of: draft.members),
                    source: changedFieldSource(association, fields),
                    wave: wave,
                    operations: [
                        .updateAssociation(draft.updateRequest(id: live.id)), .addTags(retag),
                    ]
                )
            )
        case .report:
            reportDrift(
                draft.object,
                nodes: table.names(of: draft.members),
                severity: association.complianceSeverity,
                fields
            )
        }
    }

    /// The line of the first changed field that the author wrote, else the object's.
    private func changedFieldSource(
        _ association: DesiredAssociation,
        _ fields: [PlannedChange.Field]
    ) -> PlanSource {
        for field in fields {
            if let exact = association.fieldSources[field.path] { return source(exact) }
            let inside = association.fieldSources.filter { $0.key.hasPrefix(field.path + "[") }
            if let first = inside.values.min() { return source(first) }
        }
        return source(association.source)
    }

    private func plannedRun(
        _ run: AssociationDraft.Run,
        of draft: AssociationDraft,
        wave: Int
    ) -> PlannedRun {
        let association = draft.desired
        let count = run.nodes.count
        return PlannedRun(
            object: draft.object,
            nodes: table.names(of: run.nodes),
            nodeIDs: table.ids(of: run.nodes),
            cause: run.cause,
            reason: run.reason,
            wave: wave,
            dependsOn: association.dependsOn,
            document: association.document,
            documentVersion: draft.spec.documentVersion,
            maxConcurrency: association.maxConcurrency,
            maxErrors: association.maxErrors,
            worstCaseBrokenNodes: worstCase(of: association, nodes: count),
            source: source(association.source)
        )
    }

    /// All that are in flight may fail when the one error too many arrives.
    private func worstCase(of association: DesiredAssociation, nodes count: Int) -> Int {
        min(
            count,
            association.maxErrors.allowedErrors(of: count)
                + association.maxConcurrency.concurrency(of: count)
        )
    }
}
