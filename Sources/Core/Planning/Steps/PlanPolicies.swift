// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries

extension PlanDraft {
    /// Reports where policies do not hold, and plans their remedies as runs of associations.
    mutating func planPolicies(_ drafts: inout [String: AssociationDraft]) {
        for policy in input.desired.policies {
            let verdict = judge(policy)
            report(verdict)
            let remedied = planRemedy(verdict, &drafts)
            for breach in verdict.breaches {
                let nodes = breach.nodes.subtracting(remedied)
                if let finding = finding(breach, of: policy, on: nodes) { findings.append(finding) }
            }
        }
    }

    /// Says of which nodes nothing is known.
    private mutating func report(_ verdict: PolicyVerdict) {
        guard !verdict.unknown.isEmpty else { return }
        let types = Set(verdict.policy.expectations.map(\.query.typeName)).sorted()
        waits.append(
            PlannedWait(
                ObjectReference(.policy, verdict.policy.name),
                nodes: table.names(of: verdict.unknown),
                for: .dependency,
                message: "no report of \(types.joined(separator: ", ")) yet"
            )
        )
    }

    /// What is not true on some nodes; `nil` for no node.
    func finding(
        _ breach: PolicyVerdict.Breach,
        of policy: DesiredPolicy,
        on nodes: NodeSet
    ) -> Finding? {
        guard let first = nodes.members.first else { return nil }
        let found = breach.found(at: first, input.observed)
        return Finding(
            ObjectReference(.policy, policy.name),
            nodes: table.names(of: nodes),
            severity: policy.complianceSeverity,
            cause: .node,
            expected: breach.expectation.words,
            observed: nodes.count == 1 ? found : "\(table.nodes[first].name): \(found)"
        )
    }

    /// Plans the remedy on the nodes that do not comply; answers those on which it runs.
    ///
    /// An association runs on its own targets alone: nodes beyond them are reported.
    private mutating func planRemedy(
        _ verdict: PolicyVerdict,
        _ drafts: inout [String: AssociationDraft]
    ) -> NodeSet {
        let policy = verdict.policy
        guard let name = policy.remedyAssociation, let members = drafts[name]?.members,
            !verdict.failing.isEmpty, drafts[name]?.isFrozen == false
        else { return NodeSet() }
        var nodes = verdict.failing.intersection(members).subtracting(table.offline)
        if input.failedTargets != .retry {
            let spent = NodeSet(
                nodes.members.filter {
                    input.remedies.attempts(of: policy, on: table.nodes[$0].name)
                        >= policy.maxAttempts
                }
            )
            giveUp(verdict, remedy: name, on: spent)
            nodes = nodes.subtracting(spent)
        }
        let untold = nodes.intersection(notReportedSince(drafts[name], verdict))
        if !untold.isEmpty {
            waits.append(
                PlannedWait(
                    ObjectReference(.policy, policy.name),
                    nodes: table.names(of: untold),
                    for: .dependency,
                    message: "Association/\(name) has run, and no newer report has come",
                    mends: mends(verdict, on: untold)
                )
            )
            nodes = nodes.subtracting(untold)
        }
        let busy = drafts[name]?.busy ?? NodeSet()
        let running = (drafts[name]?.runs ?? []).reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
        let added = nodes.subtracting(busy).subtracting(running)
        if !added.isEmpty {
            drafts[name]?.runs.append(
                AssociationDraft.Run(
                    cause: .node,
                    reason: "Policy/\(policy.name) does not hold",
                    nodes: added,
                    source: source(policy.source),
                    policy: policy.name,
                    mends: mends(verdict, on: added)
                )
            )
        }
        return nodes.union(untold)
    }

    /// What does not hold on some of the nodes.
    private func mends(_ verdict: PolicyVerdict, on nodes: NodeSet) -> [Finding] {
        verdict.breaches.compactMap {
            finding($0, of: verdict.policy, on: $0.nodes.intersection(nodes))
        }
    }

    private mutating func giveUp(_ verdict: PolicyVerdict, remedy: String, on nodes: NodeSet) {
        guard !nodes.isEmpty else { return }
        let policy = verdict.policy
        waits.append(
            PlannedWait(
                ObjectReference(.policy, policy.name),
                nodes: table.names(of: nodes),
                for: .budget,
                message: "Association/\(remedy) was tried \(policy.maxAttempts) times and did not "
                    + "help; waits for a change in git or 'aplomb reconcile --retry'",
                mends: mends(verdict, on: nodes)
            )
        )
    }

    /// Nodes whose last report is older than the remedy's last run: what it did is not known yet.
    private func notReportedSince(_ draft: AssociationDraft?, _ verdict: PolicyVerdict) -> NodeSet {
        guard let live = draft?.live else { return NodeSet() }
        var untold = NodeSet()
        for breach in verdict.breaches {
            let reported = input.observed.inventory[breach.expectation.asked]?.reportedAt ?? [:]
            for cohort in live.cohorts where cohort.status.isTerminal {
                for place in cohort.nodes.intersection(breach.nodes).members {
                    guard let time = reported[place], time <= cohort.executedAt else { continue }
                    untold.insert(place)
                }
            }
        }
        return untold
    }
}
