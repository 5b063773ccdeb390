// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Registers declared nodes, makes their tags true, and lets go of those no longer declared.
    mutating func planNodes() {
        for node in input.desired.nodes {
            guard let index = table.index(of: node.name) else {
                waits.append(
                    PlannedWait(
                        ObjectReference(.node, node.name),
                        nodes: [node.name],
                        for: .offline,
                        message: "has not registered with the provider"
                    )
                )
                continue
            }
            planNode(node, observed: table.nodes[index])
        }
        let declared = Set(input.desired.nodes.map(\.name))
        for node in input.observed.nodes
        where !declared.contains(node.name) && owns(node.tags) && node.isRegistered {
            prune(
                ObjectReference(.node, node.name),
                nodes: [node.name],
                tags: node.tags,
                [.deregisterNode(DeregisterManagedInstance(instanceId: node.id))]
            )
        }
    }

    private mutating func planNode(_ node: DesiredNode, observed: ObservedNode) {
        let object = ObjectReference(.node, node.name)
        let digest = tagsDigest(node.tags)
        let live = observed.tags.filter { !$0.key.hasPrefix(Ownership.TagKey.prefix) }
        let setTags = PlannedOperation.addTags(
            AddTagsToResource(
                resourceType: .managedInstance,
                resourceId: observed.id.rawValue,
                tags: node.tags.merging(ownershipTags(node.source, digest: digest)) { $1 }.asTags
            )
        )
        if !observed.isRegistered || Ownership(tags: observed.tags) == nil && live.isEmpty {
            changes.append(
                PlannedChange(
                    .create,
                    object,
                    cause: .git,
                    reason: "declared in git",
                    fields: fields(from: [:], to: node.tags),
                    nodes: [node.name],
                    source: source(node.source),
                    operations: [setTags]
                )
            )
            return
        }
        if let owner = Ownership(tags: observed.tags), owner != input.ownership {
            reportForeign(object, tags: observed.tags)
            return
        }
        let fields = fields(from: live, to: node.tags)
        switch disposition(desired: digest, live: tagsDigest(live), tags: observed.tags) {
        case .leave: break
        case .change(let cause):
            let surplus = live.keys.filter { node.tags[$0] == nil }.sorted()
            let remove = PlannedOperation.removeTags(
                RemoveTagsFromResource(
                    resourceType: .managedInstance,
                    resourceId: observed.id.rawValue,
                    tagKeys: surplus
                )
            )
            changes.append(
                PlannedChange(
                    .update,
                    object,
                    cause: cause,
                    reason: cause.reason,
                    fields: fields,
                    nodes: [node.name],
                    source: source(node.source),
                    operations: (surplus.isEmpty ? [] : [remove]) + [setTags]
                )
            )
        case .report: reportDrift(object, nodes: [node.name], fields)
        }
    }

    private func tagsDigest(_ tags: [String: String]) -> ContentDigest {
        var builder = DigestBuilder()
        builder.add(tags.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
        return builder.finalize()
    }

    private func fields(
        from old: [String: String],
        to new: [String: String]
    ) -> [PlannedChange.Field] {
        Set(old.keys).union(new.keys).sorted().compactMap { key in
            old[key] == new[key]
                ? nil
                : PlannedChange.Field(path: "spec.tags.\(key)", from: old[key], to: new[key])
        }
    }
}

extension PlanDraft {
    /// Reports a change made behind git's back that the fleet's settings leave in place.
    mutating func reportDrift(
        _ object: ObjectReference,
        nodes: [String] = [],
        severity: ComplianceSeverity = .unspecified,
        _ fields: [PlannedChange.Field]
    ) {
        let expected = fields.map { "\($0.path) = \($0.to ?? "(none)")" }
        let observed = fields.map { "\($0.path) = \($0.from ?? "(none)")" }
        findings.append(
            Finding(
                object,
                nodes: nodes,
                severity: severity,
                cause: .external,
                expected: expected.joined(separator: "; "),
                observed: observed.joined(separator: "; "),
                fields: fields
            )
        )
    }
}

extension Cause {
    /// Why an object changes, in one line.
    var reason: String {
        switch self {
        case .git: "git moved"
        case .node: "the node moved"
        case .membership: "a node entered"
        case .external: "changed outside git"
        case .clock: "it is due"
        case .unknown: "differs from git, and nothing says who changed it"
        }
    }
}
