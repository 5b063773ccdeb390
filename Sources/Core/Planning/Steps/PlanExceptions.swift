// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension PlanDraft {
    // MARK: - Suspend

    /// Turns what exceptions suspend into waits.
    ///
    /// That is everything of a suspended association, and the runs on suspended nodes. A fleet that is suspended as a
    /// whole is planned as ever, so that people see what waits; it is not executed.
    mutating func suspend(_ drafts: inout [String: AssociationDraft]) {
        for name in drafts.keys.sorted() {
            if let exception = exceptions.suspendedAssociations[name] {
                drafts[name]?.suspend(exception, table)
            } else if !exceptions.suspendedNodes.isEmpty {
                drafts[name]?.suspend(on: exceptions.suspendedNodes, table)
            }
        }
    }

    // MARK: - Ignore

    /// Judges a policy without the nodes on which it may be broken.
    mutating func judge(_ policy: DesiredPolicy) -> PolicyVerdict {
        let verdict = PolicyVerdict(policy, table, input.observed)
        let ignored = exceptions.ignored(policy.name, among: verdict.targeted)
        guard !ignored.isEmpty else { return verdict }
        for (exception, nodes) in ignored {
            for breach in verdict.breaches {
                let here = breach.nodes.intersection(nodes)
                if let finding = finding(breach, of: policy, on: here) {
                    self.ignored[exception, default: []].append(finding)
                }
            }
        }
        let all = ignored.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
        return PolicyVerdict(policy, table, input.observed, except: all)
    }

    /// Notes which of the fields that differ stay so, each with the exception that says it.
    ///
    /// *Shape*: `digest` is that of what git says, `tags` are the object's.
    mutating func ignore(
        _ object: ObjectReference,
        nodes: [String],
        severity: ComplianceSeverity = .unspecified,
        digest: ContentDigest,
        tags: [String: String],
        _ fields: [PlannedChange.Field]
    ) {
        var byException: [String: [PlannedChange.Field]] = [:]
        for field in fields {
            guard let name = exceptions.fields.exception(for: field.path, of: object) else {
                continue
            }
            byException[name, default: []].append(field)
        }
        let cause: Cause = tags[Ownership.TagKey.digest] == digest.rawValue ? .external : .git
        for (exception, fields) in byException {
            ignored[exception, default: []].append(
                Finding(drift: object, nodes: nodes, severity: severity, cause: cause, fields)
            )
        }
    }

    // MARK: - Report

    /// Every exception of the fleet with what it does here and now.
    func plannedExceptions() -> [PlannedException] {
        input.desired.exceptions.map { exception in
            PlannedException(
                exception,
                now: input.now,
                nodes: table.names(of: nodes(of: exception)),
                ignored: (ignored[exception.name] ?? []).sorted {
                    ($0.object, $0.observed, $0.nodes.first ?? "")
                        < ($1.object, $1.observed, $1.nodes.first ?? "")
                },
                source: source(exception.source)
            )
        }
    }

    private func nodes(of exception: DesiredException) -> NodeSet {
        switch exception.effect {
        case .suspend(let suspension):
            let names = Set(suspension.associations)
            let associations = input.desired.associations.filter { names.contains($0.name) }
            return associations.reduce(into: table.select(suspension.targets)) {
                $0.formUnion(table.select($1.targets))
            }
        case .ignore(.policies(let names, let targets)):
            let names = Set(names)
            let judged = input.desired.policies.filter { names.contains($0.name) }
                .reduce(into: NodeSet()) { $0.formUnion(table.select($1.targets)) }
            return targets.isEmpty ? judged : judged.intersection(table.select(targets))
        case .ignore(.objects(let objects)):
            return objects.reduce(into: NodeSet()) { $0.formUnion(nodes(of: $1)) }
        case .allow: return NodeSet()
        }
    }

    private func nodes(of object: DesiredException.Object) -> NodeSet {
        switch object.kind {
        case .node: return NodeSet([table.index(of: object.name)].compactMap { $0 })
        case .group: return table.members(ofGroup: object.name)
        case .document, .association:
            let users = input.desired.associations.filter {
                object.name == (object.kind == .document ? $0.document : $0.name)
            }
            return users.reduce(into: NodeSet()) { $0.formUnion(table.select($1.targets)) }
        }
    }
}

