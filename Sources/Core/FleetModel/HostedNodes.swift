// SPDX-License-Identifier: Apache-2.0

extension NodeID {
    /// The id of a node that Aplomb hosts, unless one of that name was let go of before.
    ///
    /// It follows from who declares the node, so that a plan can name it before a run attaches it.
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
