// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// How often each policy's remedy was tried on each node that still does not comply.
///
/// A remedy that does not help stops after so many tries and says so, rather than running for ever.
package struct RemedyLedger: Hashable, Sendable, Codable {
    private struct Entry: Hashable, Sendable, Codable {
        /// Attempts of another version of the policy do not count.
        var digest: ContentDigest
        var attempts: [String: Int]
    }

    private var policies: [String: Entry] = [:]

    package init() {}

    /// The attempts on a node, by name.
    package func attempts(of policy: DesiredPolicy, on node: String) -> Int {
        guard let entry = policies[policy.name], entry.digest == policy.digest else { return 0 }
        return entry.attempts[node] ?? 0
    }

    /// Counts the remedies among the runs of a plan that was executed.
    package mutating func note(_ plan: Plan, _ desired: DesiredState) {
        for run in plan.runs {
            guard let policy = desired.policies.first(where: { $0.name == run.policy }) else {
                continue
            }
            if policies[policy.name]?.digest != policy.digest {
                policies[policy.name] = Entry(digest: policy.digest, attempts: [:])
            }
            for node in run.nodes { policies[policy.name]?.attempts[node, default: 0] += 1 }
        }
    }

    /// Forgets nodes that comply now, and policies that are gone.
    package mutating func settle(_ input: PlanningInput) {
        let table = NodeTable(input)
        for (name, entry) in policies {
            guard let policy = input.desired.policies.first(where: { $0.name == name }) else {
                policies[name] = nil
                continue
            }
            let verdict = PolicyVerdict(policy, table, input.observed)
            // What is not known yet is not forgiven either.
            let open = Set(table.names(of: verdict.failing.union(verdict.unknown)))
            let left = entry.attempts.filter { open.contains($0.key) }
            policies[name] = left.isEmpty ? nil : Entry(digest: entry.digest, attempts: left)
        }
    }
}