extension Finding {
    /// Fields that differ from git at the provider.
    init(
        drift object: ObjectReference,
        nodes: [String],
        severity: ComplianceSeverity,
        cause: Cause,
        _ fields: [PlannedChange.Field],
        since: Timestamp? = nil
    ) {
        let expected = fields.map { "\($0.path) = \($0.to ?? "(none)")" }
        let observed = fields.map { "\($0.path) = \($0.from ?? "(none)")" }
        self.init(
            object,
            nodes: nodes,
            severity: severity,
            cause: cause,
            expected: expected.joined(separator: "; "),
            observed: observed.joined(separator: "; "),
            fields: fields,
            since: since
        )
    }
}

extension AssociationDraft {
    /// Whether anything would be done for it.
    private var isPending: Bool {
        switch disposition {
        case .leave, .report: !runs.isEmpty
        case nil, .record, .change: true
        }
    }

    /// Makes everything of it wait.
    fileprivate mutating func suspend(_ exception: DesiredException, _ table: NodeTable) {
        isSuspended = true
        let all = NodeSet(below: table.nodes.count)
        let nodes = runs.reduce(into: takeOffline(all, table)) { $0.formUnion($1.nodes) }
        guard isPending || !nodes.isEmpty else { return }
        let mends = runs.flatMap(\.mends)
        waits.append(exception.wait(object, table.names(of: nodes), mends: mends))
        runs = []
        holdUp = holdUp ?? "is suspended"
    }

    /// Makes its runs on some nodes wait; remedies as those of their policy.
    fileprivate mutating func suspend(
        on suspended: [(exception: DesiredException, nodes: NodeSet)],
        _ table: NodeTable
    ) {
        for (exception, nodes) in suspended {
            let offline = takeOffline(nodes, table)
            var held = offline.isEmpty ? [:] : [object: offline]
            let names = Set(table.names(of: nodes))
            var mends: [ObjectReference: [Finding]] = [:]
            for index in runs.indices {
                let here = runs[index].nodes.intersection(nodes)
                guard !here.isEmpty else { continue }
                runs[index].nodes = runs[index].nodes.subtracting(here)
                let subject = runs[index].policy.map { ObjectReference(.policy, $0) } ?? object
                held[subject, default: NodeSet()].formUnion(here)
                mends[subject, default: []] += runs[index].mends.on { names.contains($0) }
                runs[index].mends = runs[index].mends.on { !names.contains($0) }
            }
            for (subject, nodes) in held.sorted(by: { $0.key < $1.key }) {
                waits.append(
                    exception.wait(subject, table.names(of: nodes), mends: mends[subject] ?? [])
                )
            }
        }
        runs.removeAll { $0.nodes.isEmpty }
    }

    /// Takes nodes out of the waits for what is offline: coming back ends their wait no more.
    private mutating func takeOffline(_ nodes: NodeSet, _ table: NodeTable) -> NodeSet {
        var taken = NodeSet()
        for index in waits.indices where waits[index].reason == .offline {
            let places = NodeSet(waits[index].nodes.compactMap(table.index(of:)))
            taken.formUnion(places.intersection(nodes))
            waits[index].nodes = table.names(of: places.subtracting(nodes))
        }
        waits.removeAll { $0.reason == .offline && $0.nodes.isEmpty }
        return taken
    }
}

extension DesiredException {
    fileprivate func wait(
        _ object: ObjectReference,
        _ nodes: [String],
        mends: [Finding]
    ) -> PlannedWait {
        PlannedWait(
            object,
            nodes: nodes,
            for: .suspended,
            message: suspensionWords,
            until: expires,
            mends: mends
        )
    }
}

extension [Finding] {
    /// What is found on some of the nodes, by name.
    fileprivate func on(_ isMeant: (String) -> Bool) -> [Finding] {
        compactMap { finding in
            var result = finding
            result.nodes = finding.nodes.filter(isMeant)
            return result.nodes.isEmpty ? nil : result
        }
    }
}
