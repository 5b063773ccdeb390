// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FoundationEssentials
package import LinuxHost

/// Reads the inventory of one machine, and no more of it than has changed.
package actor InventoryCollector {
    private static let applications = "AWS:Application"
    private static let applicationsVersion = "1.1"

    private let reader: InventoryReader
    private let nodeID: NodeID
    private let agentVersion: String
    private let now: @Sendable () -> Timestamp
    /// The databases as they were when the software was read last, and the hash of the report.
    private var lastSoftware: (source: InventorySource, hash: String)?

    package init(
        _ machine: Machine,
        runner: ProcessRunner,
        nodeID: NodeID,
        agentVersion: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        reader = InventoryReader(machine, runner: runner)
        self.nodeID = nodeID
        self.agentVersion = agentVersion
        self.now = now
    }

    /// Collects all types; those whose hash is known come without content.
    ///
    /// *Errors*: `HostError`.
    package func collect(knownHashes: [String: String]) async throws -> [InventoryReport] {
        let facts = try await reader.facts()
        let information = facts.instanceInformation(
            instanceID: nodeID.rawValue,
            agentVersion: agentVersion
        )
        return [
            try report(information, knownHashes),
            try await software(knownHashes),
        ]
    }

    private func software(_ knownHashes: [String: String]) async throws -> InventoryReport {
        let known = knownHashes[Self.applications]
        let previous = lastSoftware.flatMap { $0.hash == known ? $0.source : nil }
        if let (item, source) = try await reader.applications(since: previous) {
            let report = try report(item, knownHashes)
            lastSoftware = (source, report.contentHash)
            return report
        }
        return InventoryReport(
            typeName: Self.applications,
            schemaVersion: Self.applicationsVersion,
            capturedAt: now(),
            contentHash: known ?? "",
            content: nil
        )
    }

    private func report(
        _ item: InventoryItem,
        _ knownHashes: [String: String]
    ) throws -> InventoryReport {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let hash = inventoryContentHash(Array(try encoder.encode(item.entries)))
        return InventoryReport(
            typeName: item.typeName,
            schemaVersion: item.schemaVersion,
            capturedAt: now(),
            contentHash: hash,
            content: knownHashes[item.typeName] == hash ? nil : item.entries
        )
    }
}
