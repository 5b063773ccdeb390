// SPDX-License-Identifier: Apache-2.0
import FleetAgent
import FleetModel
import Foundation
import LinuxHost
import Rehearsals
import Testing

@testable import NodeRehearsal

/// Rehearsals on real clones, of this machine and of sandboxes.
@Suite("rehearsals", .enabled(if: getuid() == 0, "clones need root"), .serialized)
struct RehearsalTests {
    @Test("a rehearsal on this machine says what would change, and changes nothing")
    func machine() async throws {
        try await withScratch { state in
            let place = "/var/tmp/aplomb-rehearsal-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(
                atPath: place,
                withIntermediateDirectories: true
            )
            defer { try? FileManager.default.removeItem(atPath: place) }
            try Data("one\ntwo\n".utf8).write(to: URL(filePath: place + "/edited"))
            try Data("gone\n".utf8).write(to: URL(filePath: place + "/deleted"))
            let report = try await rehearse(
                """
                cd \(place); sed -i s/two/three/ edited; rm deleted; echo new > added
                chmod 700 .; hostname; cat /etc/machine-id; ls -A \(state); cat /etc/hostname
                """,
                on: .init(name: "me", origin: .machine(hostName: "kept-name")),
                in: state
            )
            #expect(report.status == .success, "\(report.steps)")
            let machineID = try String(contentsOfFile: "/etc/machine-id", encoding: .utf8)
            let hostName = try String(contentsOfFile: "/etc/hostname", encoding: .utf8)
            // The identity is that of the machine, and the state directory is empty.
            #expect(report.steps.first?.standardOutput == "kept-name\n" + machineID + hostName)
            #expect(
                report.files.map { "\($0.change) \($0.path.dropFirst(place.count))" } == [
                    "modified ", "added /added", "deleted /deleted", "modified /edited",
                ]
            )
            #expect(report.files[0].modeBefore == "0755" && report.files[0].modeAfter == "0700")
            #expect(
                report.files[3].diff == ["@@ -1,2 +1,2 @@", " one", "-two", "+three"]
            )
            #expect(try String(contentsOfFile: place + "/edited", encoding: .utf8) == "one\ntwo\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: place).count == 2)
            #expect(rehearsals(in: state) == [])
        }
    }

    @Test("a clone of a sandbox starts from what that has written and deleted, and only reads it")
    func sandbox() async throws {
        try await withScratch { state in
            let runner = try ProcessRunner()
            let place = "/var/tmp/aplomb-rehearsal-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(
                atPath: place + "/old",
                withIntermediateDirectories: true
            )
            defer { try? FileManager.default.removeItem(atPath: place) }
            for name in ["host", "hidden", "old/a", "old/b"] {
                try Data("host\n".utf8).write(to: URL(filePath: "\(place)/\(name)"))
            }
            let node = try await SandboxNode.start(
                SandboxConfiguration(name: "web-1"),
                in: state,
                runner: runner
            )
            var request = ProcessRequest.script(
                "cd \(place); echo node > own; rm hidden; rm -r old; mkdir old; echo n > old/c"
            )
            request.timeout = .seconds(60)
            #expect(try await runner.run(request, on: .sandbox(node)).isSuccess)
            let busy = await #expect(throws: HostError.self) {
                _ = try await rehearse("true", on: web(state), in: state)
            }
            #expect(busy?.code == .busy)
            await node.stop()

            let before = try await SandboxNode.changes(name: "web-1", in: state)
            let report = try await rehearse(
                """
                cd \(place); ls; ls old; cat own; hostname
                echo more >> own; rm host; echo back > hidden; rm -r old; echo file > old
                """,
                on: web(state),
                in: state
            )
            #expect(report.status == .success, "\(report.steps)")
            #expect(
                report.steps.first?.standardOutput == "host\nold\nown\nc\nnode\nweb-1\n"
            )
            #expect(
                report.files.map { "\($0.change) \($0.type) \($0.path.dropFirst(place.count))" }
                    == [
                        "added file /hidden", "deleted file /host", "modified file /old",
                        "deleted file /old/c", "modified file /own",
                    ]
            )
            #expect(report.files.last?.diff == ["@@ -1,1 +1,2 @@", " node", "+more"])
            #expect(try await SandboxNode.changes(name: "web-1", in: state) == before)
            #expect(rehearsals(in: state) == [])
        }
    }

    @Test("what a killed rehearsal left is swept by the next one (P-13), and a living one is not")
    func sweep() async throws {
        try await withScratch { state in
            let runner = try ProcessRunner()
            let folder = state + "/rehearsals"
            // As a killed process leaves it: no lock is held.
            let left = folder + "/left/sandboxes/clone/layers/root/upper/etc"
            try FileManager.default.createDirectory(
                atPath: left,
                withIntermediateDirectories: true
            )
            try Data("x".utf8).write(to: URL(filePath: left + "/x"))
            let living = try await SandboxScratch.make(id: "living", in: folder, runner: runner)
            _ = try await rehearse(
                "true",
                on: .init(name: "me", origin: .machine(hostName: "me")),
                in: state
            )
            #expect(rehearsals(in: state) == ["living"])
            try await living.remove()
            #expect(rehearsals(in: state) == [])
        }
    }

    @Test("names that are no UTF-8, pipes and odd files are told of and thrown away (TH-10)")
    func oddNames() async throws {
        try await withScratch { state in
            let report = try await rehearse(
                #"""
                cd /srv; mkdir "$(printf 'd\377')"; echo x > "$(printf 'd\377/f')"
                mkfifo pipe; printf x > 'a b'; printf x > "$(printf 'new\nline')"
                chattr +i 'a b' 2>/dev/null; exit 0
                """#,
                on: web(state),
                in: state
            )
            #expect(
                report.files.map { "\($0.change) \($0.type) \($0.path)" } == [
                    "added file /srv/a b", "modified other /srv/d\u{FFFD}",
                    "added file /srv/new\nline", "added other /srv/pipe",
                ]
            )
            #expect(rehearsals(in: state) == [])
        }
    }

    @Test("a clone that cannot be made leaves nothing, and a refused document runs nothing")
    func failures() async throws {
        struct Refused: Error {}
        try await withScratch { state in
            await #expect(throws: Refused.self) {
                _ = try await rehearsal(in: state).run(
                    Rehearsal.Request(subject: Self.subject, node: web(state)) { _ in
                        throw Refused()
                    }
                )
            }
            #expect(rehearsals(in: state) == [])
            await #expect(throws: HostError.self) {
                _ = try await rehearse(
                    "true",
                    on: .init(name: "no_host_name", origin: .sandbox(stateDirectory: state)),
                    in: state
                )
            }
            #expect(rehearsals(in: state) == [])
        }
    }

    @Test("a cancelled rehearsal ends its document and leaves nothing")
    func cancelled() async throws {
        try await withScratch { state in
            let task = Task {
                try await rehearse("sleep 300", on: web(state), in: state)
            }
            // Cancelled wherever it is by now: the answer is the same.
            await Task.yield()
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(rehearsals(in: state) == [])
        }
    }

    // MARK: - Support

    private static let subject = RehearsalSubject(
        fleet: "small",
        node: "web-1",
        document: "work",
        commit: ""
    )

    private func web(_ state: String) -> Rehearsal.Node {
        .init(name: "web-1", origin: .sandbox(stateDirectory: state))
    }

    private func rehearsal(in state: String) throws -> Rehearsal {
        Rehearsal(
            stateDirectory: state,
            runner: try ProcessRunner(),
            makeID: { UUID().uuidString.lowercased() },
            now: { Timestamp(seconds: 0) }
        )
    }

    private func rehearse(
        _ script: String,
        on node: Rehearsal.Node,
        in state: String
    ) async throws -> RehearsalReport {
        let facts = try await rehearsal(in: state).run(
            Rehearsal.Request(subject: Self.subject, node: node) { platform in
                #expect(!platform.name.isEmpty)
                let step = AgentStep(
                    name: "work",
                    action: .runShellScript(ShellScript(script: script, timeoutSeconds: 60))
                )
                return AgentDocument(name: "work", version: "1", steps: [step])
            }
        )
        return RehearsalReport.make(facts)
    }

    private func rehearsals(in state: String) -> [String] {
        let all = try? FileManager.default.contentsOfDirectory(atPath: state + "/rehearsals")
        return (all ?? []).filter { $0 != "lock" }
    }

    private func withScratch(_ body: (String) async throws -> Void) async throws {
        let path = "/var/tmp/aplomb-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }
}
