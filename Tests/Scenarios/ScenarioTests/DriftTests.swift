// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Drift of every cause, made on real sandbox nodes and at a real provider, and how it is told.
///
/// The reports are golden files; what differs from run to run is replaced by its kind.
@Suite("drift", .enabled(if: Workspace.canSandbox, "sandbox nodes need root"))
struct DriftTests {
    private func make(drift mode: String = "report") throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet(drift: mode))
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/motd.yaml",
            SmallFleet.document(["echo '{{ message }}' > /etc/motd"], hasMessage: true)
        )
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: "hello")
        )
        try workspace.write(
            "policy.yaml",
            """
            apiVersion: aplomb/v1
            kind: Policy
            metadata: {name: no-intruder}
            spec:
              targets: [{group: web}]
              complianceSeverity: CRITICAL
              expect: [{none: {type: "Custom:User", where: 'Name = "intruder"'}}]
            """
        )
        try workspace.commit("a small fleet")
        let first = try workspace.aplomb("reconcile")
        try #require(first.status == 0, "\(first.output)\(first.error)")
        let drift = try workspace.aplomb("drift", "--detailed-exitcode")
        #expect(drift.status == 0, "\(drift.output)\(drift.error)")
        return workspace
    }

    /// The report as it is told, once it exits as a difference does.
    private func expectDrift(
        _ workspace: borrowing Workspace,
        _ name: String,
        status: Int32 = 2,
        _ options: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let told = try workspace.run(["drift", "--detailed-exitcode"] + options)
        #expect(
            told.status == status,
            "\(told.output)\(told.error)",
            sourceLocation: sourceLocation
        )
        try expectGolden(
            try Transcript.normalised(told.output),
            "drift-\(name).txt",
            sourceLocation: sourceLocation
        )
    }

    private func nodeID(_ name: String, _ workspace: borrowing Workspace) throws -> String {
        let nodes = try workspace.aplomb("get", "nodes", "--output", "json").json
        let items = try #require(nodes["items"] as? [[String: Any]])
        return try #require(items.first { $0["name"] as? String == name }?["nodeId"] as? String)
    }

    private func run(
        _ command: String,
        on node: String,
        _ workspace: borrowing Workspace
    ) throws {
        let id = try nodeID(node, workspace)
        try workspace.api(
            "SendCommand",
            """
            {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["\(id)"],
             "Comment": "looking around", "Parameters": {"commands": ["\(command)"]}}
            """
        )
    }

    @Test("external: an association edited behind git's back, field by field, and its end")
    func external() throws {
        let workspace = try make()
        let listed = try workspace.api("ListAssociations", "{}")["Associations"]
        let association = try #require((listed as? [[String: Any]])?.first)
        let id = try #require(association["AssociationId"] as? String)
        let version = try #require(association["DocumentVersion"] as? String)
        // What an update leaves out is cleared, as on AWS.
        func edit(_ fields: String) -> String {
            """
            {"AssociationId": "\(id)", "DocumentVersion": "\(version)",
             "Parameters": {"message": ["hello"]},
             "Targets": [{"Key": "resource-groups:Name", "Values": ["web"]}], \(fields)}
            """
        }
        try workspace.api(
            "UpdateAssociation",
            edit(#""MaxErrors": "7", "MaxConcurrency": "50", "ScheduleExpression": "rate(7 days)""#)
        )
        try expectDrift(workspace, "external-first-seen")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.aplomb("reconcile").status == 0)
        try expectDrift(workspace, "external")
        #expect(try workspace.statusFile("small/drift/OPEN.md").contains("spec.maxErrors"))
        // Who edited it puts it back.
        try workspace.api(
            "UpdateAssociation",
            edit(#""MaxErrors": "0", "MaxConcurrency": "50""#)
        )
        #expect(try workspace.aplomb("reconcile").status == 0)
        try expectDrift(workspace, "external-ended", status: 0, "--history")
        try expectGolden(
            try Transcript.normalised(try workspace.driftHistory()),
            "drift-external-history.jsonl"
        )
    }

    @Test("external: an object deleted behind git's back is missed, and made again where asked")
    func deleted() throws {
        let workspace = try make()
        try workspace.api("DeleteGroup", #"{"GroupName": "web"}"#)
        try expectDrift(workspace, "deleted")
        try workspace.write("fleet.yaml", SmallFleet.fleet(drift: "correct"))
        try workspace.commit("correct drift")
        try expectDrift(workspace, "deleted-to-be-corrected")
        #expect(try workspace.aplomb("reconcile").status == 0)
        try expectDrift(workspace, "deleted-ended", status: 0, "--history")
    }

    @Test("node: a machine that moved, after whose command, and how often it has")
    func node() throws {
        let workspace = try make()
        for turn in 1...3 {
            try run("useradd --no-create-home intruder", on: "web-2", workspace)
            #expect(try workspace.aplomb("reconcile", "--refresh-inventory").status == 3)
            if turn == 1 { try expectDrift(workspace, "node") }
            if turn == 3 { try expectDrift(workspace, "node-flapping") }
            try run("userdel intruder", on: "web-2", workspace)
            #expect(try workspace.aplomb("reconcile", "--refresh-inventory").status == 0)
        }
        #expect(try workspace.aplomb("drift", "--detailed-exitcode").status == 0)
        try expectGolden(
            try Transcript.normalised(try workspace.driftHistory()),
            "drift-node-history.jsonl"
        )
    }

    @Test("git: what a commit asks for is intentional")
    func git() throws {
        let workspace = try make()
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: "goodbye")
        )
        try workspace.commit("say goodbye")
        try expectDrift(workspace, "git", status: 0)
    }

    @Test("membership: a node that enters a group is intentional, and so is what follows")
    func membership() throws {
        let workspace = try make()
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2", "web-3"]))
        try workspace.commit("a third node")
        try expectDrift(workspace, "membership", status: 0)
    }

    @Test("clock: a schedule that is due is intentional")
    func clock() throws {
        let workspace = try make()
        try workspace.write(
            "motd.yaml",
            SmallFleet.association("motd", document: "motd", message: "hello")
                + "  scheduleExpression: rate(30 minutes)\n"
        )
        try workspace.commit("every half hour")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.aplomb("plan", "--detailed-exitcode").status == 0)
        try workspace.shiftRuns(backBy: 3600)
        try expectDrift(workspace, "clock", status: 0)
    }

    @Test("unknown: an object that differs and no longer says what was applied")
    func unknown() throws {
        let workspace = try make()
        try workspace.api(
            "UpdateGroupQuery",
            #"{"GroupName": "web", "ResourceQuery": {"Tags": {"Role": ["db"]}, "Not": {}}}"#
        )
        let groups = try workspace.api("ListGroups", "{}")["Groups"] as? [[String: Any]]
        var tags = try #require(groups?.first?["Tags"] as? [String: String])
        tags["aplomb:digest"] = nil
        let text = String(decoding: try JSONSerialization.data(withJSONObject: tags), as: UTF8.self)
        try workspace.api("DeleteGroup", #"{"GroupName": "web"}"#)
        try workspace.api(
            "CreateGroup",
            #"{"Name": "web", "ResourceQuery": {"Tags": {"Role": ["db"]}, "Not": {}}, "Tags": \#(text)}"#
        )
        try expectDrift(workspace, "unknown")
    }

    @Test("the report as JSON and Markdown has what the text has")
    func forms() throws {
        let workspace = try make()
        try workspace.api("DeleteGroup", #"{"GroupName": "web"}"#)
        let json = try workspace.aplomb("drift", "--output", "json").json
        #expect(json["kind"] as? String == "DriftReport")
        let entries = try #require(json["corrective"] as? [[String: Any]])
        #expect(entries.first?["cause"] as? String == "external")
        #expect(entries.first?["intent"] as? String == "corrective")
        let groups = try #require(entries.first?["groups"] as? [[String: Any]])
        #expect(groups.first?["firstSeen"] is String)
        let markdown = try workspace.aplomb("drift", "--output", "markdown").output
        try expectGolden(try Transcript.normalised(markdown), "drift-deleted.md")
    }
}
