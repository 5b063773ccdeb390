// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import SystemsManagerAPI
import Testing

@testable import Reports

@Suite("inventory views")
struct InventoryViewTests {
    private let now = Timestamp(seconds: 1_700_000_000)

    private func ago(_ seconds: Int64) -> Timestamp { now.advanced(bySeconds: -seconds) }

    private static let hostile = "web\u{1b}[31m-9"

    private func package(_ name: String, _ version: String) -> [String: String] {
        [
            "Name": name, "Version": version, "Architecture": "x86_64", "Summary": "",
            "Publisher": "P",
        ]
    }

    @Test("types with how many nodes report them and how old that is")
    func types() throws {
        let types = [
            ReportedInventoryType(
                typeName: "AWS:Application",
                nodeCount: 3,
                entryCount: 1803,
                oldestCaptureTime: ago(3 * 86400),
                newestCaptureTime: ago(20)
            ),
            ReportedInventoryType(
                typeName: "Custom:Place",
                nodeCount: 1,
                entryCount: 1,
                oldestCaptureTime: ago(3 * 3600 + 5),
                newestCaptureTime: ago(5 * 60)
            ),
        ]
        let style = TerminalStyle()
        let text = InventoryTypesView.render(types, nodeCount: 4, now: now, style: style)
        try expectGolden(text, "inventory-list.txt")
        let node = InventoryTypesView.render(types, ofNode: "web-1", now: now, style: style)
        try expectGolden(node, "inventory-node.txt")
        #expect(
            InventoryTypesView.render([], ofNode: "web-1", now: now, style: style)
                == "web-1 has not reported anything yet\n"
        )
    }

    @Test("entries of a node: a table, or the fields of the one")
    func entries() throws {
        var report = ListInventoryEntriesResponse(
            typeName: "AWS:Application",
            instanceId: "mi-1",
            schemaVersion: "1.1",
            captureTime: ago(3 * 3600),
            entries: [package("bash", "5.2.15-2"), package("nginx", "1.22.1-9")]
        )
        func render() -> String {
            InventoryEntriesView.render(report, ofNode: "web-1", now: now, style: TerminalStyle())
        }
        try expectGolden(render(), "inventory-entries.txt")
        report.typeName = "AWS:InstanceInformation"
        report.entries = [
            [
                "InstanceId": "mi-1", "ComputerName": Self.hostile, "PlatformType": "Linux",
                "PlatformName": "Debian GNU/Linux", "PlatformVersion": "12", "IpAddress": "",
            ]
        ]
        try expectGolden(render(), "inventory-entry.txt")
        report.schemaVersion = ""
        #expect(render() == "web-1 has not reported AWS:InstanceInformation yet\n")
    }

    @Test("a query: who matches, with evidence, and who could not be judged")
    func query() throws {
        func named(_ name: String, _ age: Int64?, _ count: Int, _ evidence: [[String: String]] = [])
            -> NamedInventoryMatch
        {
            NamedInventoryMatch(
                name: name,
                match: NodeInventoryMatch(
                    instanceId: "mi-1",
                    captureTime: age.map(ago),
                    matchCount: count,
                    evidence: evidence
                )
            )
        }
        let matches = [
            named("db-1", 60, 0),
            named("web-1", 1800, 1, [package("openssl", "3.0.11-1")]),
            named(
                Self.hostile,
                3 * 86400,
                7,
                [package("libssl3", "3.0.1"), package("openssl", "1")]
            ),
            named("new-1", nil, 0),
        ]
        let text = InventoryQueryView.render(
            matches,
            typeName: "AWS:Application",
            now: now,
            style: TerminalStyle()
        )
        try expectGolden(text, "inventory-query.txt")
    }

    @Test("a mistake in an expression is shown where it is")
    func expressionError() throws {
        var page = ""
        for text in [
            "AWS:Application.Nam = \"x\"", "Name = \"x\"", "AWS:Application.Version < 3.0.15",
            "AWS:Application.Name = \"ü\" and", "AWS:Application.Name = \"open",
        ] {
            let error = #expect(throws: ExpressionError.self) { try InventoryQuery(parsing: text) }
            guard let error else { continue }
            page +=
                InventoryExpressionView.message(error, in: text)
                + "\n  hint: \(error.hint ?? "-")\n\n"
        }
        try expectGolden(page, "inventory-expression-errors.txt")
    }

    @Test("what changed on a node, and how two nodes differ")
    func differences() throws {
        let key = ["Name": "openssl", "Architecture": "x86_64"]
        let time = (ago(7200), ago(5400))
        let changes = [
            InventoryEntryChange(
                key: ["Name": "bash", "Architecture": "x86_64"],
                from: package("bash", "5.2"),
                lastSeenTime: time.0,
                captureTime: time.1
            ),
            InventoryEntryChange(
                key: key,
                from: package("openssl", "3.0.11-1"),
                to: package("openssl", "3.0.15-1"),
                lastSeenTime: time.0,
                captureTime: time.1
            ),
            InventoryEntryChange(
                key: ["Name": Self.hostile, "Architecture": "x86_64"],
                to: package(Self.hostile, "9.0"),
                lastSeenTime: time.0,
                captureTime: time.1
            ),
        ]
        let difference = InventoryTypeDifference(
            typeName: "AWS:Application",
            fromCaptureTime: ago(86400),
            toCaptureTime: ago(60),
            changes: changes
        )
        let style = TerminalStyle()
        try expectGolden(
            InventoryDifferenceView.render([difference], sides: nil, style: style),
            "inventory-diff.txt"
        )
        let nodes = [
            InventoryTypeDifference(
                typeName: "AWS:Application",
                fromCaptureTime: ago(86400),
                toCaptureTime: ago(60),
                changes: changes.map { change in
                    var change = change
                    (change.captureTime, change.lastSeenTime) = (nil, nil)
                    return change
                }
            ),
            InventoryTypeDifference(
                typeName: "Custom:Place",
                fromCaptureTime: ago(60),
                changes: []
            ),
        ]
        try expectGolden(
            InventoryDifferenceView.render(nodes, sides: ("web-1", "web-2"), style: style),
            "inventory-diff-nodes.txt"
        )
        #expect(
            InventoryDifferenceView.render([], sides: nil, style: style) == "no entry differs\n"
        )
    }

    @Test(
        "an export in each format, hostile values and all",
        arguments: [
            (InventoryExport.Format.table, "table.txt"), (.json, "json"), (.yaml, "yaml"),
            (.csv, "csv"),
        ]
    )
    func export(format: InventoryExport.Format, suffix: String) throws {
        var export = InventoryExport(format, columns: ["Name", "Version", "Rack"])
        var text = export.header
        let rows: [(String, [String: String])] = [
            ("AWS:Application", ["Name": "nginx", "Version": "1.22"]),
            ("Custom:Place", ["Name": "say \"a, b\"\n: #", "Rack": "007"]),
            ("Custom:Place", ["Rack": Self.hostile]),
        ]
        for (type, entry) in rows {
            text += export.text(
                InventoryExportRow(
                    node: "web-1",
                    nodeID: "mi-1",
                    typeName: type,
                    captureTime: now,
                    entry: entry
                )
            )
        }
        text += export.footer
        try expectGolden(text, "inventory-export.\(suffix)")
        let empty = InventoryExport(format, columns: [])
        let nothing = empty.header + empty.footer
        let wanted: [String: String] = [
            "table.txt": "none\n", "json": "{\"items\": []}\n", "yaml": "items: []\n",
            "csv": "node,nodeId,typeName,captureTime\n",
        ]
        #expect(nothing == wanted[suffix])
    }
}
