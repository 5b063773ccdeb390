// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import InventoryQueries
import Planning
import Synchronization
import SystemPackage
import SystemsManagerAPI
import Testing

@testable import Controller

/// The embedded engine, with a count of what is put and a way to make puts fail.
private final class CountingManager: SystemsManager {
    let engine: EmbeddedEngine
    let puts = Mutex<[NodeID]>([])
    let failing = Mutex<Set<NodeID>>([])

    init(_ engine: EmbeddedEngine) { self.engine = engine }

    var traits: SystemsManagerTraits { engine.traits }

    func perform<O: SystemsManagerAPI.Operation>(
        _ request: O
    ) async throws(SystemsManagerError) -> O.Response {
        if let put = request as? PutComplianceItems {
            puts.withLock { $0.append(put.resourceId) }
            if failing.withLock({ $0.contains(put.resourceId) }) {
                throw SystemsManagerError(.internalServerError, "the disk is full")
            }
        }
        return try await engine.perform(request)
    }

    func takePuts() -> [NodeID] {
        puts.withLock { puts in
            defer { puts = [] }
            return puts.sorted()
        }
    }
}

@Suite("compliance items of policies are written where they changed")
struct CompliancePublisherTests {
    private static let query = InventoryQuery(
        typeName: "Custom:User",
        condition: .comparison(attribute: "UID", .equal, .number(0))
    )
    private static let time = Timestamp(seconds: 1_700_000_000)

    /// An engine with three nodes, and a publisher with a state file beside it.
    private struct Bench {
        let folder: FilePath
        let manager: CountingManager
        let publisher: CompliancePublisher
        let path: FilePath
        let nodes: [ObservedNode]
        var policies: [DesiredPolicy]

        init(store name: String = "one") async throws {
            folder = FilePath(NSTemporaryDirectory()).appending("compliance-\(UUID().uuidString)")
            try StateFile.makePrivateDirectory(folder)
            manager = CountingManager(try await Self.engine(folder, name))
            path = folder.appending("compliance.json")
            publisher = CompliancePublisher(manager: manager, path: path)
            var nodes: [ObservedNode] = []
            for name in ["a", "b", "c"] {
                let node = NodeRegistration(id: NodeID("mi-\(name)"), name: name)
                let id = try await manager.engine.attach(node) { _ in throw CancellationError() }
                nodes.append(ObservedNode(id: id, name: name))
            }
            self.nodes = nodes
            policies = [Self.policy("one-root", on: ["a", "b", "c"])]
        }

        static func engine(_ folder: FilePath, _ name: String) async throws -> EmbeddedEngine {
            try await EmbeddedEngine.open(
                try FleetStore.open(folder.appending("\(name).sqlite").string, mode: .readWrite),
                configuration: EmbeddedEngine.Configuration(
                    now: { CompliancePublisherTests.time },
                    makeUUID: { UUID().uuidString.lowercased() }
                )
            )
        }

        static func policy(_ name: String, on nodes: [String]) -> DesiredPolicy {
            DesiredPolicy(
                name: name,
                targets: [.nodes(nodes)],
                complianceSeverity: .high,
                expectations: [.init(.none, CompliancePublisherTests.query)],
                source: SourceRange(wholeFile: "policy.yaml")
            )
        }

        func input(failing: [Int], nodes: [ObservedNode]? = nil) -> PlanningInput {
            var observed = ObservedState(
                observedAt: CompliancePublisherTests.time,
                nodes: nodes ?? self.nodes
            )
            observed.inventory[CompliancePublisherTests.query] = InventoryAnswer(
                matching: NodeSet(failing),
                reporting: NodeSet([0, 1, 2])
            )
            let fleet = DesiredFleet(
                name: "small",
                prune: true,
                source: SourceRange(wholeFile: "fleet.yaml")
            )
            return PlanningInput(
                desired: DesiredState(fleet: fleet, policies: policies),
                observed: observed,
                commit: "c",
                repository: "r",
                now: CompliancePublisherTests.time
            )
        }

