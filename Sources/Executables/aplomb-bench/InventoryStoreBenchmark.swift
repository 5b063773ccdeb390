// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import InventoryQueries
import Planning
import SystemsManagerAPI

/// F1 as the product does it: reports of 600 applications through the operations of the API, and
/// questions to what they leave.
///
/// The goal of taking reports in is 125,000 entries a second, half of what GRDB writes as rows.
var inventoryStoreBenchmarks: [Benchmark] {
    let fleet = BenchmarkInventory(nodes: 10_000, applications: 600)
    func benchmark(
        _ name: String,
        rounds: Int,
        goal: Double? = nil,
        _ work: @escaping () async throws -> Sample
    ) -> Benchmark {
        let size = "\(fleet.nodes) x \(fleet.applications)"
        return Benchmark("inventory-store/\(name)", size: size, rounds: rounds, goal: goal) {
            // Taking reports in has a store of its own, and so a goal.
            if goal == nil { _ = try await fleet.filled() }
            return Benchmark.Work(ours: work)
        }
    }
    let goal = Double(fleet.nodes * fleet.applications) / 125_000
    return [
        benchmark("first reports, all alike", rounds: 1, goal: goal) {
            try await fleet.ingest { _ in 0 }
        },
        benchmark("first reports, all different", rounds: 1, goal: goal) {
            try await fleet.ingest { $0 }
        },
        benchmark("reports that changed nothing", rounds: 3) { try await fleet.repeatReports() },
        benchmark("query by name and version", rounds: 7) {
            try await fleet.query(#"AWS:Application.Name = "package-300" and Version < "1.0.2""#)
        },
        benchmark("query through every entry", rounds: 7) {
            try await fleet.query(#"AWS:Application.Summary like "*9" or Version > "1.0.2""#)
        },
        benchmark("group and policy, observed and planned", rounds: 7) { try await fleet.plan() },
        benchmark("count nodes by name and version", rounds: 7) { try await fleet.count() },
    ]
}

/// Nodes that have the same packages, but a twentieth of them in another version, and one of their own.
private final class BenchmarkInventory {
    let nodes: Int
    let applications: Int
    private let versions: [[[String: String]]]
    private var store: (scratch: Scratch, engine: EmbeddedEngine, ids: [NodeID])?
    private var round: Int64 = 0

    init(nodes: Int, applications: Int) {
        self.nodes = nodes
        self.applications = applications
        versions = (0..<applications).map { number in
            (0..<4).map { Self.entry("package-\(number)", "1.0.\($0)") }
        }
    }

    private static func entry(_ name: String, _ version: String) -> [String: String] {
        [
            "Name": name, "Version": version, "ApplicationType": "utils", "Architecture": "x86_64",
            "Publisher": "Package Maintainers <maintainers@example.org>",
            "URL": "https://example.org/projects/\(name)",
            "Summary": "a package that does what \(name) is known for",
            "PackageId": "\(name)_\(version)_amd64.deb",
        ]
    }

    /// What the node of that number reports; 0 is what most have.
    private func entries(_ node: Int) -> [[String: String]] {
        guard node > 0 else { return versions.map { $0[0] } }
        var state = UInt64(node) &* 0x9E37_79B9_7F4A_7C15
        var entries = versions.map { versions in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let draw = Int(state >> 40)
            return draw % 20 == 0 ? versions[1 + draw / 20 % 3] : versions[0]
        }
        entries[0] = Self.entry("own-\(node)", "1")
        return entries
    }

    private func item(_ node: Int, seconds: Int64, hasContent: Bool = true) -> InventoryItem {
        InventoryItem(
            typeName: "AWS:Application",
            schemaVersion: "1.1",
            captureTime: Timestamp(seconds: 1_700_000_000 + seconds),
            contentHash: "content-\(node)",
            content: hasContent ? entries(node) : nil
        )
    }

    private func open(_ scratch: Scratch) async throws -> (EmbeddedEngine, [NodeID]) {
        let engine = try await EmbeddedEngine.open(
            try FleetStore.open(scratch("fleet.sqlite"), mode: .readWrite),
            configuration: EmbeddedEngine.Configuration(
                now: { Timestamp(Date()) },
                makeUUID: { UUID().uuidString.lowercased() }
            )
        )
        var ids: [NodeID] = []
        for node in 1...nodes {
            ids.append(
                try await engine.attach(NodeRegistration(name: "node-\(node)")) { _ in
                    throw BenchError("nobody asks these nodes")
                }
            )
        }
        return (engine, ids)
    }

    /// The store in which every node is different, made once.
    func filled() async throws -> (engine: EmbeddedEngine, ids: [NodeID]) {
        if let store { return (store.engine, store.ids) }
        let scratch = try Scratch()
        let (engine, ids) = try await open(scratch)
        try await report(ids, to: engine) { self.item($0, seconds: 0) }
        store = (scratch, engine, ids)
        return (engine, ids)
    }

    /// Sends the reports of all nodes, as many at once as a gateway would.
    private func report(
        _ ids: [NodeID],
        to engine: EmbeddedEngine,
        _ item: (Int) -> InventoryItem
    ) async throws {
        for start in stride(from: 0, to: ids.count, by: 64) {
            let requests = (start..<min(start + 64, ids.count)).map { place in
                PutInventory(instanceId: ids[place], items: [item(place + 1)])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for request in requests {
                    group.addTask { _ = try await engine.perform(request) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Takes in the first reports of a whole fleet, into a store of their own.
    func ingest(_ content: (Int) -> Int) async throws -> Sample {
        let scratch = try Scratch()
        let (engine, ids) = try await open(scratch)
        let sample = try await Benchmark.time {
            try await report(ids, to: engine) { self.item(content($0), seconds: 0) }
            return ids.count
        }
        try await engine.close()
        return sample
    }

    func repeatReports() async throws -> Sample {
        let (engine, ids) = try await filled()
        round += 1800
        return try await Benchmark.time {
            try await report(ids, to: engine) { node in
                self.item(node, seconds: self.round, hasContent: false)
            }
            return ids.count
        }
    }

    func query(_ expression: String) async throws -> Sample {
        let (engine, _) = try await filled()
        PeakMemory.reset()
        var sample = try await Benchmark.time {
            let matches = try await engine.perform(QueryInventory(expression: expression)).matches
            let found = matches.count { $0.matchCount > 0 }
            guard matches.count == nodes, found > 0 else { throw BenchError("nothing matched") }
            return found
        }
        sample.peakBytes = PeakMemory.bytes
        return sample
    }

    /// Observes the whole fleet, asks what a group and a policy ask, and plans.
    func plan() async throws -> Sample {
        let (engine, _) = try await filled()
        let desired = try Self.desired()
        PeakMemory.reset()
        var sample = try await Benchmark.time {
            let ownership = Ownership(repository: "bench", fleet: desired.fleet.name)
            let observer = FleetObserver(manager: engine, now: { Timestamp(Date()) })
            let plan = Planner.plan(
                PlanningInput(
                    desired: desired,
                    observed: try await observer.observe(desired, ownership: ownership),
                    commit: "1",
                    repository: ownership.repository,
                    now: Timestamp(Date())
                )
            )
            guard let finding = plan.findings.first, finding.nodes.count < nodes else {
                throw BenchError("the policy holds everywhere, or nowhere")
            }
            return finding.nodes.count
        }
        sample.peakBytes = PeakMemory.bytes
        return sample
    }

    /// A group by a package's version, and a policy over another package for that group.
    private static func desired() throws -> DesiredState {
        let source = SourceRange(wholeFile: "fleet.yaml")
        func query(_ text: String) throws -> InventoryQuery { try InventoryQuery(parsing: text) }
        let group = DesiredGroup(
            name: "current",
            selection: .query(
                GroupQuery(
                    tags: TagQuery(tags: [:]),
                    inventory: [
                        try query(#"AWS:Application.Name = "package-299" and Version < "1.0.3""#)
                    ]
                )
            ),
            source: source
        )
        let policy = DesiredPolicy(
            name: "no-old-package",
            targets: [.group("current")],
            expectations: [
                DesiredPolicy.Expectation(
                    .none,
                    try query(#"AWS:Application.Name = "package-300" and Version >= "1.0.2""#)
                )
            ],
            source: source
        )
        return DesiredState(
            fleet: DesiredFleet(name: "bench", prune: true, source: source),
            groups: [group],
            policies: [policy]
        )
    }

    func count() async throws -> Sample {
        let (engine, _) = try await filled()
        PeakMemory.reset()
        let version = InventoryAggregator(expression: "AWS:Application.Version")
        let request = GetInventory(
            aggregators: [
                InventoryAggregator(expression: "AWS:Application.Name", aggregators: [version])
            ]
        )
        var sample = try await Benchmark.time {
            let entities = try await engine.perform(request).entities
            return entities.first?.data.values.first?.content.count ?? .min
        }
        sample.peakBytes = PeakMemory.bytes
        return sample
    }
}

/// The most memory that this process had since it was last reset.
///
/// *Source*: proc(5), `VmHWM`.
private enum PeakMemory {
    static func reset() {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    static var bytes: Int? {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            .flatMap { Int($0) }.map { $0 << 10 }
    }
}
