// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

/// What `aws:softwareInventory` needs of the engine: the hashes that it has, and its PutInventory.
struct InventoryExchange: Sendable {
    /// *Source*: PutInventory, `Items`.
    private static let itemsMax = 30

    let knownHashes: @Sendable (NodeID) async throws -> [String: String]
    let put: @Sendable (PutInventory) async throws -> Void

    /// Tells the steps that collect inventory what need not be sent again.
    func prepare(_ document: inout AgentDocument, for node: NodeID) async throws {
        for index in document.steps.indices {
            guard case .softwareInventory(var inventory) = document.steps[index].action else {
                continue
            }
            inventory.knownHashes = try await knownHashes(node)
            document.steps[index].action = .softwareInventory(inventory)
        }
    }

    /// Stores what the steps collected, a type at a time: one that is refused is a named failure
    /// of its step, and the others are kept.
    func store(_ result: inout DocumentResult, of node: NodeID) async {
        for index in result.steps.indices {
            let reports = result.steps[index].inventory
            result.steps[index].inventory = []
            guard !reports.isEmpty else { continue }
            var failures: [String] = []
            for start in stride(from: 0, to: reports.count, by: Self.itemsMax) {
                let part = reports[start..<min(start + Self.itemsMax, reports.count)]
                failures += await put(Array(part), of: node)
            }
            guard !failures.isEmpty else { continue }
            result.steps[index].standardError += failures.joined(separator: "\n") + "\n"
            result.steps[index].status = .failed
            result.steps[index].responseCode = 1
            if result.status == .success { result.status = .failed }
        }
    }

    private func put(_ reports: [InventoryReport], of node: NodeID) async -> [String] {
        do {
            try await put(PutInventory(instanceId: node, items: reports.map(Self.item)))
            return []
        } catch {
            guard reports.count > 1 else {
                let name = reports.first?.typeName ?? ""
                return ["\(name): \(Self.text(error))"]
            }
        }
        var failures: [String] = []
        for report in reports { failures += await put([report], of: node) }
        return failures
    }

    private static func text(_ error: any Error) -> String {
        (error as? SystemsManagerError)?.message ?? "\(error)"
    }

    private static func item(_ report: InventoryReport) -> InventoryItem {
        InventoryItem(
            typeName: report.typeName,
            schemaVersion: report.schemaVersion,
            captureTime: report.capturedAt,
            contentHash: report.contentHash,
            content: report.content
        )
    }
}

extension EmbeddedEngine {
    /// The exchange with this engine; once it is gone, nothing is stored any more.
    var inventoryExchange: InventoryExchange {
        InventoryExchange(
            knownHashes: { [store] id in
                try await store.read { store in
                    guard let node = try store.node(id) else { return [:] }
                    let items = try store.inventoryItems(node: node.number)
                    return Dictionary(
                        items.map { ($0.typeName, $0.contentHash) },
                        uniquingKeysWith: { $1 }
                    )
                }
            },
            put: { [weak self] request in
                guard let self else {
                    throw SystemsManagerError(.internalServerError, "the engine is closed")
                }
                _ = try await self.perform(request)
            }
        )
    }
}
