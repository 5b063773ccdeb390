// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import LinuxHost
import Testing

@testable import FleetAgent

@Suite("Running documents with real processes")
struct DocumentRunnerTests {
    private func makeRunner() throws -> DocumentRunner {
        let processes = try ProcessRunner()
        let now: @Sendable () -> Timestamp = { Timestamp(seconds: 1_700_000_000) }
        return DocumentRunner(
            .local,
            runner: processes,
            inventory: InventoryCollector(
                .local,
                runner: processes,
                nodeID: "mi-0",
                agentVersion: "1.0.0",
                now: now
            ),
            now: now
        )
    }

    private func run(_ steps: [AgentStep]) async throws -> DocumentResult {
        let runner = try makeRunner()
        return await runner.run(AgentDocument(name: "test", version: "1", steps: steps))
    }

    private func run(
        _ script: String,
        environment: [String: String] = [:],
        directory: String? = nil,
        timeoutSeconds: Int = 60
    ) async throws -> StepResult {
        let step = AgentStep(
            name: "step",
            action: .runShellScript(
                ShellScript(
                    script: script,
                    environment: environment,
                    workingDirectory: directory,
                    timeoutSeconds: timeoutSeconds
                )
            )
        )
        return try #require(try await run([step]).steps.first)
    }

    @Test("output, error, environment, folder and code come from the script")
    func plain() async throws {
        let result = try await run(
            "pwd\necho \"$MESSAGE\"\necho oops >&2\nexit 3\n",
            environment: ["MESSAGE": "a b"],
            directory: "/usr"
        )
        #expect(result.status == .failed)
        #expect(result.responseCode == 3)
        #expect(result.standardOutput == "/usr\na b\n")
        #expect(result.standardError == "oops\n")
        #expect(result.standardOutputBytes == 9)
        #expect(result.startedAt != nil && result.finishedAt != nil)
    }

    @Test("a first line names the interpreter")
    func shebang() async throws {
        let result = try await run("#!/bin/bash\necho ${BASH_VERSION:+bash}\n")
        #expect(result.standardOutput == "bash\n")
    }

    @Test("BI-055: CRLF and BOM are made good, NUL is refused, no interpreter is 127 with words")
    func oddTexts() async throws {
        let crlf = try await run("\u{FEFF}if true; then\r\necho yes\r\nfi\r\n")
        #expect(crlf.standardOutput == "yes\n")
        let null = try await run("echo a\0b\n")
        #expect(null.status == .failed && null.standardError.contains("NUL"))
        let missing = try await run("#!/no/such/shell\necho\n")
        #expect(missing.status == .failed && missing.responseCode == 127)
        #expect(!missing.standardError.isEmpty)
    }

    @Test("a working directory that is missing fails with words")
    func missingDirectory() async throws {
        let result = try await run("true\n", directory: "/no/such/folder")
        #expect(result.status == .failed)
        #expect(result.standardError.contains("/no/such/folder"))
    }

    @Test("long output keeps head and tail, a mark, and the exact count")
    func longOutput() async throws {
        let result = try await run("echo first; seq 1 20000; echo last")
        #expect(result.standardOutputBytes == Int64(108_894 + 11))
        #expect(result.standardOutput.count <= 24_000)
        #expect(result.standardOutput.hasPrefix("first\n"))
        #expect(result.standardOutput.hasSuffix("last\n"))
        #expect(result.standardOutput.contains("--output truncated--"))
    }

    @Test("a step out of time is TimedOut with 137, and the document goes on")
    func timeout() async throws {
        let slow = AgentStep(
            name: "slow",
            action: .runShellScript(ShellScript(script: "sleep 600", timeoutSeconds: 1))
        )
        let next = AgentStep(
            name: "next",
            action: .runShellScript(ShellScript(script: "echo here"))
        )
        let result = try await run([slow, next])
        #expect(result.status == .timedOut)
        #expect(result.steps.map(\.status) == [.timedOut, .success])
        #expect(result.steps.first?.responseCode == 137)
    }

    @Test("cancelling ends the running step and runs no later one")
    func cancel() async throws {
        let runner = try makeRunner()
        let steps = ["one", "two"].map {
            AgentStep(name: $0, action: .runShellScript(ShellScript(script: "sleep 600")))
        }
        let task = Task {
            await runner.run(AgentDocument(name: "d", version: "1", steps: steps))
        }
        task.cancel()
        let result = await task.value
        #expect(result.status == .cancelled)
        #expect(result.steps.map(\.status) == [.cancelled, .cancelled])
    }

    @Test("codes 168 and 194, skip and refuse")
    func specialSteps() async throws {
        let done = try await run("echo oops >&2; exit 168")
        #expect(done.status == .success && done.standardError.isEmpty)
        let reboot = try await run("exit 194")
        #expect(reboot.status == .failed && reboot.standardError.contains("reboot"))
        let result = try await run([
            AgentStep(name: "a", action: .skip("not for Linux")),
            AgentStep(name: "b", action: .refuse("needs AWS")),
        ])
        #expect(result.steps.map(\.status) == [.skipped, .failed])
        #expect(result.steps.map(\.standardOutput) == ["not for Linux", ""])
        #expect(result.status == .failed)
    }

    @Test("inventory that did not change comes without content")
    func inventory() async throws {
        let link = MachineLink(
            .local,
            nodeID: "mi-0",
            agentVersion: "1.0.0",
            runner: try ProcessRunner(),
            now: { Timestamp(seconds: 1_700_000_000) }
        )
        let first = try await link.collectInventory(types: [], knownHashes: [:])
        #expect(
            first.map(\.typeName) == ["AWS:InstanceInformation", "AWS:Application"]
        )
        #expect(first.allSatisfy { $0.content != nil })
        let known = Dictionary(
            uniqueKeysWithValues: first.map { ($0.typeName, $0.contentHash) }
        )
        let second = try await link.collectInventory(types: [], knownHashes: known)
        #expect(second.allSatisfy { $0.content == nil })
        #expect(second.map(\.contentHash) == first.map(\.contentHash))
    }
}
