// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetModel
import Foundation
import Git
import Planning

/// D1 and D2 as the product does them: from what was observed to the commit on the status branch.
///
/// Ours makes the whole status anew and finds out what changed; the peers are handed the files.
var statusBenchmarks: [Benchmark] {
    [10_000, 100_000].flatMap { nodes in
        [
            status("unchanged", changing: 0, of: nodes),
            status("1 node changed", changing: 1, of: nodes),
            status("1000 nodes changed", changing: 1000, of: nodes),
        ]
    }
}

private func status(_ name: String, changing count: Int, of nodes: Int) -> Benchmark {
    Benchmark("status/\(name)", size: "\(nodes) nodes x 100", rounds: 7) {
        let scratch = try Scratch()
        var ours = try await BenchRepository(at: scratch("ours.git"))
        let fleet = BenchmarkFleet(nodes: nodes, associations: 100, status: .all)
        let first = content(fleet.input())
        // A round's failures are of another kind and time than those before: its files are new.
        let contents =
            count == 0 ? [] : (1...9).map { content(fleet.input(failing: count, round: $0)) }
        func write(_ content: StatusContent) async throws -> ObjectID? {
            let writer = StatusWriter(content: content, author: BenchRepository.author)
            let tip = try await ours.repository.tip(of: ours.branch)
            let commit = try await writer.write(in: ours.repository, on: tip)
            if let commit { try await ours.move(from: tip, to: commit) }
            return commit
        }
        _ = try await write(first)
        try scratch.copy("ours.git", to: "first.git")
        var floors: [Benchmark.Floor] = []
        if count > 0 {
            let variants = try await files(ours, contents, write)
            let peers = CommitPeers(scratch: scratch, origin: "first.git", variants: variants)
            let goal = count == 1 ? 1.5 : 1.2
            floors = [
                try peers.pygit2("synced.git", syncs: true, goal: goal),
                try peers.git("plumbing.git", goal: nil),
            ]
            ours = try BenchRepository(existing: scratch("first.git"))
        }
        var round = 0
        return Benchmark.Work(
            ours: {
                round += 1
                return try await Benchmark.time {
                    let commit = try await write(count == 0 ? first : contents[round - 1])
                    guard (commit == nil) == (count == 0) else { throw BenchError("no change") }
                    return count
                }
            },
            floors: floors,
            scratch: scratch
        )
    }
}

private func content(_ input: PlanningInput) -> StatusContent {
    StatusContent(
        desired: input.desired,
        observed: input.observed,
        remaining: Planner.plan(input)
    )
}

/// The files that each content writes after the one before, for the peers.
private func files(
    _ ours: BenchRepository,
    _ contents: [StatusContent],
    _ write: (StatusContent) async throws -> ObjectID?
) async throws -> [[String: String]] {
    var variants: [[String: String]] = []
    for content in contents {
        let before = try await ours.repository.tip(of: ours.branch)
        guard let after = try await write(content) else { throw BenchError("no change") }
        var files: [String: String] = [:]
        for change in try await ours.repository.changedPaths(from: before, to: after) {
            let bytes = try await ours.repository.file(change.path, in: after, bytesMax: 64 << 20)
            if let bytes { files[change.path] = String(decoding: bytes, as: UTF8.self) }
        }
        variants.append(files)
    }
    return variants
}
