// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A sandbox node with `init: systemd` is a machine with services, booted for each run.
@Suite(
    "booted nodes",
    .enabled(
        if: Workspace.canSandbox
            && FileManager.default.fileExists(atPath: "/lib/systemd/systemd"),
        "sandbox nodes need root, and this machine needs systemd"
    )
)
struct BootedNodeTests {
    /// A booted node, and a document that installs a service on it.
    private func make() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["svc-1"], sandbox: "{init: systemd}"))
        try workspace.write("group.yaml", SmallFleet.group)
        let unit =
            "[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target"
        try workspace.write(
            "documents/install.yaml",
            SmallFleet.document([
                "printf \"\(unit)\\n\" > /etc/systemd/system/tick.service",
                "systemctl daemon-reload",
                "systemctl enable --quiet --now tick.service",
            ])
        )
        return workspace
    }

    @Test("a service that is disabled behind everybody's back is seen in the inventory, and mended")
    func repaired() throws {
        let workspace = try make()
        try workspace.write("install.yaml", SmallFleet.association("install", document: "install"))
        try workspace.commit("install tick")
        let first = try workspace.aplomb("reconcile")
        #expect(first.status == 0, "\(first.output)\(first.error)")
        try workspace.write(
            "documents/enable.yaml",
            SmallFleet.document(["systemctl enable --quiet --now tick.service"])
        )
        try workspace.write(
            "policy.yaml",
            """
            apiVersion: aplomb/v1
            kind: Policy
            metadata: {name: tick-runs}
            spec:
              targets: [{group: web}]
              enforcement: remediate
              expect:
                - any: {type: "AWS:Service", where: 'Name = "tick" and Status = "Running"'}
              remedy: {document: enable}
            """
        )
        try workspace.commit("tick runs")
        let seen = try workspace.aplomb("reconcile", "--refresh-inventory")
        #expect(seen.status == 0, "\(seen.output)\(seen.error)")
        let nodes = try workspace.aplomb("get", "nodes", "--output", "json").json
        let id = try #require((nodes["items"] as? [[String: Any]])?.first?["nodeId"] as? String)
        try workspace.api(
            "SendCommand",
            """
            {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["\(id)"],
             "Parameters": {"commands": ["systemctl disable --quiet --now tick.service"]}}
            """
        )
        let mended = try workspace.aplomb("reconcile", "--refresh-inventory")
        #expect(mended.status == 0, "\(mended.output)\(mended.error)")
        #expect(mended.output.contains("1 run: ok=1 failed=0"), "\(mended.output)")
        let drift = try workspace.aplomb("drift", "--history")
        #expect(drift.output.contains("Policy/tick-runs, svc-1"), "\(drift.output)")
        #expect(drift.output.contains("corrected by a reconcile"), "\(drift.output)")
        let quiet = try workspace.aplomb("reconcile", "--refresh-inventory", "--detailed-exitcode")
        #expect(quiet.status == 0, "\(quiet.output)\(quiet.error)")
    }

    @Test("a service that a document enables runs, and runs again after the next boot")
    func service() throws {
        let workspace = try make()
        let script = ["cat /proc/1/comm; hostname; systemctl is-active tick.service"]
        try workspace.write("documents/look.yaml", SmallFleet.document(script, hasMessage: true))
        let install = SmallFleet.association("install", document: "install")
        func look(_ message: String) -> String {
            SmallFleet.association(
                "look",
                document: "look",
                message: message,
                dependsOn: "install"
            )
        }
        try workspace.write("associations.yaml", install + "\n---\n" + look("first"))
        try workspace.commit("a service")
        let first = try workspace.aplomb("reconcile")
        #expect(first.status == 0, "\(first.output)\(first.error)")
        #expect(try output(of: "look", workspace) == "systemd\nsvc-1\nactive\n")

        // Only the look runs now, on a node that has booted anew.
        try workspace.write("associations.yaml", install + "\n---\n" + look("second"))
        try workspace.commit("look again")
        let second = try workspace.aplomb("reconcile")
        #expect(second.status == 0, "\(second.output)\(second.error)")
        #expect(second.output.contains("1 run: ok=1 failed=0"), "\(second.output)")
        #expect(try output(of: "look", workspace) == "systemd\nsvc-1\nactive\n")
    }

    /// What the newest command of a document wrote.
    private func output(of document: String, _ workspace: borrowing Workspace) throws -> String? {
        let list = try workspace.aplomb("get", "commands", "--output", "json").json
        let items = try #require(list["items"] as? [[String: Any]])
        let newest = try #require(items.first { $0["document"] as? String == document })
        let nodes = try #require(newest["nodes"] as? [[String: Any]])
        return nodes.first?["output"] as? String
    }
}
