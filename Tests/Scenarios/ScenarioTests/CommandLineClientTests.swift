// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@Suite("scenario: the AWS CLI", .enabled(if: Workspace.canSandbox, "needs root"))
struct CommandLineClientTests {
    private static let program = Boto.python.deletingLastPathComponent().appending(path: "aws")

    @Test("the flows of AWS's guides work as they are written there")
    func flows() throws {
        let work = try Workspace()
        try work.write("fleet.yaml", SmallFleet.fleet())
        try work.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try work.commit("a fleet")
        let server = try ServedFleet(work)
        func run(_ arguments: [String]) throws -> Workspace.Ended {
            try Workspace.run(
                Self.program,
                ["--endpoint-url", server.endpoint, "--output", "json"] + arguments,
                environment: server.credentials.merging(["HOME": work.root.path]) { $1 }
            )
        }
        func aws(_ arguments: String...) throws -> [String: Any] {
            let ended = try run(arguments)
            #expect(ended.status == 0, "aws \(arguments): \(ended.error)")
            return ended.output.isEmpty ? [:] : try ended.json
        }
        func list(_ value: Any?) throws -> [[String: Any]] {
            try #require(value as? [[String: Any]])
        }

        let nodes = try list(
            try aws("ssm", "describe-instance-information")["InstanceInformationList"]
        )
        let ids = nodes.compactMap { $0["InstanceId"] as? String }.sorted()
        #expect(ids.count == 2)
        for id in ids {
            _ = try aws(
                "ssm",
                "add-tags-to-resource",
                "--resource-type",
                "ManagedInstance",
                "--resource-id",
                id,
                "--tags",
                "Key=Role,Value=web"
            )
        }
        let filtered = try aws(
            "ssm",
            "describe-instance-information",
            "--filters",
            "Key=tag:Role,Values=web"
        )
        #expect(try list(filtered["InstanceInformationList"]).count == 2)

        let sent = try aws(
            "ssm",
            "send-command",
            "--document-name",
            "AWS-RunShellScript",
            "--targets",
            "Key=tag:Role,Values=web",
            "--parameters",
            #"commands=["echo from the cli"]"#,
            "--max-concurrency",
            "50%",
            "--max-errors",
            "0",
            "--comment",
            "a comment"
        )
        let command = try #require(sent["Command"] as? [String: Any])
        let commandID = try #require(command["CommandId"] as? String)
        #expect(command["TargetCount"] as? Int == 2)
        for id in ids {
            _ = try aws(
                "ssm",
                "wait",
                "command-executed",
                "--command-id",
                commandID,
                "--instance-id",
                id
            )
        }
        let invocations = try list(
            try aws("ssm", "list-command-invocations", "--command-id", commandID, "--details")[
                "CommandInvocations"
            ]
        )
        #expect(invocations.compactMap { $0["Status"] as? String } == ["Success", "Success"])
        let plugin = try list(invocations[0]["CommandPlugins"])[0]
        #expect(plugin["Output"] as? String == "from the cli\n")

        try work.write("say.yaml", SmallFleet.document(["echo hello"]))
        _ = try aws(
            "ssm",
            "create-document",
            "--name",
            "say",
            "--document-type",
            "Command",
            "--document-format",
            "YAML",
            "--content",
            "file://\(work.checkout.appending(path: "say.yaml").path)"
        )
        let made = try aws(
            "ssm",
            "create-association",
            "--name",
            "say",
            "--association-name",
            "saying",
            "--targets",
            "Key=tag:Role,Values=web",
            "--schedule-expression",
            "rate(30 minutes)"
        )
        let association = try #require(made["AssociationDescription"] as? [String: Any])
        let associationID = try #require(association["AssociationId"] as? String)
        _ = try aws("ssm", "start-associations-once", "--association-ids", associationID)
        let associations = try list(try aws("ssm", "list-associations")["Associations"])
        #expect(associations.map { $0["AssociationName"] as? String } == ["saying"])

        _ = try aws(
            "resource-groups",
            "create-group",
            "--name",
            "web",
            "--resource-query",
            #"{"Type": "TAG_FILTERS_1_0", "Query": "{\"ResourceTypeFilters\":[\"AWS::AllSupported\"],\"TagFilters\":[{\"Key\":\"Role\",\"Values\":[\"web\"]}]}"}"#
        )
        let members = try aws("resource-groups", "list-group-resources", "--group", "web")
        #expect(try list(members["ResourceIdentifiers"]).count == 2)
        let schemas = try list(try aws("ssm", "get-inventory-schema")["Schemas"])
        #expect(schemas.contains { $0["TypeName"] as? String == "AWS:Application" })

        let unknown = try run(["ssm", "get-parameter", "--name", "x"])
        #expect(unknown.status != 0)
        #expect(unknown.error.contains("UnknownOperationException"))
        #expect(server.stop() == 0)
        #expect(try server.messages == "ready: \(server.endpoint) (2 nodes)\n")
    }
}