        /// `node policy STATUS` of all items.
        func items() async throws -> [String] {
            try await manager.engine.perform(ListComplianceItems()).complianceItems.map {
                "\($0.resourceId) \($0.id) \($0.status.rawValue)"
            }
        }
    }

    @Test("all is written once, then what changed, then nothing")
    func changes() async throws {
        let bench = try await Bench()
        let first = await bench.publisher.publish(bench.input(failing: [1]))
        #expect(first == CompliancePublication(nodeCount: 3))
        #expect(
            try await bench.items() == [
                "mi-a one-root COMPLIANT", "mi-b one-root NON_COMPLIANT", "mi-c one-root COMPLIANT",
            ]
        )
        #expect(bench.manager.takePuts().count == 3)
        #expect(await bench.publisher.publish(bench.input(failing: [1])).nodeCount == 0)
        #expect(bench.manager.takePuts() == [])
        _ = await bench.publisher.publish(bench.input(failing: []))
        #expect(bench.manager.takePuts() == ["mi-b"])
        let summary = try await bench.manager.engine.perform(ListComplianceSummaries())
        #expect(summary.complianceSummaryItems.map(\.complianceType) == ["Custom:Policy"])
        #expect(summary.complianceSummaryItems.first?.compliantSummary.compliantCount == 3)
        try await bench.manager.engine.close()
    }

    @Test("items of a policy that is gone, and of a node that it is not meant for, are removed")
    func removal() async throws {
        var bench = try await Bench()
        bench.policies.append(Bench.policy("second", on: ["a"]))
        _ = await bench.publisher.publish(bench.input(failing: []))
        #expect(try await bench.items().count == 4)
        bench.policies.removeFirst()
        _ = await bench.publisher.publish(bench.input(failing: []))
        #expect(try await bench.items() == ["mi-a second COMPLIANT"])
        bench.policies = []
        _ = await bench.publisher.publish(bench.input(failing: []))
        #expect(try await bench.items() == [])
        _ = bench.manager.takePuts()
        // A node that left is asked for nothing.
        _ = await bench.publisher.publish(bench.input(failing: [], nodes: []))
        #expect(bench.manager.takePuts() == [])
        try await bench.manager.engine.close()
    }

    @Test("a failure is said, and what failed is written the next time")
    func failure() async throws {
        let bench = try await Bench()
        bench.manager.failing.withLock { $0 = ["mi-b"] }
        let first = await bench.publisher.publish(bench.input(failing: []))
        #expect(first.nodeCount == 2)
        #expect(
            first.problem == "compliance items of 1 node could not be written: "
                + "InternalServerError: the disk is full"
        )
        bench.manager.failing.withLock { $0 = [] }
        _ = bench.manager.takePuts()
        let second = await bench.publisher.publish(bench.input(failing: []))
        #expect(second == CompliancePublication(nodeCount: 1))
        #expect(bench.manager.takePuts() == ["mi-b"])
        try await bench.manager.engine.close()
    }

    @Test("a provider that lost everything is told everything again")
    func lost() async throws {
        let bench = try await Bench()
        _ = await bench.publisher.publish(bench.input(failing: []))
        // The same file of what was told, and a store that knows nothing.
        let other = try await Bench(store: "two")
        let publisher = CompliancePublisher(manager: other.manager, path: bench.path)
        #expect(await publisher.publish(other.input(failing: [])).nodeCount == 3)
        // What cannot be read says nothing, and is written anew.
        try Data("{".utf8).write(to: URL(filePath: bench.path.string))
        #expect(await publisher.publish(other.input(failing: [])).nodeCount == 3)
        try await bench.manager.engine.close()
        try await other.manager.engine.close()
    }

    @Test("without policies nothing is asked, written or kept")
    func nothing() async throws {
        var bench = try await Bench()
        bench.policies = []
        #expect(await bench.publisher.publish(bench.input(failing: [])) == CompliancePublication())
        #expect(!FileManager.default.fileExists(atPath: bench.path.string))
        try await bench.manager.engine.close()
    }
}
