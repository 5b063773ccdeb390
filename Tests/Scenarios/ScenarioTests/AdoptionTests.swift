// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// From things that someone made by hand to a fleet that git says, and nothing moves on the way.
@Suite(
    "adoption and ownership",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct AdoptionTests {
    private static let script = ["echo \"$SSM_message\" >> /var/tmp/log"]

    /// A fleet of one node, and at its provider a group, a document and an association by hand.
    private func makeFleet(_ workspace: borrowing Workspace, ownership: String = "{}") throws {
        try workspace.write(
            "fleet.yaml",
            SmallFleet.fleet() + "  ownership: \(ownership)\n"
        )
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1"]))
        try workspace.commit("fleet")
        #expect(try workspace.aplomb("reconcile").status == 0)
        try api(
            workspace,
            "CreateGroup",
            ["Name": "web", "ResourceQuery": ["Tags": ["Role": ["web"]]]]
        )
        try api(
            workspace,
            "CreateDocument",
            [
                "Name": "motd", "DocumentType": "Command", "DocumentFormat": "YAML",
                "Content": SmallFleet.document(Self.script, hasMessage: true),
            ]
        )
        let made = try api(
            workspace,
            "CreateAssociation",
            [
                "Name": "motd", "AssociationName": "web-motd",
                "Parameters": ["message": ["hello"]],
                "Targets": [["Key": "resource-groups:Name", "Values": ["web"]]],
            ]
        )
        let description = try #require(made["AssociationDescription"] as? [String: Any])
        let id = try #require(description["AssociationId"] as? String)
        try api(workspace, "StartAssociationsOnce", ["AssociationIds": [id]])
        #expect(try log(workspace) == "hello\n", "it has run before git knew of it")
    }

    @discardableResult
    private func api(
        _ workspace: borrowing Workspace,
        _ operation: String,
        _ request: [String: Any]
    ) throws -> [String: Any] {
        let input = String(
            decoding: try JSONSerialization.data(withJSONObject: request),
            as: UTF8.self
        )
        let ended = try workspace.aplomb("api", operation, "--input", input)
        #expect(ended.status == 0, "\(operation): \(ended.error)")
        return (try? ended.json) ?? [:]
    }

    private func log(_ workspace: borrowing Workspace) throws -> String? {
        try workspace.file("/var/tmp/log", on: "web-1")
    }

    /// `Kind/name state` of every line of an adoption.
    private func lines(_ ended: Workspace.Ended) throws -> [String] {
        try #require(ended.json["objects"] as? [[String: Any]]).map { line in
            let object = try #require(line["object"] as? [String: Any])
            return "\(object["kind"] ?? "")/\(object["name"] ?? "") \(line["state"] ?? "")"
        }
    }

    private func association(_ workspace: borrowing Workspace) throws -> [String: Any] {
        let items = try workspace.aplomb("get", "associations", "--output", "json").json["items"]
        return try #require((items as? [[String: Any]])?.first)
    }

    /// Changes the message of the association by hand, and nothing else of it.
    private func edit(_ workspace: borrowing Workspace, message: String) throws {
        let id = try #require(try association(workspace)["associationId"] as? String)
        try api(
            workspace,
            "UpdateAssociation",
            [
                "AssociationId": id, "Name": "motd", "AssociationName": "web-motd",
                "Parameters": ["message": [message]],
                "Targets": [["Key": "resource-groups:Name", "Values": ["web"]]],
            ]
        )
    }

    @Test("made by hand, written, committed, taken: every plan on the way is empty")
    func wholeWay() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        let listed = try workspace.aplomb("adopt", "--output", "json")
        #expect(listed.status == 0, "\(listed.error)")
        let all = ["Association/web-motd", "Document/motd", "ResourceGroup/web"]
        #expect(try lines(listed) == all.map { "\($0) adoptable" })
        #expect(try workspace.git("status", "--porcelain").isEmpty, "a list writes nothing")

        let written = try workspace.aplomb("adopt", "--all")
        #expect(written.status == 0, "\(written.output)\(written.error)")
        #expect(written.output.contains("aplomb adopt --take"))
        let document = workspace.checkout.appending(path: "adopted/documents/motd.yaml")
        #expect(
            try String(contentsOf: document, encoding: .utf8)
                == SmallFleet.document(Self.script, hasMessage: true)
        )
        let early = try workspace.aplomb("adopt", "--take", "Document/motd")
        #expect(early.status == 1, "what is not committed is not taken")
        #expect(early.output.contains("commit it first"))
        #expect(try workspace.aplomb("validate").status == 0)
        try workspace.commit("adopt what is there")

        let before = try workspace.aplomb("reconcile")
        #expect(before.status == 0, "\(before.output)\(before.error)")
        #expect(try workspace.aplomb("plan").output.contains("'aplomb adopt --take'"))
        #expect(try log(workspace) == "hello\n", "nothing runs before it is taken")

        let rehearsed = try workspace.aplomb("adopt", "--take", "--dry-run", "--output", "json")
        #expect(try lines(rehearsed) == all.map { "\($0) takeable" })
        let taken = try workspace.aplomb("adopt", "--take", "--output", "json")
        #expect(taken.status == 0, "\(taken.output)\(taken.error)")
        #expect(try lines(taken) == all.map { "\($0) taken" })
        let plan = try workspace.aplomb("plan", "--detailed-exitcode")
        #expect(plan.status == 0, "\(plan.output)")
        #expect(plan.output.contains("in sync"))
        #expect(try association(workspace)["version"] as? Int == 1, "tags are all that changed")
        #expect(try association(workspace)["ownership"] as? String == "managed")
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try log(workspace) == "hello\n")

        try edit(workspace, message: "by hand")
        let drift = try workspace.aplomb("plan", "--output", "json").json
        let change = try #require((drift["changes"] as? [[String: Any]])?.first)
        #expect(change["cause"] as? String == "external")
        let fields = try #require(change["fields"] as? [[String: Any]])
        #expect(fields.map { $0["path"] as? String } == ["spec.parameters.message"])
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try log(workspace) == "hello\nhello\n", "and is put right")
        #expect(try lines(try workspace.aplomb("adopt", "--output", "json")) == [])
    }

    @Test("an observed object is reported and stays as it is; an ignored one may be referred to")
    func observed() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        #expect(try workspace.aplomb("adopt", "Association/web-motd").status == 1)
        #expect(try workspace.aplomb("adopt", "--all", "--file", "stock.yaml").status == 0)
        try workspace.remove("documents/motd.yaml")
        try workspace.write(
            "fleet.yaml",
            SmallFleet.fleet()
                + "  ownership:\n    observed: [Association/web-motd, ResourceGroup/web]\n"
                + "    ignored: [Document/motd]\n"
        )
        try workspace.commit("look, and do not touch")
        #expect(try workspace.aplomb("reconcile").status == 0)
        let calm = try workspace.aplomb("plan", "--detailed-exitcode")
        #expect(calm.status == 0, "\(calm.output)\(calm.error)")
        #expect(calm.output.contains("observed: Association/web-motd and ResourceGroup/web"))
        #expect(calm.output.contains("ignored: Document/motd"))

        try edit(workspace, message: "by hand")
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 0, "\(run.output)\(run.error)")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let findings = try #require(plan["findings"] as? [[String: Any]])
        #expect(findings.map { $0["observed"] as? String } == ["spec.parameters.message = by hand"])
        #expect((plan["changes"] as? [Any])?.isEmpty == true)
        #expect((plan["unmanaged"] as? [Any])?.count == 3)
        let live = try association(workspace)
        #expect(live["parameters"] as? [String: [String]] == ["message": ["by hand"]])
        #expect(live["ownership"] as? String == "observed")
        let status = try workspace.statusFile("small/objects/Association/web-motd.yaml")
        #expect(status.contains("ownership: observed"))
        #expect(status.contains("DriftDetected"))
        #expect(try log(workspace) == "hello\n", "and it was not run")
        let take = try workspace.aplomb("adopt", "--take", "Association/web-motd")
        #expect(take.status == 1)
        #expect(take.output.contains("the Fleet says that it is observed"))
    }

    @Test("what another fleet owns is refused, and so are files that are there and unknown names")
    func refused() throws {
        let workspace = try Workspace()
        try makeFleet(workspace)
        try api(
            workspace,
            "AddTagsToResource",
            [
                "ResourceType": "Document", "ResourceId": "motd",
                "Tags": [
                    ["Key": "aplomb:repository", "Value": "elsewhere"],
                    ["Key": "aplomb:fleet", "Value": "other"],
                ],
            ]
        )
        let foreign = try workspace.aplomb("adopt", "Document/motd")
        #expect(foreign.status == 1)
        #expect(foreign.output.contains("belongs to fleet 'other' of elsewhere"))
        try workspace.write("motd.yaml", SmallFleet.document(Self.script, hasMessage: true))
        try workspace.commit("claim it")
        let take = try workspace.aplomb("adopt", "--take", "Document/motd")
        #expect(take.status == 1)
        #expect(take.output.contains("belongs to fleet 'other'"))

        try workspace.write("adopted/groups/web.yaml", "# mine\n")
        let existing = try workspace.aplomb("adopt", "ResourceGroup/web")
        #expect(existing.status != 0)
        #expect(
            try String(
                contentsOf: workspace.checkout.appending(path: "adopted/groups/web.yaml"),
                encoding: .utf8
            ) == "# mine\n"
        )
        try workspace.remove("adopted/groups/web.yaml")
        let misspelt = try workspace.aplomb("adopt", "ResourceGroup/wbe", "ResourceGroup/web")
        #expect(misspelt.status == 1)
        #expect(misspelt.output.contains("did you mean 'ResourceGroup/web'?"))
        #expect(misspelt.output.contains("adopted/groups/web.yaml"), "the other one is written")
        #expect(try workspace.aplomb("adopt", "web").status == 64)
        #expect(try workspace.aplomb("adopt", "--all", "ResourceGroup/web").status == 64)
        #expect(try workspace.aplomb("adopt", "--all", "--output-dir", "/elsewhere").status == 64)
    }
}
