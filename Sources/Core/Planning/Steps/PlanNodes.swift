// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Registers declared nodes, makes their tags true, and lets go of those no longer declared.
    mutating func planNodes() {
        var unregistered: [String] = []
        for (node, declared) in zip(input.desired.nodes, table.declared) {
            guard let declared else {
                switch input.mode(of: .node, node.name) {
                case .managed: unregistered.append(node.name)
                case .observed: reportObserved(.init(.node, node.name), exists: false, [])
                case .ignored: break
                }
                continue
            }
            let observed = table.nodes[declared.place]
            if case .settled = declared.standing, !exceptions.fields.isEmpty {
                ignoreTags(of: node, observed: observed)
            }
            if declared.standing != .settled(.leave) {
                planNode(node, declared.standing, observed: observed)
            }
        }
        waitForRegistration(of: unregistered)
        for place in table.undeclared {
            let node = table.nodes[place]
            prune(
                ObjectReference(.node, node.name),
                nodes: [node.name],
                tags: node.tags,
                [.deregisterNode(DeregisterManagedInstance(instanceId: node.id))]
            )
        }
    }

    /// One line however many they are: ten thousand say no more than their number.
    private mutating func waitForRegistration(of nodes: [String]) {
        guard let first = nodes.first else { return }
        waits.append(
            PlannedWait(
                ObjectReference(.node, first),
                nodes: nodes,
                for: .offline,
                message: nodes.count == 1
                    ? "has not registered with the provider"
                    : "have not registered with the provider"
            )
        )
    }

    private mutating func planNode(
        _ node: DesiredNode,
        _ standing: NodeStanding,
        observed: ObservedNode
    ) {
        let object = ObjectReference(.node, node.name)
        let tags = ownershipTags(node.source, digest: node.tags.tagsDigest)
        let live = standing == .create ? [:] : observed.tags.withoutOurs
        let wanted = standing == .create ? node.tags : exceptions.fields.tags(of: node, live: live)
        let setTags = PlannedOperation.addTags(
            AddTagsToResource(
                resourceType: .managedInstance,
                resourceId: observed.id.rawValue,
                tags: wanted.merging(tags) { $1 }.asTags
            )
        )
        let fields = fields(from: live, to: wanted)
        switch standing {
        case .foreign: reportForeign(object, tags: observed.tags)
        case .unmanaged(.observed):
            let exists = observed.isRegistered
            reportObserved(object, nodes: [node.name], exists: exists, fields)
        case .unmanaged: break
        case .settled(.leave): break
        case .settled(.record): record(object, source: node.source, [setTags])
        case .settled(.report): reportDrift(object, nodes: [node.name], fields)
        case .create:
            changes.append(
                PlannedChange(
                    .create,
                    object,
                    cause: .git,
                    reason: "declared in git",
                    fields: fields,
                    nodes: [node.name],
                    source: source(node.source),
                    operations: [setTags]
                )
            )
        case .settled(.change(let cause)):
            let surplus = live.keys.filter { wanted[$0] == nil }.sorted()
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
        }
    }

    /// Notes the tags that an exception leaves as they are.
    private mutating func ignoreTags(of node: DesiredNode, observed: ObservedNode) {
        let object = ObjectReference(.node, node.name)
        guard exceptions.fields.concern(object) else { return }
        ignore(
            object,
            nodes: [node.name],
            digest: node.tags.tagsDigest,
            tags: observed.tags,
            fields(from: observed.tags.withoutOurs, to: node.tags)
        )
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
        _ fields: [PlannedChange.Field],
        since: Timestamp? = nil
    ) {
        findings.append(
            Finding(
                drift: object,
                nodes: nodes,
                severity: severity,
                cause: .external,
                fields,
                since: since
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
