// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import InventoryQueries
import Planning
import SystemPackage
import SystemsManagerAPI

/// What a reconcile adds for policies: writing verdicts as compliance items, and summing them up.
var complianceBenchmarks: [Benchmark] {
    let fleet = BenchmarkCompliance(nodes: 10_000, policies: 10)
    func benchmark(
        _ name: String,
        rounds: Int,
        _ work: @escaping () async throws -> Sample
    ) -> Benchmark {
        let size = "\(fleet.nodes) x \(fleet.policies)"
        return Benchmark("compliance/\(name)", size: size, rounds: rounds) {
            Benchmark.Work(ours: work)
        }
    }
    return [
        benchmark("first items", rounds: 1) { try await fleet.first() },
        benchmark("items that changed nowhere", rounds: 7) { try await fleet.unchanged() },
        benchmark("items that changed on 100 nodes", rounds: 7) { try await fleet.changed(100) },
        benchmark("summary by type", rounds: 7) {
            try await fleet.ask(ListComplianceSummaries()) { $0.complianceSummaryItems.count }
        },
        benchmark("summary by node, a page", rounds: 7) {
            try await fleet.ask(ListResourceComplianceSummaries(maxResults: 50)) {
                $0.resourceComplianceSummaryItems.count
            }
        },
        benchmark("items, a page", rounds: 7) {
            try await fleet.ask(ListComplianceItems()) { $0.complianceItems.count }
        },
    ]
}

/// A fleet in which each policy fails on a twentieth of the nodes.
private final class BenchmarkCompliance {
    let nodes: Int
    let policies: Int
    private var filled: (scratch: Scratch, engine: EmbeddedEngine, publisher: CompliancePublisher)?
    private var round = 0

    init(nodes: Int, policies: Int) {
        self.nodes = nodes
        self.policies = policies
    }

    private static func query(_ policy: Int) -> InventoryQuery {
        InventoryQuery(
            typeName: "Custom:ListeningSocket",
            condition: .comparison(attribute: "Port", .equal, .number(policy + 20))
        )
    }

    private func id(_ node: Int) -> NodeID { NodeID("mi-\(String(1_000_000 + node, radix: 16))") }

    /// What was observed, with the first policy failing on so many more of the first nodes.
    private func input(failing more: Int) -> PlanningInput {
        let source = SourceRange(wholeFile: "fleet.yaml")
        var observed = ObservedState(
            observedAt: Timestamp(seconds: 1_700_000_000),
            nodes: (0..<nodes).map { ObservedNode(id: id($0), name: name($0), tags: ["R": "w"]) }
        )
        for policy in 0..<policies {
            let failing = (0..<nodes).filter { ($0 + policy) % 20 == 0 || policy == 0 && $0 < more }
            observed.inventory[Self.query(policy)] = InventoryAnswer(
                matching: NodeSet(failing),
                reporting: NodeSet(0..<nodes),
                evidence: Dictionary(uniqueKeysWithValues: failing.map { ($0, ["Process=sshd"]) })
            )
        }
        return PlanningInput(
            desired: DesiredState(
                fleet: DesiredFleet(name: "bench", prune: true, source: source),
                policies: (0..<policies).map { policy in
                    DesiredPolicy(
                        name: "policy-\(policy)",
                        description: "Nothing listens on port \(policy + 20).",
                        targets: [.tags(TagQuery(tags: ["R": ["w"]]))],
                        complianceSeverity: .high,
                        expectations: [.init(.none, Self.query(policy))],
                        source: source
                    )
                }
            ),
            observed: observed,
            commit: "1",
            repository: "https://example.org/fleet.git",
            now: Timestamp(seconds: 1_700_000_000)
        )
    }

    private func name(_ node: Int) -> String { "node-\(String(1_000_000 + node).dropFirst())" }

    private func open() async throws -> (Scratch, EmbeddedEngine, CompliancePublisher) {
        let scratch = try Scratch()
        let engine = try await EmbeddedEngine.open(
            try FleetStore.open(scratch("fleet.sqlite"), mode: .readWrite),
            configuration: EmbeddedEngine.Configuration(
                now: { Timestamp(Date()) },
                makeUUID: { UUID().uuidString.lowercased() }
            )
        )
        for node in 0..<nodes {
            try await engine.attach(NodeRegistration(id: id(node), name: name(node))) { _ in
                throw BenchError("nobody asks these nodes")
            }
        }
        let path = FilePath(scratch("compliance.json"))
        return (scratch, engine, CompliancePublisher(manager: engine, path: path))
    }

    private func publish(
        _ input: PlanningInput,
        _ publisher: CompliancePublisher,
        expecting count: Int
    ) async throws -> Sample {
        try await Benchmark.time {
            let done = await publisher.publish(input)
            guard done.problem == nil, done.nodeCount == count else {
                throw BenchError("\(done.nodeCount) nodes were written: \(done.problem ?? "")")
            }
            return count
        }
    }

    func first() async throws -> Sample {
        let (scratch, engine, publisher) = try await open()
        defer { withExtendedLifetime(scratch) {} }
        let sample = try await publish(input(failing: 0), publisher, expecting: nodes)
        try await engine.close()
        return sample
    }

    private func publisher() async throws -> CompliancePublisher {
        if let filled { return filled.publisher }
        let (scratch, engine, publisher) = try await open()
        _ = try await publish(input(failing: 0), publisher, expecting: nodes)
        filled = (scratch, engine, publisher)
        return publisher
    }

    func unchanged() async throws -> Sample {
        let publisher = try await publisher()
        return try await publish(input(failing: 0), publisher, expecting: 0)
    }

    /// Lets the first policy fail on more nodes and hold again, by turns.
    func changed(_ count: Int) async throws -> Sample {
        let publisher = try await publisher()
        // One in twenty fails already.
        let more = count + count / 19 + 1
        let changed = (0..<more).count { $0 % 20 != 0 }
        let sample = try await publish(input(failing: more), publisher, expecting: changed)
        _ = try await publish(input(failing: 0), publisher, expecting: changed)
        return sample
    }

    func ask<O: SystemsManagerAPI.Operation>(
        _ request: O,
        _ count: (O.Response) -> Int
    ) async throws -> Sample {
        _ = try await publisher()
        guard let engine = filled?.engine else { throw BenchError("there is no store") }
        return try await Benchmark.time {
            let found = count(try await engine.perform(request))
            guard found > 0 else { throw BenchError("nothing was found") }
            return found
        }
    }
}
