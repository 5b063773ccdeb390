// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Synchronization
import SystemsManagerAPI
import Testing

@testable import FleetEngine

@Suite("Inventory that a command collects")
struct InventoryExchangeTests {
    private func report(_ type: String, content: [[String: String]]? = [["Name": "a"]])
        -> InventoryReport
    {
        InventoryReport(
            typeName: type,
            schemaVersion: "1.0",
            capturedAt: Timestamp(seconds: 1),
            contentHash: "h-\(type)",
            content: content
        )
    }

    private func result(_ reports: [InventoryReport]) -> DocumentResult {
        DocumentResult(
            status: .success,
            steps: [StepResult(name: "s", status: .success, responseCode: 0, inventory: reports)]
        )
    }

    @Test("a node is told the hashes that the engine has, in the steps that collect")
    func prepare() async throws {
        let exchange = InventoryExchange(
            knownHashes: { ["AWS:File": "hash of \($0)"] },
            put: { _ in }
        )
        var document = AgentDocument(
            name: "d",
            version: "1",
            steps: [
                AgentStep(name: "a", action: .skip("x")),
                AgentStep(name: "b", action: .softwareInventory(SoftwareInventory())),
            ]
        )
        try await exchange.prepare(&document, for: "mi-7")
        let expected = SoftwareInventory(knownHashes: ["AWS:File": "hash of mi-7"])
        #expect(document.steps.map(\.action) == [.skip("x"), .softwareInventory(expected)])
    }

    @Test("what was collected is put in calls of at most 30 types, and leaves the record")
    func store() async throws {
        let calls = Mutex<[[String]]>([])
        let exchange = InventoryExchange(
            knownHashes: { _ in [:] },
            put: { request in
                calls.withLock { $0.append(request.items.map(\.typeName)) }
            }
        )
        var ended = result((0..<31).map { report("Custom:T\($0)") })
        await exchange.store(&ended, of: "mi-7")
        #expect(calls.withLock { $0.map(\.count) } == [30, 1])
        #expect(ended.status == .success && ended.steps[0].inventory.isEmpty)
    }

    @Test("a type that is refused fails the step by its name; the others are stored")
    func refusal() async throws {
        let stored = Mutex<[String]>([])
        let exchange = InventoryExchange(
            knownHashes: { _ in [:] },
            put: { request in
                guard !request.items.contains(where: { $0.typeName == "Custom:Bad" }) else {
                    throw SystemsManagerError("ItemContentMismatchException", "not known")
                }
                stored.withLock { $0 += request.items.map(\.typeName) }
            }
        )
        var ended = result([report("AWS:File"), report("Custom:Bad"), report("AWS:Service")])
        await exchange.store(&ended, of: "mi-7")
        #expect(stored.withLock { $0 } == ["AWS:File", "AWS:Service"])
        #expect(ended.status == .failed && ended.steps[0].status == .failed)
        #expect(ended.steps[0].standardError == "Custom:Bad: not known\n")
    }
}
