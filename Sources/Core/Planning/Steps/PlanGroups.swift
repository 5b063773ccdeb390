// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Makes the provider's resource groups those of git.
    ///
    /// Groups that tags alone do not decide are no objects of the provider: they are resolved here.
    mutating func planGroups() {
        let live = Dictionary(
            input.observed.groups.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var declared: Set<String> = []
        for group in input.desired.groups {
            guard let query = group.selection.tagQuery else { continue }
            declared.insert(group.name)
            switch input.mode(of: .group, group.name) {
            case .managed: planGroup(group, query, live: live[group.name])
            case .observed: observe(group, query, live: live[group.name])
            case .ignored: break
            }
        }
        for group in input.observed.groups
        where !declared.contains(group.name) && input.mayPrune(.group, group.name, group.tags) {
            prune(
                ObjectReference(.group, group.name),
                tags: group.tags,
                [.deleteGroup(DeleteGroup(groupName: group.name))]
            )
        }
    }

    private mutating func observe(
        _ group: DesiredGroup,
        _ query: TagQuery,
        live: ObservedGroup?
    ) {
        let wanted = GroupSpec(description: group.description, query: query)
        let current = live.map { GroupSpec(description: $0.description, query: $0.query) }
        reportObserved(
            ObjectReference(.group, group.name),
            nodes: table.names(of: table.members(ofGroup: group.name)),
            exists: live != nil,
            fieldChanges(from: current?.fields ?? [], to: wanted.fields)
        )
    }

    private mutating func planGroup(
        _ group: DesiredGroup,
        _ query: TagQuery,
        live: ObservedGroup?
    ) {
        let object = ObjectReference(.group, group.name)
        let declared = GroupSpec(description: group.description, query: query)
        let tags = ownershipTags(group.source, digest: declared.digest)
        func members() -> [String] { table.names(of: table.members(ofGroup: group.name)) }
        guard let live else {
            let absence = absence(of: object, digest: declared.digest)
            guard absence != .left else { return reportAbsence(object, nodes: members()) }
            let request = CreateGroup(
                name: group.name,
                description: group.description,
                resourceQuery: query,
                tags: tags
            )
            changes.append(
                PlannedChange(
                    .create,
                    object,
                    cause: absence.cause,
                    reason: absence.reason,
                    fields: fieldChanges(from: [], to: declared.fields),
                    nodes: members(),
                    source: source(group.source),
                    operations: [.createGroup(request)]
                )
            )
            return
        }
        guard input.holds(object, live.tags) else { return reportForeign(object, tags: live.tags) }
        let current = GroupSpec(description: live.description, query: live.query)
        let kept = exceptions.fields.group(group, query, live: live)
        let wanted = GroupSpec(description: kept.description, query: kept.query)
        let fields = fieldChanges(from: current.fields, to: wanted.fields)
        if wanted.fields != declared.fields {
            let all = fieldChanges(from: current.fields, to: declared.fields)
            ignore(object, nodes: members(), digest: declared.digest, tags: live.tags, all)
        }
        let disposition = input.disposition(
            isSame: wanted.fields == current.fields,
            digest: declared.digest,
            tags: live.tags,
            ignores: wanted.fields != declared.fields
        )
        switch disposition {
        case .leave: break
        case .record:
            let retag = PlannedOperation.tagGroup(TagGroup(groupName: group.name, tags: tags))
            record(object, source: group.source, [retag])
        case .change(let cause):
            changes.append(
                PlannedChange(
                    .update,
                    object,
                    cause: cause,
                    reason: cause.reason,
                    fields: fields,
                    nodes: members(),
                    source: source(group.source),
                    operations: update(group.name, to: kept, tags)
                )
            )
        case .report: reportDrift(object, nodes: members(), fields)
        }
    }
}

extension PlanDraft {
    private func update(
        _ name: String,
        to kept: (description: String?, query: TagQuery),
        _ tags: [String: String]
    ) -> [PlannedOperation] {
        [
            .updateGroup(
                // Left out would mean left as it is.
                UpdateGroup(groupName: name, description: kept.description ?? "")
            ),
            .updateGroupQuery(
                UpdateGroupQuery(groupName: name, resourceQuery: kept.query)
            ),
            .tagGroup(TagGroup(groupName: name, tags: tags)),
        ]
    }
}

/// What defines a group, as fields that can be compared and shown.
private struct GroupSpec {
    let fields: [FormField]

    init(description: String?, query: TagQuery) {
        let description = description ?? ""
        fields =
            (description.isEmpty ? [] : [FormField("spec.description", description)])
            + Self.fields("spec.query.tags", query.tags)
            + Self.fields("spec.query.not.tags", query.not)
    }

    private static func fields(_ path: String, _ query: [String: [String]]) -> [FormField] {
        query.sorted { $0.key < $1.key }.map { key, values in
            FormField("\(path).\(key)", values.sorted())
        }
    }

    var digest: ContentDigest { digestOfFields(fields) }
}
