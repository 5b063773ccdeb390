// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// How the nodes fare with one policy, by what they reported last.
package struct PolicyVerdict: Sendable {
    package struct Breach: Sendable {
        package var expectation: DesiredPolicy.Expectation
        package var nodes: NodeSet
    }

    package let policy: DesiredPolicy
    /// The nodes for which it is meant.
    package let targeted: NodeSet
    /// What is not true, and where.
    package let breaches: [Breach]
    /// Nodes on which something is not true.
    package let failing: NodeSet
    /// Nodes that never reported what is asked for, and of which nothing worse is known.
    package let unknown: NodeSet

    /// Judges all targets but those that an exception takes out; places are those of the table's
    /// nodes.
    package init(
        _ policy: DesiredPolicy,
        _ table: NodeTable,
        _ observed: ObservedState,
        except excluded: NodeSet = NodeSet()
    ) {
        self.policy = policy
        targeted = table.select(policy.targets).subtracting(excluded)
        var breaches: [Breach] = []
        var failing = NodeSet(), silent = NodeSet()
        for expectation in policy.expectations {
            let answer = observed.inventory[expectation.asked]
            let reporting = targeted.intersection(answer?.reporting ?? NodeSet())
            let matching = reporting.intersection(answer?.matching ?? NodeSet())
            silent.formUnion(targeted.subtracting(reporting))
            let nodes = expectation.wantsMatch ? reporting.subtracting(matching) : matching
            guard !nodes.isEmpty else { continue }
            breaches.append(Breach(expectation: expectation, nodes: nodes))
            failing.formUnion(nodes)
        }
        self.breaches = breaches
        self.failing = failing
        unknown = silent.subtracting(failing)
    }

    /// Nodes on which all is true.
    package var compliant: NodeSet { targeted.subtracting(failing).subtracting(unknown) }
}
