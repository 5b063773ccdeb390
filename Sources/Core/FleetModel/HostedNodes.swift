// SPDX-License-Identifier: Apache-2.0

extension NodeID {
    /// Stands in for the id of a node that Aplomb hosts and has never attached.
    ///
    /// A plan may name such a node before a run gives it the id that it keeps.
    package init(hosting name: String, for owner: Ownership) {
        var builder = DigestBuilder()
        builder.add(["hosted-node", owner.repository, owner.fleet, name])
        self.init(rawValue: "mi-" + String(builder.finalize().hex.prefix(17)))
    }
}

extension DesiredState {
    /// The declared nodes that Aplomb itself hosts.
    package var hostedNodes: [DesiredNode] { nodes.filter { $0.host != .managed } }
}
