// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Shell documents, which have no check mode, whose drift is found by rehearsing them on clones of
/// real sandbox nodes.
@Suite("drift by rehearsal", .enabled(if: Workspace.canSandbox, "sandbox nodes need root"))
struct DriftDetectionTests {
    /// A fleet of two nodes whose association `config` is rehearsed daily.
    private func make(drift: String, lines: [String]) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet(drift: drift))
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write("documents/config.yaml", SmallFleet.document(lines))
        try workspace.write(
            "association.yaml",
            SmallFleet.association("config", document: "config")
                + "  driftDetection: {rehearse: rate(1 day)}\n"
        )
        try workspace.commit("a file")
        return workspace
    }

    /// Runs are counted where a rehearsal does not look.
    private static let lines = [
        "mkdir -p /etc/shop", "printf 'port = 80\\n' > /etc/shop/shop.conf",
        "printf 'true\\n' > /etc/shop/ready", "echo ran >> /var/log/config-runs",
    ]
    private static let spoil = "echo port = 81 > /etc/shop/shop.conf; rm /etc/shop/ready"

    private func runs(on node: String, _ workspace: borrowing Workspace) throws -> Int {
        try workspace.file("/var/log/config-runs", on: node)?.split(separator: "\n").count ?? 0
    }

    /// A reconcile that finds nothing to do and says nothing.
    private func expectSilence(
        _ workspace: borrowing Workspace,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ended = try workspace.aplomb("reconcile")
        #expect(ended.status == 0, sourceLocation: sourceLocation)
        #expect(ended.output + ended.error == "", sourceLocation: sourceLocation)
    }

    /// `nodes: observed` of the findings that a plan has of `config`.
    private func findings(_ workspace: borrowing Workspace) throws -> [String] {
        let plan = try workspace.aplomb("plan", "--output", "json").json
        return try #require(plan["findings"] as? [[String: Any]]).map { finding in
            let nodes = (finding["nodes"] as? [String] ?? []).joined(separator: ",")
            return "\(nodes): \(finding["observed"] as? String ?? "")"
        }
    }

    @Test("what someone edited is reported with its paths, and left as it is")
    func reports() throws {
        let workspace = try make(drift: "report", lines: Self.lines)
        let first = try workspace.aplomb("reconcile")
        #expect(first.status == 0, "\(first.output)\(first.error)")
        try expectSilence(workspace)
        try edit(on: "web-2", Self.spoil, workspace)
        // What was found a moment ago is remembered.
        try expectSilence(workspace)
        try age(workspace)
        let run = try workspace.aplomb("reconcile")
        #expect(run.status == 3, "\(run.output)\(run.error)")
        #expect(run.output.contains("would change /etc/shop/ready and 1 more"), "\(run.output)")
        #expect(try findings(workspace) == ["web-2: would change /etc/shop/ready and 1 more"])
        #expect(try workspace.file("/etc/shop/shop.conf", on: "web-2") == "port = 81\n")
        let page = try workspace.statusFile("README.md")
        #expect(page.contains("would change /etc/shop/ready and 1 more on web-2"), "\(page)")
        #expect(try runs(on: "web-2", workspace) == 1)
        // No clone is left.
        let clones = workspace.state.appending(path: "rehearsals").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: clones) == ["lock"])
    }

    @Test("where the fleet corrects drift it runs again there and nowhere else, and then is silent")
    func corrects() throws {
        let workspace = try make(drift: "correct", lines: Self.lines)
        #expect(try workspace.aplomb("reconcile").status == 0)
        try expectSilence(workspace)
        try edit(on: "web-2", Self.spoil, workspace)
        try age(workspace)
        let mended = try workspace.aplomb("reconcile", "--verbose")
        #expect(mended.status == 0, "\(mended.output)\(mended.error)")
        #expect(
            mended.output.contains("drifted: a run would change /etc/shop/ready and 1 more"),
            "\(mended.output)"
        )
        #expect(try workspace.file("/etc/shop/shop.conf", on: "web-2") == "port = 80\n")
        #expect(try runs(on: "web-1", workspace) == 1)
        #expect(try runs(on: "web-2", workspace) == 2)
        try expectSilence(workspace)
        try age(workspace)
        try expectSilence(workspace)
        #expect(try workspace.aplomb("plan", "--detailed-exitcode").status == 0)
    }

    @Test("a document that changes something each time is named, and never run for it")
    func restless() throws {
        let workspace = try make(
            drift: "correct",
            lines: ["date +%s%N > /etc/stamp", "echo ran >> /var/log/config-runs"]
        )
        let said =
            ": changes something on each run; cannot detect drift (web-1: would change /etc/stamp)"
        for _ in 1...3 {
            let ended = try workspace.aplomb("reconcile")
            #expect(ended.status == 0, "\(ended.output)\(ended.error)")
            #expect(try findings(workspace) == [said])
            try age(workspace)
        }
        #expect(try runs(on: "web-1", workspace) == 1)
        #expect(try runs(on: "web-2", workspace) == 1)
    }

    @Test("what cannot be rehearsed is said, with why")
    func cannotRehearse() throws {
        let workspace = try make(
            drift: "correct",
            lines: ["set -e", "test ! -e /var/lib/once", "touch /var/lib/once"]
        )
        #expect(try workspace.aplomb("reconcile").status == 0)
        let ended = try workspace.aplomb("reconcile")
        #expect(ended.status == 0, "\(ended.output)\(ended.error)")
        let plan = try workspace.aplomb("plan")
        #expect(
            plan.output.contains(
                "cannot be rehearsed, so drift is not seen: step 'work' ends Failed on a clone"
            ),
            "\(plan.output)"
        )
    }

    /// Someone edits files by hand, behind everybody's back.
    private func edit(on node: String, _ command: String, _ workspace: borrowing Workspace) throws {
        let nodes = try workspace.aplomb("get", "nodes", "--output", "json").json
        let items = try #require(nodes["items"] as? [[String: Any]])
        let id = try #require(items.first { $0["name"] as? String == node }?["nodeId"] as? String)
        let request =
            #"{"DocumentName": "AWS-RunShellScript", "InstanceIds": ["\#(id)"], "#
            + #""Parameters": {"commands": ["\#(command)"]}}"#
        let sent = try workspace.aplomb("api", "SendCommand", "--input", request)
        #expect(sent.status == 0, "\(sent.error)")
    }

    /// Makes everything that is known of rehearsals two days older.
    private func age(_ workspace: borrowing Workspace) throws {
        let url = try ledger(workspace)
        let text = try String(contentsOf: url, encoding: .utf8)
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let old = Date(timeIntervalSinceNow: -2 * 86_400).formatted(format)
        try text.replacing(/"rehearsedAt" : "[^"]*"/, with: "\"rehearsedAt\" : \"\(old)\"")
            .write(to: url, atomically: true, encoding: .utf8)
    }

    private func ledger(_ workspace: borrowing Workspace) throws -> URL {
        let fleets = workspace.state.appending(path: "fleets")
        let fleet = try #require(
            try FileManager.default.contentsOfDirectory(atPath: fleets.path).first
        )
        return fleets.appending(path: "\(fleet)/rehearsals.json")
    }
}
