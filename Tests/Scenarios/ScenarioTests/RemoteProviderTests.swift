// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@Suite("scenario: a fleet through a server", .enabled(if: Workspace.canSandbox, "needs root"))
struct RemoteProviderTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../examples-repo").standardizedFileURL

    /// A copy of the example repository.
    private func workspace() throws -> Workspace {
        let work = try Workspace()
        for name in ["base", "environments"] {
            try FileManager.default.copyItem(
                at: Self.examples.appending(path: name),
                to: work.checkout.appending(path: name)
            )
        }
        try work.commit("the example fleet")
        return work
    }

    private func use(_ provider: String, in work: borrowing Workspace) throws {
        let path = "environments/prod/fleet.yaml"
        let text = try String(contentsOf: work.checkout.appending(path: path), encoding: .utf8)
        let changed = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("  provider:") ? "  provider: \(provider)" : String($0)
        }
        try work.write(path, changed.joined(separator: "\n"))
        try work.commit("provider \(provider)")
    }

    /// What a plan says, without what names the commit and the moment.
    private func content(_ plan: Workspace.Ended) throws -> NSDictionary {
        var json = try plan.json
        for key in ["commit", "digest", "observedAt"] { json[key] = nil }
        return json as NSDictionary
    }

    private static let prod = ["--path", "environments/prod"]

    @Test("it is planned as in process, reconciled, in sync, and repaired when someone changes it")
    func converges() throws {
        let work = try workspace()
        let local = try work.run(["plan", "--output", "json"] + Self.prod)
        #expect(local.status == 0, "\(local.error)")
        let server = try ServedFleet(work, [".", "--api", "127.0.0.1:0"] + Self.prod)
        try use("{server: {url: \"\(server.endpoint)\"}}", in: work)
        func aplomb(_ arguments: [String]) throws -> Workspace.Ended {
            try Workspace.run(
                Workspace.programs.appending(path: "aplomb"),
                arguments + Self.prod,
                environment: work.environment.merging(server.credentials) { $1 },
                directory: work.checkout
            )
        }
        let remote = try aplomb(["plan", "--output", "json"])
        #expect(remote.status == 0, "\(remote.error)")
        #expect(try content(remote) == content(local))
        let reconciled = try aplomb(["reconcile"])
        #expect(reconciled.status == 0, "\(reconciled.error)\(reconciled.output)")
        let second = try aplomb(["plan", "--detailed-exitcode"])
        #expect(second.status == 0, "\(second.output)\(second.error)")
        #expect(second.output.contains("in sync"))
        #expect(try work.statusFile("prod/fleet.yaml").contains("InSync"))

        let script = """
            import boto3, sys
            client = boto3.client("resource-groups", endpoint_url=sys.argv[1])
            client.update_group(Group="web", Description="changed by hand")
            """
        _ = try Boto.run(script, [server.endpoint], environment: server.credentials)
        let drift = try aplomb(["plan"])
        #expect(drift.output.contains("Changed outside git (1)"), "\(drift.output)")
        #expect(try aplomb(["reconcile"]).status == 0)
        #expect(try aplomb(["plan"]).output.contains("in sync"))
        #expect(server.stop() == 0)
        #expect(try server.messages == "ready: \(server.endpoint) (4 nodes)\n")

        let down = try aplomb(["plan"])
        #expect(down.status == 1)
        #expect(down.error.contains("cannot connect to \(server.endpoint)"), "\(down.error)")
    }

    @Test("without a key, or with one that may only look, nothing is changed")
    func permissions() throws {
        let work = try Workspace()
        try work.write("nodes.yaml", SmallFleet.nodes(["web-1"]))
        try work.write("group.yaml", SmallFleet.group)
        try work.write("fleet.yaml", SmallFleet.fleet())
        try work.commit("a fleet")
        let server = try ServedFleet(work)
        try work.write(
            "fleet.yaml",
            SmallFleet.fleet().replacing(
                "{local: {}}",
                with: "{server: {url: \"\(server.endpoint)\"}}"
            )
        )
        try work.commit("through the server")
        let keyless = try work.aplomb("plan", environment: ["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(keyless.status == 77)
        #expect(keyless.error.contains("there are no credentials"))
        let made = try work.aplomb("access-key", "create", "--role", "readOnly", "--output", "json")
        let key = try made.json
        let variables = [
            "AWS_ACCESS_KEY_ID": try #require(key["accessKeyId"] as? String),
            "AWS_SECRET_ACCESS_KEY": try #require(key["secretAccessKey"] as? String),
        ]
        #expect(try work.aplomb("plan", environment: variables).status == 0)
        let refused = try work.aplomb("reconcile", environment: variables)
        #expect(refused.status == 1)
        #expect((refused.error + refused.output).contains("AccessDeniedException"))
        let wrong = try work.aplomb(
            "plan",
            environment: variables.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 }
        )
        #expect(wrong.status == 77)
        #expect(wrong.error.contains("InvalidSignatureException"))
        #expect(server.stop() == 0)
    }
}
