// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What nodes report, from a package that is installed on one of them to the difference it makes.
@Suite(
    "inventory of a fleet",
    .enabled(
        if: Workspace.canSandbox
            && FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg-deb"),
        "sandbox nodes need root, and the package needs dpkg"
    )
)
struct InventoryTests {
    private static let type = "AWS:Application"

    private func items(_ ended: Workspace.Ended) throws -> [[String: Any]] {
        #expect(ended.status == 0, "\(ended.error)")
        return try #require(try ended.json["items"] as? [[String: Any]])
    }

    /// Builds a package on the node and installs it there.
    private func addPackage(_ workspace: borrowing Workspace) throws {
        let control =
            "Package: aplomb-tiny\\nVersion: 1.0-1\\nArchitecture: all\\n"
            + "Maintainer: Kim Larsen <kim@example.org>\\nDescription: a tiny package\\n"
        try workspace.write(
            "documents/tiny.yaml",
            SmallFleet.document([
                "mkdir -p /var/tmp/tiny/DEBIAN",
                "printf \"\(control)\" > /var/tmp/tiny/DEBIAN/control",
                "dpkg-deb --build /var/tmp/tiny /var/tmp/tiny.deb",
                "dpkg --install /var/tmp/tiny.deb",
            ])
        )
        try workspace.write(
            "tiny.yaml",
            """
            apiVersion: aplomb/v1
            kind: Association
            metadata: {name: tiny}
            spec:
              document: tiny
              targets: [{nodes: [web-1]}]

            """
        )
        try workspace.commit("tiny on web-1")
    }

    @Test("a package that is installed on one node is what diff shows, and query finds")
    func packageChange() throws {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1", "web-2"]))
        try workspace.commit("two nodes")
        #expect(try workspace.aplomb("reconcile").status == 0)
        let listed = try workspace.aplomb("inventory", "list", "--refresh", "--output", "json")
        let types = try items(listed)
        let applications = try #require(types.first { $0["typeName"] as? String == Self.type })
        #expect(applications["nodeCount"] as? Int == 2)
        let start = Date().ISO8601Format(.init(includingFractionalSeconds: true))

        try addPackage(workspace)
        let reconciled = try workspace.aplomb("reconcile")
        #expect(reconciled.status == 0, "\(reconciled.output)\(reconciled.error)")
        #expect(try workspace.aplomb("inventory", "list", "--refresh").status == 0)

        // Exactly the package, on exactly its node.
        let difference = try items(
            workspace.aplomb(
                "inventory",
                "diff",
                "web-1",
                "--since",
                start,
                "--type",
                Self.type,
                "--output",
                "json"
            )
        )
        let changes = try #require(difference.first?["changes"] as? [[String: Any]])
        #expect(difference.count == 1 && changes.count == 1)
        #expect(changes.first?["change"] as? String == "added")
        let entry = try #require(changes.first?["to"] as? [String: String])
        #expect(entry["Name"] == "aplomb-tiny" && entry["Version"] == "1.0-1")
        let other = try workspace.aplomb(
            "inventory",
            "diff",
            "web-2",
            "--since",
            start,
            "--type",
            Self.type,
            "--detailed-exitcode"
        )
        #expect(other.status == 0 && other.output == "no entry differs\n", "\(other.output)")
        let shown = try workspace.aplomb(
            "inventory",
            "diff",
            "web-1",
            "web-2",
            "--type",
            Self.type,
            "--detailed-exitcode"
        )
        #expect(shown.status == 2)
        #expect(shown.output.contains("-  aplomb-tiny"), "\(shown.output)")
        #expect(shown.output.hasSuffix("0 added, 1 removed, 0 changed\n"), "\(shown.output)")

        let query = "AWS:Application.Name = \"aplomb-tiny\" and Version >= \"1.0\""
        let found = try items(
            workspace.aplomb("inventory", "query", query, "--output", "json")
        )
        let counts = found.map { ($0["node"] as? String, $0["matchCount"] as? Int) }
        #expect(counts.map(\.0) == ["web-1", "web-2"] && counts.map(\.1) == [1, 0])
        try expectExports(workspace)
    }

    private func expectExports(_ workspace: borrowing Workspace) throws {
        let csv = try workspace.aplomb(
            "inventory",
            "export",
            "--output",
            "csv",
            "--type",
            Self.type,
            "--out",
            "fleet.csv"
        )
        #expect(csv.status == 0 && csv.output.isEmpty, "\(csv.error)")
        let rows = try String(
            contentsOf: workspace.checkout.appending(path: "fleet.csv"),
            encoding: .utf8
        )
        #expect(rows.hasPrefix("node,nodeId,typeName,captureTime,Name,"))
        let tiny = rows.split(separator: "\n").filter { $0.contains(",aplomb-tiny,") }
        #expect(tiny.count == 1 && tiny.first?.hasPrefix("web-1,") == true)
        let database = try workspace.aplomb(
            "inventory",
            "export",
            "--output",
            "sqlite",
            "--out",
            "fleet.db"
        )
        #expect(database.status == 0, "\(database.error)")
        let file = try Data(contentsOf: workspace.checkout.appending(path: "fleet.db"))
        #expect(file.starts(with: Data("SQLite format 3\0".utf8)))
        #expect(
            !FileManager.default.fileExists(
                atPath: workspace.checkout.appending(path: "fleet.db.partial").path
            )
        )
    }

    @Test("a mistake in an expression is shown where it is, and is a mistake of usage")
    func mistakes() throws {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.commit("a fleet")
        let ended = try workspace.aplomb("inventory", "query", "AWS:Application.Nam = \"x\"")
        #expect(ended.status == 64)
        #expect(
            ended.error == """
                error: AWS:Application has no attribute 'Nam'
                  AWS:Application.Nam = "x"
                  ^^^^^^^^^^^^^^^^^^^
                  hint: did you mean 'Name'?

                """
        )
        for arguments in [["web-1"], ["web-1", "web-2", "--since", "1h"]] {
            let diff = try Workspace.run(
                Workspace.programs.appending(path: "aplomb"),
                ["inventory", "diff"] + arguments,
                environment: workspace.environment,
                directory: workspace.checkout
            )
            #expect(diff.status == 64, "\(diff.error)")
        }
    }
}
