// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Foundation
import Testing

@testable import LinuxHost

/// Holds all suites: they count descriptors, mounts and processes, so they run one by one.
@Suite("LinuxHost", .serialized)
enum LinuxHostTests {}

/// Makes a scratch state directory and removes it.
func withScratch<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "/var/tmp/aplomb-test-\(UUID().uuidString)"
    try makeDirectories(path, mode: 0o755)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Polls a condition until it holds or the deadline has passed.
func eventually(seconds: Double = 10, _ condition: () -> Bool) -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
        if condition() { return true }
        usleep(2_000)
    }
    return condition()
}

func withNode<Value>(
    _ configuration: SandboxConfiguration = SandboxConfiguration(name: "web-1"),
    in state: String,
    runner: ProcessRunner,
    _ body: (SandboxNode) async throws -> Value
) async throws -> Value {
    let node = try await SandboxNode.start(configuration, in: state, runner: runner)
    do {
        let value = try await body(node)
        await node.stop()
        return value
    } catch {
        await node.stop()
        throw error
    }
}

extension ProcessRunner {
    /// Runs a shell script and returns what it printed.
    func shell(_ script: String, on host: Machine = .local) async throws -> ProcessResult {
        try await run(.script(script), on: host)
    }
}

/// Why sandbox tests cannot run here, or nothing.
let missingForSandboxes: [String] = {
    guard let runner = try? ProcessRunner() else { return ["no process runner"] }
    return SandboxSupport.check(stateDirectory: "/var/tmp", runner: runner).problems
}()

let sandboxesWork = missingForSandboxes.isEmpty
let sandboxReason = Comment(
    rawValue: "no sandboxes here: " + missingForSandboxes.joined(separator: "; ")
)

/// Whether a process exists, be it as a zombie.
func exists(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 || errno == EPERM }

/// Counts open descriptors of this process.
func openDescriptors() -> Int { names(in: "/proc/self/fd").count }
