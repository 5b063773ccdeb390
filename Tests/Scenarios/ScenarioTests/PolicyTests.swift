// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Policies over the inventory of real sandbox nodes: seen, reported, mended, and given up.
@Suite("policies", .enabled(if: Workspace.canSandbox, "sandbox nodes need root"))
struct PolicyTests {
    private static func policy(enforcement: String, remedy: String? = nil) -> String {
        """
        apiVersion: aplomb/v1
        kind: Policy
        metadata: {name: no-intruder}
        spec:
          targets: [{group: web}]
          complianceSeverity: CRITICAL
          enforcement: \(enforcement)
          expect: [{none: {type: "Custom:User", where: 'Name = "intruder"'}}]
        \(remedy.map { "  remedy: {document: \($0)}" } ?? "")
        """
    }

    private func make(_ policy: String) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/evict.yaml",
            SmallFleet.document(["userdel intruder", "echo evicted >> /var/tmp/evictions"])
        )
        try workspace.write(
            "documents/pray.yaml",
            SmallFleet.document(["echo prayed >> /var/tmp/prayers"])
        )
        try workspace.write("policy.yaml", policy)
        try workspace.commit("no intruder")
        return workspace
    }

    /// Someone logs in and makes a user, behind everybody's back.
    private func intrude(on node: String, _ workspace: borrowing Workspace) throws {
        let nodes = try workspace.aplomb("get", "nodes", "--output", "json").json
        let items = try #require(nodes["items"] as? [[String: Any]])
        let id = try #require(items.first { $0["name"] as? String == node }?["nodeId"] as? String)
        let request =
            #"{"DocumentName": "AWS-RunShellScript", "InstanceIds": ["\#(id)"], "#
            + #""Parameters": {"commands": ["useradd --no-create-home intruder"]}}"#
        let sent = try workspace.aplomb("api", "SendCommand", "--input", request)
        #expect(sent.status == 0, "\(sent.error)")
    }

    @Test("a node that moves is reported with what was found, and counts as not compliant")
    func reports() throws {
        let workspace = try make(Self.policy(enforcement: "report"))
        let first = try workspace.aplomb("reconcile")
        #expect(first.status == 0, "\(first.output)\(first.error)")
        try intrude(on: "web-2", workspace)
        let run = try workspace.aplomb("reconcile", "--refresh-inventory")
        #expect(run.status == 3, "\(run.output)\(run.error)")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let findings = try #require(plan["findings"] as? [[String: Any]])
        #expect(findings.count == 1)
        #expect(findings.first?["nodes"] as? [String] == ["web-2"])
        #expect(findings.first?["cause"] as? String == "node")
        #expect(findings.first?["observed"] as? String == "Name=intruder")
        #expect(try workspace.statusFile("README.md").contains("no-intruder"))
        #expect(
            try complianceItems(workspace) == [
                "COMPLIANT CRITICAL ", "NON_COMPLIANT CRITICAL Name=intruder",
            ]
        )
        let summaries = try workspace.aplomb("api", "ListComplianceSummaries").json
        let items = try #require(summaries["ComplianceSummaryItems"] as? [[String: Any]])
        #expect(items.map { $0["ComplianceType"] as? String } == ["Custom:Policy"])
    }

    /// `status severity observed` of what the policy found, sorted.
    private func complianceItems(_ workspace: borrowing Workspace) throws -> [String] {
        let filter = #"{"Filters": [{"Key": "ComplianceType", "Values": ["Custom:Policy"]}]}"#
        let answer = try workspace.aplomb("api", "ListComplianceItems", "--input", filter)
        #expect(answer.status == 0, "\(answer.error)")
        let items = try #require(try answer.json["ComplianceItems"] as? [[String: Any]])
        return items.map { item in
            let details = item["Details"] as? [String: String]
            return [item["Status"] as? String, item["Severity"] as? String, details?["Observed"]]
                .map { $0 ?? "" }.joined(separator: " ")
        }.sorted()
    }

    @Test("a remedy runs where the policy does not hold, once, and then it holds")
    func remediates() throws {
        let workspace = try make(Self.policy(enforcement: "remediate", remedy: "evict"))
        #expect(try workspace.aplomb("reconcile").status == 0)
        #expect(try workspace.file("/var/tmp/evictions", on: "web-1") == nil)
        try intrude(on: "web-2", workspace)
        let mended = try workspace.aplomb("reconcile", "--refresh-inventory")
        #expect(mended.status == 0, "\(mended.output)\(mended.error)")
        #expect(try workspace.file("/var/tmp/evictions", on: "web-2") == "evicted\n")
        #expect(try workspace.file("/var/tmp/evictions", on: "web-1") == nil)
        let after = try workspace.aplomb("plan", "--detailed-exitcode")
        #expect(after.status == 0, "\(after.output)")
        #expect(
            try complianceItems(workspace) == ["COMPLIANT CRITICAL ", "COMPLIANT CRITICAL "]
        )
    }

    @Test("a remedy that does not help is tried three times, and says that it stops")
    func givesUp() throws {
        let workspace = try make(Self.policy(enforcement: "remediate", remedy: "pray"))
        #expect(try workspace.aplomb("reconcile").status == 0)
        try intrude(on: "web-1", workspace)
        for _ in 1...5 {
            let run = try workspace.aplomb("reconcile", "--refresh-inventory")
            #expect(run.status == 3, "\(run.output)\(run.error)")
        }
        #expect(try workspace.file("/var/tmp/prayers", on: "web-1") == "prayed\nprayed\nprayed\n")
        let plan = try workspace.aplomb("plan")
        #expect(plan.output.contains("was tried 3 times and did not help"), "\(plan.output)")
        let retried = try workspace.aplomb("reconcile", "--retry", "--refresh-inventory")
        #expect(retried.status == 3)
        #expect(try workspace.file("/var/tmp/prayers", on: "web-1")?.count == 4 * 7)
    }
}
