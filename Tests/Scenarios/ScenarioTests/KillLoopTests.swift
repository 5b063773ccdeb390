// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The plug is pulled at random moments; the next run needs no repair (P-01, P-13, FT-04, FT-06).
@Suite(
    "SIGKILL loop",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct KillLoopTests {
    /// More by `APLOMB_KILLS`.
    private static let kills =
        ProcessInfo.processInfo.environment["APLOMB_KILLS"].flatMap { Int($0) } ?? 100

    @Test("killed anywhere, a run leaves nothing to mend, and no invocation runs twice")
    func killLoop() throws {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.write("group.yaml", SmallFleet.group)
        // The oracle: every start of the script, by invocation.
        let script = ["echo \"$SSM_COMMAND_ID\" >> /var/tmp/oracle", "sleep 0.02"]
        try workspace.write("documents/work.yaml", SmallFleet.document(script, hasMessage: true))
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = LinearRandom(seed: seed)
        for round in 1...Self.kills {
            try workspace.write(
                "work.yaml",
                SmallFleet.association(
                    "work",
                    document: "work",
                    message: "\(round)",
                    maxConcurrency: "1"
                )
            )
            try workspace.commit("round \(round)")
            let run = try workspace.start("reconcile")
            usleep(UInt32(random.next() % 350_000))
            kill(run.processIdentifier, SIGKILL)
            run.waitUntilExit()
        }
        var last = try workspace.aplomb("reconcile")
        #expect(last.status == 0, "seed \(seed): \(last.output)\(last.error)")
        last = try workspace.aplomb("plan", "--detailed-exitcode")
        #expect(last.status == 0, "seed \(seed): \(last.output)")
        for node in ["web-1", "web-2"] {
            let starts = try #require(try workspace.file("/var/tmp/oracle", on: node))
                .split(separator: "\n")
            #expect(Set(starts).count == starts.count, "seed \(seed): an invocation ran twice")
        }
        let merges = try workspace.git("rev-list", "--merges", "--count", "aplomb/status")
        #expect(merges == "0")
        let trees = try workspace.git("log", "--format=%T", "aplomb/status").split(separator: "\n")
        #expect(!zip(trees, trees.dropFirst()).contains(where: ==), "a commit that says nothing")
        try workspace.git("fsck", "--strict")
        try expectNothingRemains(of: workspace)
    }

    private func expectNothingRemains(of workspace: borrowing Workspace) throws {
        let root = workspace.root.path
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        #expect(!mounts.contains(root), "a mount remains")
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard Int(entry) != nil,
                let data = FileManager.default.contents(atPath: "/proc/\(entry)/environ")
            else { continue }
            let environ = String(decoding: data, as: UTF8.self)
            #expect(!environ.contains(root), "process \(entry) remains")
        }
    }
}

/// A small seeded generator: the same seed, the same kills.
private struct LinearRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
