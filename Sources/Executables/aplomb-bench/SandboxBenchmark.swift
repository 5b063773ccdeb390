// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxHost

/// Starting a sandbox node, beside util-linux making the same namespaces and an overlay over `/`.
var sandboxBenchmarks: [Benchmark] {
    guard getuid() == 0 else { return [] }
    return [
        Benchmark("sandbox/start, new", size: "1 node", rounds: 21) {
            let scratch = try Scratch()
            var round = 0
            return try work(scratch, countsStop: false) {
                round += 1
                return "new-\(round)"
            }
        },
        Benchmark("sandbox/start and stop, new", size: "1 node", rounds: 21) {
            let scratch = try Scratch()
            var round = 0
            return try work(scratch) {
                round += 1
                return "new-\(round)"
            }
        },
        Benchmark("sandbox/start and stop, known", size: "1 node", rounds: 21) {
            try work(try Scratch()) { "known" }
        },
        Benchmark("sandbox/command", size: "/bin/true", rounds: 51) {
            let scratch = try Scratch()
            let runner = try ProcessRunner()
            let node = try await SandboxNode.start(
                SandboxConfiguration(name: "node"),
                in: scratch("state"),
                runner: runner
            )
            return Benchmark.Work(
                ours: {
                    try await Benchmark.time {
                        _ = try await runner.run(ProcessRequest(["/bin/true"]), on: .sandbox(node))
                        return 1
                    }
                },
                floors: [
                    Benchmark.Floor(name: "posix_spawn", goal: nil) {
                        var sample = try Child.run("/bin/true", [])
                        sample.peakBytes = nil
                        return sample
                    }
                ],
                scratch: scratch
            )
        },
    ]
}

/// Stopping takes its time: the kernel syncs the file system below the node's layer.
private func work(
    _ scratch: Scratch,
    countsStop: Bool = true,
    _ name: @escaping () -> String
) throws -> Benchmark.Work {
    let runner = try ProcessRunner()
    var round = 0
    return Benchmark.Work(
        ours: {
            let configuration = SandboxConfiguration(name: name())
            var started: SandboxNode?
            let sample = try await Benchmark.time {
                started = try await SandboxNode.start(
                    configuration,
                    in: scratch("state"),
                    runner: runner
                )
                if countsStop { await started?.stop() }
                return 1
            }
            if !countsStop { await started?.stop() }
            return sample
        },
        floors: [
            Benchmark.Floor(name: "unshare; mount overlay; true", goal: nil) {
                round += 1
                let folder = scratch("floor-\(round)")
                let script = """
                    mkdir -p \(folder)/upper \(folder)/work \(folder)/root
                    exec unshare -m -p -u -i -n --fork sh -c 'mount -t overlay overlay \
                    -o lowerdir=/,upperdir=\(folder)/upper,workdir=\(folder)/work \(folder)/root'
                    """
                var sample = try Child.run("/bin/sh", ["-ec", script])
                sample.peakBytes = nil
                return sample
            }
        ],
        scratch: scratch
    )
}
