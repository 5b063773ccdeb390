// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite(
        "benchmarks",
        .enabled(if: ProcessInfo.processInfo.environment["APLOMB_BENCHMARK"] != nil)
    )
    struct Benchmarks {
        private func measure(
            _ name: String,
            rounds: Int,
            _ body: () async throws -> Void
        ) async rethrows {
            try await body()
            var times: [Double] = []
            for _ in 0..<rounds {
                let clock = ContinuousClock.now
                try await body()
                times.append(Double((ContinuousClock.now - clock).components.attoseconds) / 1e15)
            }
            times.sort()
            print(
                String(
                    format: "%@: min %.2f  median %.2f  p95 %.2f ms",
                    name,
                    times[0],
                    times[rounds / 2],
                    times[rounds * 95 / 100]
                )
            )
        }

        @Test("start of processes and sandboxes")
        func starts() async throws {
            await measure("posix_spawn /bin/true", rounds: 300) {
                var pid = pid_t()
                var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
                posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil)
                var status: Int32 = 0
                waitpid(pid, &status, 0)
                free(arguments[0])
            }
            for preference in [
                CgroupBase.Preference.automatic, .version1Only, .processGroupOnly,
            ] {
                let runner = try ProcessRunner(cgroups: preference)
                try await measure("run /bin/true, \(preference)", rounds: 300) {
                    _ = try await runner.run(ProcessRequest(["/bin/true"]))
                }
            }
            guard sandboxesWork else { return }
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await measure("start of an existing node", rounds: 40) {
                    let node = try await SandboxNode.start(
                        SandboxConfiguration(name: "a"),
                        in: state,
                        runner: runner
                    )
                    await node.stop()
                }
                var times: [Duration] = []
                for index in 0..<40 {
                    let clock = ContinuousClock.now
                    let node = try await SandboxNode.start(
                        SandboxConfiguration(name: "n\(index)"),
                        in: state,
                        runner: runner
                    )
                    times.append(ContinuousClock.now - clock)
                    await node.stop()
                }
                print("start of a new node, without stop: median \(times.sorted()[20])")
                let node = try await SandboxNode.start(
                    SandboxConfiguration(name: "b"),
                    in: state,
                    runner: runner
                )
                try await measure("run /bin/true in a node", rounds: 300) {
                    _ = try await runner.run(ProcessRequest(["/bin/true"]), on: .sandbox(node))
                }
                await node.stop()
            }
            let reader = InventoryReader(.local, runner: runner)
            try await measure("AWS:Application", rounds: 40) { _ = try await reader.applications() }
        }
    }
}
