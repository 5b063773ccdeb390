// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What is otherwise for a time, on real sandbox nodes; ends are so far away, or so long ago, that
/// no clock matters.
@Suite(
    "exceptions",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct ExceptionScenarioTests {
    private static let ahead = "2099-12-31"
    private static let past = "2001-01-01"

    private static func exception(_ effect: String, expires: String = ahead) -> String {
        """
        apiVersion: aplomb/v1
        kind: Exception
        metadata: {name: db-move}
        spec:
          reason: Storage migration, ticket OPS-1234
          owner: kim@example.org
          expires: "\(expires)"
          \(effect)

        """
    }

    private func makeFleet(
        _ workspace: borrowing Workspace,
        limits: String? = nil
    ) throws {
        try workspace.write("fleet.yaml", SmallFleet.fleet(limits: limits))
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/motd.yaml",
            SmallFleet.document(["echo \"{{ message }}\" >> /var/tmp/log"], hasMessage: true)
        )
        try say("one", workspace)
        try workspace.commit("first")
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 0, "\(run.output)\(run.error)")
    }

    private func say(_ message: String, _ workspace: borrowing Workspace) throws {
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: message)
        )
    }

    private func log(_ node: String, _ workspace: borrowing Workspace) throws -> String? {
        try workspace.file("/var/tmp/log", on: node)
    }

    @Test("nothing runs on a suspended node until the exception lapses, and every report says so")
    func suspendedNode() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.write(
            "exception.yaml",
            Self.exception("suspend: {targets: [{nodes: [web-2]}]}")
        )
        try say("two", workspace)
        try workspace.commit("say two, but not on web-2")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let waits = try #require(plan["waits"] as? [[String: Any]])
        #expect(waits.map { $0["for"] as? String } == ["suspended"])
        #expect(waits.first?["nodes"] as? [String] == ["web-2"])
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 0, "\(run.output)\(run.error)")
        #expect(try log("web-1", workspace) == "one\ntwo\n")
        #expect(try log("web-2", workspace) == "one\n")
        let again = try workspace.aplomb("reconcile", "--detailed-exitcode")
        #expect(again.status == 5, "\(again.output)\(again.error)")
        #expect(again.output.contains("suspended until the end of 2099-12-31 by kim@example.org"))
        #expect(try workspace.statusLog().count == 2, "a second look changes nothing")
        #expect(
            try workspace.statusFile("README.md")
                .contains("`db-move` `suspends web-2` until the end of 2099-12-31")
        )
        let file = try workspace.statusFile("small/objects/Exception/db-move.yaml")
        #expect(file.contains("state: InForce") && file.contains("  - web-2"))
        let status = try workspace.aplomb("status").output
        #expect(status.contains("until the end of 2099-12-31  kim@example.org"))

        let list = try workspace.aplomb("get", "exceptions", "--output", "json").json
        let item = try #require((list["items"] as? [[String: Any]])?.first)
        #expect(item["nodes"] as? [String] == ["web-2"])
        let source = try #require(item["source"] as? [String: Any])
        let author = try #require(source["author"] as? [String: Any])
        #expect(author["subject"] as? String == "say two, but not on web-2")
        let description = try workspace.aplomb("describe", "exception", "db-move")
        #expect(description.output.contains("Storage migration, ticket OPS-1234"))

        try workspace.write(
            "exception.yaml",
            Self.exception("suspend: {targets: [{nodes: [web-2]}]}", expires: Self.past)
        )
        try workspace.commit("the move is done")
        #expect(try workspace.aplomb("validate").status == 0, "validation has no clock")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try log("web-1", workspace) == "one\ntwo\n")
        #expect(try log("web-2", workspace) == "one\ntwo\n")
        #expect(try workspace.statusFile("README.md").contains("`db-move` lapsed at the end of"))
        #expect(
            try workspace.statusFile("small/objects/Exception/db-move.yaml")
                .contains("state: Lapsed")
        )
        try workspace.remove("exception.yaml")
        try workspace.commit("tidy up")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(throws: ScenarioError.self) {
            try workspace.statusFile("small/objects/Exception/db-move.yaml")
        }
    }

    @Test("a suspended fleet is left alone: 75, one line, and a plan of what waits")
    func suspendedFleet() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try workspace.write("exception.yaml", Self.exception("suspend: {fleet: true}"))
        try say("two", workspace)
        try workspace.commit("freeze")
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 75)
        #expect(run.output.isEmpty)
        #expect(
            run.error.contains(
                "the fleet 'small' is suspended until the end of 2099-12-31 by kim@example.org: "
                    + "Storage migration, ticket OPS-1234"
            ),
            "\(run.error)"
        )
        #expect(try log("web-1", workspace) == "one\n")
        let plan = try workspace.aplomb("plan")
        #expect(plan.status == 0)
        #expect(plan.output.contains("Suspended: nothing of this plan is done"))
        #expect(plan.output.contains("Association/motd runs motd on 2 nodes"))
        #expect(try workspace.statusLog().first?.hasPrefix("status(small): suspended") == true)
        #expect(try workspace.statusFile("small/fleet.yaml").contains("reason: Suspended"))
        #expect(try workspace.aplomb("reconcile").status == 75)
        #expect(try workspace.statusLog().count == 2, "a second look changes nothing")
        try workspace.remove("exception.yaml")
        try workspace.commit("go on")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try log("web-1", workspace) == "one\ntwo\n")
        #expect(try workspace.statusFile("small/fleet.yaml").contains("state: InSync"))
    }

    @Test("a field that is ignored keeps what someone gave it, until the exception lapses")
    func ignoredField() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        let ignore = "ignore: {objects: [{kind: ResourceGroup, name: web, fields: [spec.query]}]}"
        try workspace.write("exception.yaml", Self.exception(ignore))
        try workspace.commit("let them")
        let edit = try workspace.aplomb(
            "api",
            "UpdateGroupQuery",
            "--input",
            #"{"GroupName": "web", "ResourceQuery": {"Tags": {"Role": ["db"]}, "Not": {}}}"#
        )
        #expect(edit.status == 0, "\(edit.error)")
        let run = try workspace.aplomb("reconcile", "--detailed-exitcode")
        #expect(run.status == 0, "\(run.output)\(run.error)")
        let plan = try workspace.aplomb("plan")
        #expect(plan.output.contains("small is in sync"), "\(plan.output)")
        #expect(plan.output.contains("ignored: ResourceGroup/web, 2 nodes: web-1 and web-2"))
        #expect(try workspace.statusFile("small/fleet.yaml").contains("state: Ignored"))
        #expect(try workspace.statusFile("small/drift/OPEN.md").contains("None."))
        try workspace.write("exception.yaml", Self.exception(ignore, expires: Self.past))
        try workspace.commit("no longer")
        let changes = try #require(
            try workspace.aplomb("plan", "--output", "json").json["changes"] as? [[String: Any]]
        )
        #expect(changes.map { $0["cause"] as? String } == ["external"])
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.statusFile("small/fleet.yaml").contains("state: None"))
    }

    @Test("a plan over the limits is refused, and done when an exception allows it")
    func allowed() throws {
        let workspace = try Workspace()
        try makeFleet(workspace, limits: "{changedNodes: 50%}")
        try say("two", workspace)
        try workspace.commit("say two")
        let refused = try workspace.aplomb("reconcile")
        #expect(refused.status == 4)
        #expect(refused.error.contains("Exception"), "the hint names the way: \(refused.error)")
        try workspace.write(
            "exception.yaml",
            Self.exception("allow: {limits: {changedNodes: 100%}}")
        )
        try workspace.commit("all at once, for once")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let limits = try #require(plan["limits"] as? [String: Any])
        let allowed = try #require(limits["allowed"] as? [String])
        #expect(allowed.first?.contains("Exception/db-move of kim@example.org allows 100%") == true)
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try log("web-2", workspace) == "one\ntwo\n")
    }
}
