// SPDX-License-Identifier: Apache-2.0
import FleetAgent
import FleetModel
import Foundation
import LinuxHost

/// The inventory of this machine, every kind of it, as a node's agent collects it.
///
/// Ours runs within this process, as it does within an agent; the others are processes, and their
/// start is part of what they cost whoever runs them. facter ends with 1 where it may not read the
/// environment of PID 1; its facts are complete all the same.
var inventoryBenchmarks: [Benchmark] {
    [
        Benchmark("inventory/everything", size: "this machine", rounds: 9) {
            let collect = try Inventory()
            return Benchmark.Work(
                ours: {
                    let collector = collect.collector()
                    return try await Benchmark.time { try await collect.run(collector, [:]) }
                },
                floors: [
                    Benchmark.Floor(name: "facter", goal: 0.10) {
                        try Child.run("facter", ["--json"], accepting: [0, 1])
                    },
                    Benchmark.Floor(name: "dpkg-query -W (stretch)", goal: 3) {
                        try Child.run("dpkg-query", ["-W"])
                    },
                ]
            )
        },
        Benchmark("inventory/nothing has changed", size: "this machine", rounds: 9) {
            let collect = try Inventory()
            let collector = collect.collector()
            let first = await collector.collect(collect.inputs)
            let known = Dictionary(
                first.reports.map { ($0.typeName, $0.contentHash) },
                uniquingKeysWith: { $1 }
            )
            return Benchmark.Work(
                ours: { try await Benchmark.time { try await collect.run(collector, known) } },
                floors: [
                    Benchmark.Floor(name: "dpkg-query -W", goal: nil) {
                        try Child.run("dpkg-query", ["-W"])
                    }
                ]
            )
        },
    ]
}

/// What is collected, and from where.
private struct Inventory {
    let runner: ProcessRunner
    let inputs = SoftwareInventory(
        parts: SoftwareInventory.Part.allCases,
        certificates: [],
        kernelParameters: []
    )

    init() throws { runner = try ProcessRunner() }

    func collector() -> InventoryCollector {
        InventoryCollector(
            .local,
            runner: runner,
            nodeID: "mi-0",
            agentVersion: "1.0.0",
            now: { Timestamp(seconds: 0) }
        )
    }

    /// Collects, and counts the reports.
    func run(_ collector: InventoryCollector, _ known: [String: String]) async throws -> Int {
        var inputs = inputs
        inputs.knownHashes = known
        let collection = await collector.collect(inputs)
        guard collection.failures.isEmpty else {
            throw BenchError(collection.failures.map { "\($0.name): \($0.why)" }.joined())
        }
        return collection.reports.count
    }
}
