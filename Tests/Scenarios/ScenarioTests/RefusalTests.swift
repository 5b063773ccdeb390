// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What stops a reconcile, and that nothing is half applied when it does.
@Suite(
    "refusals and failures",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct RefusalTests {
    private func makeFleet(
        _ workspace: borrowing Workspace,
        _ script: [String],
        nodes: Int = 2,
        maxConcurrency: String = "50",
        maxErrors: String = "0"
    ) throws {
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes((1...nodes).map { "web-\($0)" }))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write("documents/work.yaml", SmallFleet.document(script))
        try workspace.write(
            "work.yaml",
            SmallFleet.association(
                "work",
                document: "work",
                maxConcurrency: maxConcurrency,
                maxErrors: maxErrors
            )
        )
        try workspace.commit("fleet")
    }

    @Test("maxErrors stops the rest; they are Terminated, and wait until someone decides")
    func maxErrors() throws {
        let workspace = try Workspace()
        try makeFleet(workspace, ["echo no >&2", "exit 7"], nodes: 4, maxConcurrency: "1")
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 3, "\(run.error)")
        #expect(run.output.contains("7"))
        let commands = try workspace.aplomb("get", "commands", "--output", "json").json
        let command = try #require((commands["items"] as? [[String: Any]])?.first)
        let statuses = try #require(command["nodes"] as? [[String: Any]])
            .compactMap { $0["status"] as? String }.sorted()
        #expect(statuses == ["Failed", "Terminated", "Terminated", "Terminated"])
        let again = try workspace.aplomb("reconcile")
        #expect(again.status == 3, "a failed fleet stays failed: \(again.output)\(again.error)")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let waits = try #require(plan["waits"] as? [[String: Any]])
        #expect(waits.first?["for"] as? String == "budget")
        #expect((plan["runs"] as? [Any])?.isEmpty == true)
        try workspace.write("documents/work.yaml", SmallFleet.document(["true"]))
        try workspace.commit("mend it")
        #expect(try workspace.aplomb("reconcile").status == 0)
    }

    @Test("an invalid revision is not applied at all, and the last good one stays")
    func invalidRevision() throws {
        let workspace = try Workspace()
        try makeFleet(workspace, ["echo run >> /var/tmp/log"])
        try workspace.aplomb("reconcile")
        try workspace.write(
            "documents/work.yaml",
            SmallFleet.document(["echo new >> /var/tmp/log"])
        )
        try workspace.write(
            "broken.yaml",
            "apiVersion: aplomb/v1\nkind: Nod\nmetadata: {name: x}\n"
        )
        try workspace.commit("half a thought")
        let refused = try workspace.aplomb("reconcile")
        #expect(refused.status == 4)
        #expect(refused.error.contains("broken.yaml:2"))
        #expect(refused.error.contains("Node"))
        #expect(try workspace.file("/var/tmp/log", on: "web-1") == "run\n")
        let validated = try workspace.aplomb("validate", "--output", "json")
        #expect(validated.status == 4)
    }

    @Test("a second run exits 75 at once and names the first (FT-10)")
    func twoRuns() throws {
        let workspace = try Workspace()
        try makeFleet(
            workspace,
            ["touch /var/tmp/started", "while [ ! -e /var/tmp/go ]; do sleep 0.05; done"],
            nodes: 1
        )
        let first = try workspace.start("reconcile")
        defer { if first.isRunning { kill(first.processIdentifier, SIGKILL) } }
        try waitUntil { try workspace.file("/var/tmp/started", on: "web-1") != nil }
        let second = try workspace.aplomb("reconcile")
        #expect(second.status == 75)
        #expect(second.error.contains("\(first.processIdentifier)"))
        #expect(try workspace.aplomb("plan").status == 0, "looking is always possible")
        first.terminate()
        first.waitUntilExit()
        #expect(first.terminationStatus == 143)
    }

    @Test("a rewritten branch is refused until someone accepts it (FT-36)")
    func forcePush() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace, ["echo run >> /var/tmp/log"])
        try workspace.git("push", "--quiet", "origin", "main")
        let url = "file://\(workspace.bare.path)"
        #expect(try workspace.aplomb("reconcile", url).status == 0)
        try workspace.git("commit", "--quiet", "--amend", "--message", "another history")
        try workspace.git("push", "--quiet", "--force", "origin", "main")
        let refused = try workspace.aplomb("reconcile", url)
        #expect(refused.status == 4)
        #expect(refused.error.contains("rewritten"))
        #expect(try workspace.aplomb("reconcile", url, "--accept-rewrite").status == 0)
        let log = try workspace.git("ls-remote", "origin", "refs/heads/aplomb/status")
        #expect(!log.isEmpty, "the status branch was pushed")
    }

    @Test("an unreachable remote fails, says so, and leaves the fleet as it is (FT-35)")
    func unreachable() throws {
        let workspace = try Workspace()
        try makeFleet(workspace, ["true"])
        let run = try workspace.aplomb("reconcile", "file://\(workspace.root.path)/nowhere.git")
        #expect(run.status == 1)
        #expect(run.error.contains("nowhere.git"))
    }

    private func waitUntil(_ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !condition() {
            guard ContinuousClock.now < deadline else { throw ScenarioError("waited in vain") }
            usleep(20_000)
        }
    }
}
