// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Makes the provider's associations those of git, and plans their runs in waves.
    mutating func planAssociations() {
        // Names need not be unique at a provider: ours is meant, the oldest id of several.
        let live = Dictionary(
            input.observed.associations.map { ($0.name, $0) },
            uniquingKeysWith: { [input] lhs, rhs in
                let (left, right) = (input.owns(lhs.tags), input.owns(rhs.tags))
                return left == right ? (lhs.id < rhs.id ? lhs : rhs) : left ? lhs : rhs
            }
        )
        // What another one cares for has a default version that is its business.
        declaredDocuments = Set(
            input.desired.documents.map(\.name).filter {
                input.mode(of: .document, $0) == .managed
            }
        )
        var drafts: [String: AssociationDraft] = [:]
        for association in input.desired.associations {
            switch input.mode(of: .association, association.name) {
            case .managed:
                drafts[association.name] = draft(association, live: live[association.name])
            case .observed: observe(association, live: live[association.name])
            case .ignored: break
            }
        }
        planRehearsals(&drafts)
        planPolicies(&drafts)
        suspend(&drafts)
        holdBack(&drafts, live)
        let waves = Waves(drafts.mapValues { ($0.desired.dependsOn, !$0.runs.isEmpty) })
        for association in input.desired.associations {
            guard let draft = drafts[association.name] else { continue }
            add(draft, wave: waves[association.name])
        }
        let declared = Set(input.desired.associations.map(\.name))
        for association in input.observed.associations
        where !declared.contains(association.name)
            && input.mayPrune(.association, association.name, association.tags)
        {
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
        if let live, !input.holds(object, live.tags) {
            reportForeign(object, tags: live.tags)
            return nil
        }
        let obstacle =
            blockedDocuments[association.document].map {
                "Document/\(association.document) \($0)"
            }
            ?? missingDocument(association.document)
            ?? (live == nil && input.observed.completeness != .complete
                ? "the observation is incomplete, and it may exist already" : nil)
        if let obstacle {
            waits.append(
                PlannedWait(
                    object,
                    nodes: table.names(of: members),
                    for: .dependency,
                    message: obstacle
                )
            )
            return nil
        }
        let declared = wanted(association, live: live)
        let absence = live == nil ? absence(of: object, digest: declared.digest) : .new
        guard absence != .left else {
            reportAbsence(
                object,
                nodes: table.names(of: members),
                severity: association.complianceSeverity
            )
            return nil
        }
        var draft = AssociationDraft(
            desired: association,
            live: live,
            declared: declared,
            spec: declared,
            members: members
        )
        draft.absence = absence
        compare(&draft)
        planRuns(of: &draft)
        return draft
    }

    /// Says how an association stands to what the provider has, but for what exceptions leave as it
    /// is.
    private mutating func compare(_ draft: inout AssociationDraft) {
        let (declared, object) = (draft.declared, draft.object)
        let association = draft.desired
        draft.isDefaultVersion = versionIsDefault(
            association.document,
            declared,
            draft.live,
            object
        )
        draft.rateDefaults = input.desired.fleet.provider.rateDefaults
        guard let live = draft.live, let current = draft.current else { return }
        let spec = exceptions.fields.spec(declared, live: current, of: object)
        if spec != declared {
            ignore(
                object,
                nodes: table.names(of: draft.members),
                severity: association.complianceSeverity,
                digest: declared.digest,
                tags: live.tags,
                shownChanges(from: current.fields, to: declared)
            )
        }
        draft.spec = spec
        draft.disposition = input.disposition(
            isSame: spec == current,
            digest: declared.digest,
            tags: live.tags,
            ignores: spec != declared
        )
        // While someone else's version of a document stays in force, nothing names another one.
        if draft.disposition == .record, declaredDocuments.contains(association.document),
            spec.documentVersion == "$DEFAULT"
        {
            draft.disposition = .leave
        }
    }

    private mutating func add(_ draft: AssociationDraft, wave: Int) {
        addChange(draft, wave: wave)
        findings += draft.findings
        waits += draft.waits
        for run in draft.runs {
            runs.append((plannedRun(run, of: draft, wave: wave), run.nodes))
        }
    }

    /// Turns the runs of what depends on something unfinished into waits, down the whole chain.
    private func holdBack(
        _ drafts: inout [String: AssociationDraft],
        _ live: [String: ObservedAssociation]
    ) {
        var visited: Set<String> = []
        func holdUp(_ name: String) -> String? {
            if input.mode(of: .association, name) != .managed {
                return holdUpOfUnmanaged(name, live[name])
            }
            return drafts[name].map(\.holdUp) ?? "cannot run"
        }
        func visit(_ name: String) {
            guard let association = drafts[name]?.desired, visited.insert(name).inserted else {
                return
            }
            for dependency in association.dependsOn { visit(dependency) }
            guard drafts[name]?.runs.isEmpty == false,
                let dependency = association.dependsOn.first(where: { holdUp($0) != nil }),
                let why = holdUp(dependency)
            else { return }
            drafts[name]?.holdBack("Association/\(dependency) \(why)", table)
        }
        for name in drafts.keys.sorted() { visit(name) }
    }

    private mutating func addChange(_ draft: AssociationDraft, wave: Int) {
        let association = draft.desired
        guard draft.disposition != .leave else { return }
        // Drift is told all the same.
        guard !draft.isSuspended || draft.disposition == .report else { return }
        if draft.spec.targetsNothing {
            return waits.append(
                PlannedWait(
                    draft.object,
                    for: .offline,
                    message: "none of its targets has registered"
                )
            )
        }
        let tags = ownershipTags(association.source, digest: draft.declared.digest)
        guard let live = draft.live, let disposition = draft.disposition else {
            changes.append(
                PlannedChange(
                    .create,
                    draft.object,
                    cause: draft.absence.cause,
                    reason: draft.absence.reason,
                    fields: shownChanges(from: [], to: draft.spec),
                    nodes: table.names(of: draft.members),
                    source: source(association.source),
                    wave: wave,
                    operations: [.createAssociation(draft.createRequest(tags: tags))]
                )
            )
            return
        }
        let fields = shownChanges(from: draft.current?.fields ?? [], to: draft.spec)
        let retag = PlannedOperation.addTags(
            AddTagsToResource(
                resourceType: .association,
                resourceId: live.id.rawValue,
                tags: tags.asTags
            )
        )
        switch disposition {
        case .leave: break
        case .record: record(draft.object, source: association.source, [retag])
        case .change(let cause):
            let (why, reason) = explain(cause, association, fields)
            changes.append(
                PlannedChange(
                    .update,
                    draft.object,
                    cause: why,
                    reason: reason,
                    fields: fields,
                    nodes: table.names(of: draft.members),
                    source: changedFieldSource(association, fields),
                    wave: wave,
                    operations: [.updateAssociation(draft.updateRequest(id: live.id)), retag]
                )
            )
        case .report:
            reportDrift(
                draft.object,
                nodes: table.names(of: draft.members),
                severity: association.complianceSeverity,
                fields,
                since: live.updatedAt
            )
        }
    }

    /// The changed fields as people read them: nodes by name, where the provider has ids.
    func shownChanges(from old: [FormField], to spec: AssociationSpec)
        -> [PlannedChange.Field]
    {
        func named(_ field: FormField) -> FormField {
            guard field.path == AssociationSpec.nodesPath else { return field }
            return FormField(field.path, table.names(ofIDs: field.values))
        }
        return fieldChanges(from: old.map(named), to: spec.fields.map(named))
    }

    /// Tells a new version of the document and a moved membership from a change of the object.
    private func explain(
        _ cause: Cause,
        _ association: DesiredAssociation,
        _ fields: [PlannedChange.Field]
    ) -> (Cause, String) {
        let paths = Set(fields.map(\.path))
        if let (cause, _) = documentCauses[association.document],
            paths == ["spec.documentVersion"]
        {
            return (cause, "its document \(association.document) changed")
        }
        let follows = association.targets.contains { target in
            if case .nodes = target { false } else { true }
        }
        if cause == .git, follows, paths == [AssociationSpec.nodesPath] {
            return (.membership, "nodes entered or left its targets")
        }
        return (cause, cause.reason)
    }

    /// The line of the first changed field that the author wrote, else the object's.
    ///
    /// A new version of the document is asked for where the document changes.
    func changedFieldSource(
        _ association: DesiredAssociation,
        _ fields: [PlannedChange.Field]
    ) -> PlanSource {
        if fields.map(\.path) == ["spec.documentVersion"],
            let (_, source) = documentCauses[association.document]
        {
            return source
        }
        let sources = association.fieldSources.all
        for field in fields {
            let path =
                field.path.hasPrefix("spec.targets.")
                ? "spec.targets"
                : field.path == "spec.documentVersion" ? "spec.document" : field.path
            if let exact = sources[path] { return source(exact) }
            let inside = sources.filter { $0.key.hasPrefix(path + "[") }
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
        return PlannedRun(
            object: draft.object,
            nodes: table.names(of: run.nodes),
            nodeIDs: table.ids(of: run.nodes),
            cause: run.cause,
            reason: run.reason,
            wave: wave,
            dependsOn: association.dependsOn,
            document: draft.inForce.document,
            documentVersion: draft.inForce.documentVersion,
            maxConcurrency: draft.maxConcurrency,
            maxErrors: draft.maxErrors,
            worstCaseBrokenNodes: mostBroken(
                of: run.nodes.count,
                draft.maxConcurrency,
                draft.maxErrors
            ),
            source: run.source ?? source(association.source),
            policy: run.policy,
            mends: run.mends
        )
    }
}

/// The most nodes that a run can break: all that are in flight may fail when the one error too many
/// arrives.
func mostBroken(
    of count: Int,
    _ maxConcurrency: RateBound,
    _ maxErrors: RateBound
) -> Int {
    min(count, maxErrors.allowedErrors(of: count) + maxConcurrency.concurrency(of: count))
}

extension AssociationDraft {
    /// Makes all runs wait.
    fileprivate mutating func holdBack(_ why: String, _ table: NodeTable) {
        waits.append(
            PlannedWait(
                object,
                nodes: table.names(of: runs.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }),
                for: .dependency,
                message: why
            )
        )
        runs = []
        holdUp = holdUp ?? "waits itself"
    }
}
