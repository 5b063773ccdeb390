// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Foundation
import Testing

@testable import LinuxHost

@Suite("sandbox nodes", .serialized, .enabled(if: sandboxesWork, sandboxReason))
struct SandboxTests {
    @Test("a node has its own name, processes, network and files")
    func isolation() async throws {
        let runner = try ProcessRunner()
        let before = try #require(contents("/etc/passwd"))
        try await withScratch { state in
            try await withNode(in: state, runner: runner) { node in
                let result = try await runner.shell(
                    """
                    hostname; cat /proc/1/comm; cat /etc/hostname; ls /proc | grep -c '^[0-9]'
                    echo broken > /etc/passwd; rm -rf /usr/share/doc/bash; touch /new
                    cat /proc/net/dev | grep -c :; cat /sys/class/net/lo/operstate
                    ls -A \(state) | wc -l; ls -A /tmp | wc -l
                    cat /proc/sys/kernel/random/boot_id
                    """, on: .sandbox(node))
                let lines = result.output.text().split(separator: "\n").map(String.init)
                #expect(result.error.text() == "")
                #expect(Array(lines.prefix(3)) == ["web-1", "aplomb-node", "web-1"])
                #expect((Int(lines[3]) ?? 99) < 8)
                #expect(lines[4] == "1")
                #expect(Array(lines[6...7]) == ["0", "0"])
                #expect(lines[8] != contents("/proc/sys/kernel/random/boot_id")?.trimmingCharacters(in: .newlines))
            }
        }
        #expect(contents("/etc/passwd") == before)
        #expect(access("/new", F_OK) != 0)
        #expect(access("/usr/share/doc/bash", F_OK) == 0)
    }

    @Test("the upper layer survives a restart, and a reset forgets it")
    func persistence() async throws {
        let runner = try ProcessRunner()
        try await withScratch { state in
            for round in 1...3 {
                try await withNode(in: state, runner: runner) { node in
                    let result = try await runner.shell(
                        "echo x >> /etc/rounds; wc -l < /etc/rounds; cat /etc/machine-id",
                        on: .sandbox(node))
                    #expect(result.output.text().hasPrefix("\(round)\n"))
                }
            }
            try await SandboxNode.reset(name: "web-1", in: state)
            #expect(names(in: state + "/sandboxes").isEmpty)
            try await withNode(in: state, runner: runner) { node in
                #expect(try await node.changes() == [])
                let result = try await runner.shell("ls /etc/rounds", on: .sandbox(node))
                #expect(result.termination != .exited(0))
            }
        }
    }

    @Test("no mount, process or cgroup is left on the host after a stop")
    func nothingRemains() async throws {
        let runner = try ProcessRunner()
        let mounts = contents("/proc/self/mountinfo")
        try await withScratch { state in
            let node = try await SandboxNode.start(
                SandboxConfiguration(name: "db"), in: state, runner: runner)
            let process = try #require(node.process)
            #expect(contents("/proc/self/mountinfo") == mounts)
            let task = Task { try await runner.shell("sleep 300", on: .sandbox(node)) }
            #expect(eventually { names(in: "/proc/\(process)/root/proc").contains { $0 == "2" } })
            await node.stop()
            #expect(!exists(process))
            #expect(!node.isAlive)
            #expect(try await task.value.termination == .signalled(9))
            let error = await #expect(throws: HostError.self) {
                _ = try await runner.shell("true", on: .sandbox(node))
            }
            #expect(error?.code == .gone)
            #expect(contents("/proc/self/mountinfo") == mounts)
        }
    }
}
