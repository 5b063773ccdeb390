// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import LinuxHost

/// Reaches a machine from within this process: this one, or a sandbox on it.
///
/// It holds the machine: a sandbox lives as long as a link to it.
package struct MachineLink: NodeLink {
    private let documents: DocumentRunner
    private let inventory: InventoryCollector

    package init(
        _ machine: Machine,
        nodeID: NodeID,
        agentVersion: String,
        runner: ProcessRunner,
        now: @escaping @Sendable () -> Timestamp
    ) {
        inventory = InventoryCollector(
            machine,
            runner: runner,
            nodeID: nodeID,
            agentVersion: agentVersion,
            now: now
        )
        documents = DocumentRunner(machine, runner: runner, inventory: inventory, now: now)
    }

    package func run(_ document: AgentDocument, for command: CommandID) async -> DocumentResult {
        await documents.run(document)
    }

    package func collectInventory(
        types: Set<String>,
        knownHashes: [String: String]
    ) async throws -> [InventoryReport] {
        if let wanted = SoftwareInventory(types: types, knownHashes: knownHashes) {
            return await inventory.collect(wanted).reports
        }
        return try await inventory.collect(knownHashes: knownHashes)
    }
}
