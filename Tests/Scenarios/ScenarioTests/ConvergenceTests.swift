// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The main job, end to end: real git, real sandbox nodes, the built program.
@Suite(
    "a commit becomes a true fleet",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct ConvergenceTests {
    /// Three nodes; `motd` takes a message, `base` takes none, and `motd` comes after it.
    private func makeFleet(_ workspace: borrowing Workspace) throws {
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2", "web-3"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/base.yaml",
            SmallFleet.document(["echo base >> /var/tmp/log"])
        )
        try workspace.write(
            "documents/motd.yaml",
            SmallFleet.document(["echo \"{{ message }}\" >> /var/tmp/log"], hasMessage: true)
        )
        try workspace.write("base.yaml", SmallFleet.association("base", document: "base"))
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: "one", dependsOn: "base")
        )
        try workspace.commit("first")
    }

    @Test("first convergence, then nothing to do, and silence about it")
    func firstConvergence() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        let plan = try workspace.aplomb("plan", "--output", "json")
        #expect(plan.status == 0, "\(plan.error)")
        let summary = try #require(plan.json["summary"] as? [String: Int])
        #expect(summary["create"] == 8)
        #expect(summary["run"] == 2)
        let first = try workspace.aplomb("reconcile")
        #expect(first.status == 0, "\(first.output)\(first.error)")
        for node in ["web-1", "web-2", "web-3"] {
            #expect(try workspace.file("/var/tmp/log", on: node) == "base\none\n")
        }
        let second = try workspace.aplomb("plan", "--detailed-exitcode")
        #expect(second.status == 0)
        #expect(second.output.contains("in sync"))
        let silent = try workspace.aplomb("reconcile")
        #expect(silent.status == 0)
        #expect(silent.output.isEmpty && silent.error.isEmpty)
        #expect(try workspace.statusLog().count == 1)
        let status = try workspace.aplomb("status", "--output", "json")
        #expect(status.status == 0)
        #expect(!FileManager.default.fileExists(atPath: "/var/tmp/log"))
    }

    @Test("a plan names the digest that reconcile accepts, and refuses another")
    func digest() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        let digest = try #require(
            try workspace.aplomb("plan", "--output", "json").json["digest"] as? String
        )
        let stale = try workspace.aplomb(
            "reconcile",
            "--plan",
            "sha256:" + String(repeating: "0", count: 64)
        )
        #expect(stale.status == 4)
        #expect(try workspace.statusLog().isEmpty)
        let exact = try workspace.aplomb("reconcile", "--plan", digest)
        #expect(exact.status == 0, "\(exact.error)")
    }

    @Test("a parameter edit re-runs exactly the association that uses it, on exactly its nodes")
    func edit() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.aplomb("reconcile")
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: "two", dependsOn: "base")
        )
        try workspace.commit("say two")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let runs = try #require(plan["runs"] as? [[String: Any]])
        #expect(runs.count == 1)
        #expect(runs.first?["cause"] as? String == "git")
        #expect(runs.first?["nodes"] as? [String] == ["web-1", "web-2", "web-3"])
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.file("/var/tmp/log", on: "web-1") == "base\none\ntwo\n")
        // A document edit does the same for all that use it.
        try workspace.write(
            "documents/base.yaml",
            SmallFleet.document(["echo more >> /var/tmp/log"])
        )
        try workspace.commit("base: more")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.file("/var/tmp/log", on: "web-2") == "base\none\ntwo\nmore\n")
        #expect(try workspace.statusLog().count == 3)
    }

    @Test("what leaves git is pruned, and no more than the limit allows")
    func prune() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.aplomb("reconcile")
        try workspace.write("fleet.yaml", SmallFleet.fleet(limits: "{prunedObjects: 1}"))
        try workspace.remove("motd.yaml")
        try workspace.remove("documents/motd.yaml")
        try workspace.commit("drop motd")
        let refused = try workspace.aplomb("reconcile")
        #expect(refused.status == 4)
        #expect(refused.error.contains("prunedObjects"))
        #expect(try workspace.aplomb("get", "documents").output.contains("motd"))
        try workspace.write("fleet.yaml", SmallFleet.fleet(limits: "{prunedObjects: 2}"))
        try workspace.commit("allow two")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(!(try workspace.aplomb("get", "documents").output.contains("motd")))
    }

    @Test("a node that enters a group gets what the group has, and nobody else does")
    func membership() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.aplomb("reconcile")
        try workspace.write(
            "nodes.yaml",
            SmallFleet.nodes(["web-1", "web-2", "web-3", "web-4"])
        )
        try workspace.commit("add web-4")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let runs = try #require(plan["runs"] as? [[String: Any]])
        #expect(runs.allSatisfy { $0["nodes"] as? [String] == ["web-4"] })
        #expect(runs.allSatisfy { $0["cause"] as? String == "membership" })
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.file("/var/tmp/log", on: "web-4") == "base\none\n")
        #expect(try workspace.file("/var/tmp/log", on: "web-1") == "base\none\n")
    }

    @Test("an object changed behind git's back is named, and put back")
    func externalDrift() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.aplomb("reconcile")
        let edit = try workspace.aplomb(
            "api",
            "UpdateGroupQuery",
            "--input",
            #"{"GroupName": "web", "ResourceQuery": {"Tags": {"Role": ["db"]}, "Not": {}}}"#
        )
        #expect(edit.status == 0, "\(edit.error)")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let changes = try #require(plan["changes"] as? [[String: Any]])
        #expect(changes.count == 1)
        #expect(changes.first?["cause"] as? String == "external")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.aplomb("plan", "--detailed-exitcode").status == 0)
    }
}
