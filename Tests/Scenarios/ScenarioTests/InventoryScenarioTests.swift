// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// An association with AWS-GatherSoftwareInventory, and what the API shows of the node then.
@Suite("inventory", .enabled(if: Workspace.canSandbox, "sandbox nodes need root"))
struct InventoryScenarioTests {
    private static let custom =
        #"{"SchemaVersion": "1.0", "TypeName": "Custom:Rack", "Content": {"Row": "4"}}"#

    private func workspace(parameters: [String: String]) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["inv-1"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/prepare.yaml",
            SmallFleet.document([
                "useradd --no-create-home inventor",
                "mkdir -p /var/lib/aplomb/inventory/custom /etc/shop",
                "echo '\(Self.custom)' > /var/lib/aplomb/inventory/custom/rack.json",
                "printf 'port = 80\\n' > /etc/shop/shop.conf",
            ])
        )
        let lines = parameters.sorted { $0.key < $1.key }.map { "    \($0.key): '\($0.value)'" }
        let inventory =
            SmallFleet.association(
                "inventory",
                document: "AWS-GatherSoftwareInventory",
                dependsOn: "prepare"
            ) + "  scheduleExpression: rate(30 minutes)\n  parameters:\n"
            + lines.joined(separator: "\n") + "\n"
        try workspace.write(
            "associations.yaml",
            SmallFleet.association("prepare", document: "prepare") + "\n---\n" + inventory
        )
        try workspace.commit("inventory")
        return workspace
    }

    private func entries(
        _ type: String,
        _ workspace: borrowing Workspace
    ) throws -> [[String: String]] {
        let nodes = try workspace.aplomb("get", "nodes", "--output", "json").json
        let items = try #require(nodes["items"] as? [[String: Any]])
        let id = try #require(items.first?["nodeId"] as? String)
        let input = #"{"InstanceId": "\#(id)", "TypeName": "\#(type)"}"#
        let answer = try workspace.aplomb("api", "ListInventoryEntries", "--input", input)
        #expect(answer.status == 0, "\(answer.error)")
        return try #require(try answer.json["Entries"] as? [[String: String]])
    }

    @Test("an association collects every kind, and the API lists the entries")
    func collect() throws {
        let workspace = try workspace(parameters: [
            "files": #"[{"Path": "/etc/shop", "Pattern": ["*.conf"]}]"#,
            "aplombFileContents": #"[{"Path": "/etc/shop/shop.conf"}]"#,
        ])
        let ended = try workspace.aplomb("reconcile")
        #expect(ended.status == 0, "\(ended.output)\(ended.error)")
        #expect(try entries("Custom:Rack", workspace) == [["Row": "4"]])
        let users = try entries("Custom:User", workspace)
        #expect(users.contains { $0["Name"] == "inventor" && $0["Locked"] == "true" })
        let files = try entries("AWS:File", workspace)
        #expect(files.map { $0["Name"] } == ["shop.conf"] && files[0]["Size"] == "10")
        let contents = try entries("Custom:FileContent", workspace)
        #expect(
            contents.first?["SHA256"]
                == "01ea9bc79534a121a5064df3ce29bd12954dd9356c182bbee81013a15185ee1c"
        )
        #expect(contents.first?["Mode"] == "0644" && contents.first?["Owner"] == "root")
        for type in [
            "AWS:Application", "AWS:AWSComponent", "AWS:InstanceDetailedInformation",
            "AWS:InstanceInformation", "Custom:UserGroup", "Custom:KernelParameter",
        ] {
            #expect(try !entries(type, workspace).isEmpty, "\(type)")
        }
        #expect(try entries("AWS:Network", workspace).isEmpty)
    }

    @Test("a type that fails fails the association by name, and the others are stored")
    func failure() throws {
        let workspace = try workspace(parameters: ["aplombCustomInventoryCommand": "echo broken"])
        let ended = try workspace.aplomb("reconcile")
        #expect(ended.status == 3, "\(ended.output)\(ended.error)")
        #expect(ended.output.contains("the custom inventory command: no JSON"), "\(ended.output)")
        #expect(try entries("Custom:Rack", workspace) == [["Row": "4"]])
    }
}
