// SPDX-License-Identifier: Apache-2.0

extension NodeID {
    /// The id of a node that Aplomb itself hosts: this machine, or a sandbox on it.
    ///
    /// Nobody registers it, so its id follows from who declares it: the same in every run.
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
