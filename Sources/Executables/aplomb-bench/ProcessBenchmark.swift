// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `aplomb reconcile` from cron with nothing to do: a whole process, its time and its memory.
///
/// The floor is what cannot be left out: the start of a process, and a fetch that brings nothing.
var processBenchmarks: [Benchmark] {
    var benchmarks = [
        process("examples-repo", path: "environments/prod") { scratch in
            let examples = FileManager.default.currentDirectoryPath + "/examples-repo"
            try FileManager.default.copyItem(atPath: examples, toPath: scratch("fleet"))
        }
    ]
    benchmarks += [1000, 10_000].map { nodes in
        process("\(nodes) nodes declared", path: nil) { scratch in
            try scratch.write("fleet/fleet.yaml", fleet.utf8)
            try scratch.write("fleet/documents/motd.yaml", ManifestCorpus.document.utf8)
            for file in 0..<nodes / 20 {
                let manifests = (0..<20).map { node(file * 20 + $0) }
                try scratch.write(
                    "fleet/nodes/\(file).yaml",
                    manifests.joined(separator: "---\n").utf8
                )
            }
        }
    }
    return benchmarks
}

private func process(
    _ size: String,
    path: String?,
    fill: @escaping (Scratch) throws -> Void
) -> Benchmark {
    Benchmark("reconcile/in sync", size: size, rounds: 11) {
        let scratch = try Scratch()
        try fill(scratch)
        for command in [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "fleet"]] {
            _ = try Child.run("git", ["-C", scratch("fleet")] + command)
        }
        let bare = scratch("fleet.git")
        _ = try Child.run("git", ["clone", "-q", "--bare", scratch("fleet"), bare])
        _ = try Child.run("git", ["clone", "-q", "--mirror", bare, scratch("mirror.git")])
        let arguments =
            ["reconcile", "file://" + bare, "--state-dir", scratch("state")]
            + (path.map { ["--path", $0] } ?? [])
        let aplomb = Scratch.program("aplomb")
        _ = try Child.run(aplomb, arguments, accepting: [0, 3])
        let ours = try Peer.python(["process", aplomb] + arguments)
        let fetch = try Peer.python(["process", "git", "-C", scratch("mirror.git"), "fetch", "-q"])
        return Benchmark.Work(
            ours: { try ours.round() },
            floors: [
                Benchmark.Floor(name: "git fetch of nothing", goal: nil) { try fetch.round() }
            ],
            scratch: scratch
        )
    }
}

private let fleet = """
    apiVersion: aplomb/v1
    kind: Fleet
    metadata: {name: bench}
    spec:
      provider: {local: {}}
      prune: true
      status: {nodes: all}
    ---
    apiVersion: aplomb/v1
    kind: ResourceGroup
    metadata: {name: web}
    spec:
      query: {tags: {Role: [web]}}
    ---
    apiVersion: aplomb/v1
    kind: Association
    metadata: {name: motd}
    spec:
      document: motd
      parameters: {message: hello, path: /etc/motd, mode: "0644"}
      targets: [{group: web}]

    """

private func node(_ number: Int) -> String {
    """
    apiVersion: aplomb/v1
    kind: Node
    metadata: {name: node-\(number)}
    spec:
      tags: {Role: web, Env: prod, Site: s\(number % 7), Owner: operations}

    """
}
