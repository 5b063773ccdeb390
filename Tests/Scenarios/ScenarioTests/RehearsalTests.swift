// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a rehearsal reports is what a run then does, and nothing was touched before it.
@Suite(
    "rehearsals tell the truth",
    .enabled(if: Workspace.canSandbox, "clones need root"),
    .serialized
)
struct RehearsalTests {
    /// One document that is rehearsed and then run for real on the same node.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var script: String
        var setup = "true"
        var sandbox = "{}"
        /// The exit code of the rehearsal with `--detailed-exitcode`.
        var status: Int32 = 2
        /// Paths that the report must have, as `change path`.
        var files: [String] = []
        /// Other lines that it must have, as `kind change name`.
        var facts: [String] = []
        /// Only these paths are compared: a boot writes others.
        var below = "/"

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a file edit, and an edit that changes nothing",
            script: """
                sed -i s/two/zwei/ /srv/app/conf/edited
                cp /etc/hosts /tmp/h; cat /tmp/h > /etc/hosts
                """,
            files: ["modified /srv/app/conf/edited"]
        ),
        Case(
            name: "files deleted, of the node's own and of the machine",
            script: "rm /srv/app/conf/deleted /etc/debian_version",
            files: ["deleted /etc/debian_version", "deleted /srv/app/conf/deleted"]
        ),
        Case(
            name: "a deleted file comes back",
            script: "echo back > /etc/motd",
            files: ["added /etc/motd"]
        ),
        Case(
            name: "a user with a home",
            script: "useradd --create-home --shell /bin/sh deploy",
            files: ["modified /etc/passwd", "added /home/deploy"],
            facts: ["users added deploy", "groups added deploy"]
        ),
        Case(
            name: "a group, and a member",
            script: "groupadd ops; usermod -a -G ops daemon",
            files: ["modified /etc/group"],
            facts: ["groups added ops"]
        ),
        Case(
            name: "rights and owner",
            script: "chmod 600 /srv/app/conf/edited; chown daemon /srv/app/conf/deep",
            files: ["modified /srv/app/conf/deep", "modified /srv/app/conf/edited"]
        ),
        Case(
            name: "symlinks, made and led elsewhere",
            script: "ln -s /srv/app /srv/now; ln -sfn deep /srv/app/conf/link",
            files: ["modified /srv/app/conf/link", "added /srv/now"]
        ),
        Case(
            name: "a directory tree, made, moved and replaced by a file",
            script: """
                mkdir -p /srv/tree/a/b; echo x > /srv/tree/a/b/x
                mv /srv/app/conf/deep /srv/app/moved
                rm -r /usr/share/doc/bash; echo file > /usr/share/doc/bash
                """,
            files: [
                "deleted /srv/app/conf/deep/kept", "added /srv/app/moved/kept",
                "added /srv/tree/a/b/x", "modified /usr/share/doc/bash",
            ]
        ),
        Case(
            name: "a cron job",
            script: "mkdir -p /etc/cron.d; echo '@daily root true' > /etc/cron.d/nightly",
            files: ["added /etc/cron.d/nightly"],
            facts: ["cron added /etc/cron.d/nightly"]
        ),
        Case(
            name: "a script that fails half way",
            script: "set -e; echo half > /srv/half; false; echo never > /srv/never",
            status: 3,
            files: ["added /srv/half"]
        ),
        Case(
            name: "a service enabled where systemd boots",
            script: """
                printf '[Service]\\nExecStart=/bin/sleep 600\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/tick.service
                systemctl daemon-reload; systemctl enable --now tick.service
                systemctl is-active tick.service > /etc/systemd/active
                """,
            sandbox: "{init: systemd}",
            files: [
                "added /etc/systemd/system/multi-user.target.wants/tick.service",
                "added /etc/systemd/system/tick.service", "added /etc/systemd/active",
            ],
            facts: ["services enabled tick.service", "services added tick.service"],
            below: "/etc/systemd/"
        ),
        Case(name: "nothing", script: "true", status: 0),
    ]

    @Test("what is reported is what then happens", arguments: cases)
    func truth(_ example: Case) throws {
        let needsBoot = example.sandbox.contains("systemd")
        if needsBoot, !FileManager.default.fileExists(atPath: "/lib/systemd/systemd") { return }
        let bench = try RehearsalBench.make(setup: example.setup, sandbox: example.sandbox)
        try check(example, bench)
    }

    /// Rehearses, compares, runs for real, compares.
    private func check(_ example: Case, _ bench: borrowing RehearsalBench) throws {
        try bench.workspace.commit("first")
        let first = try bench.reconcile()
        #expect(first.status == 0, "\(first.output)\(first.error)")
        try bench.add("work", example.script)
        try bench.workspace.commit("work")
        let untouched = try bench.untouched()
        let before = try bench.copyOfUpper("before")
        let rehearsal = try bench.workspace.aplomb(
            "rehearse",
            "work",
            "--node",
            "web-1",
            "--output",
            "json",
            "--all",
            "--detailed-exitcode"
        )
        #expect(rehearsal.status == example.status, "\(rehearsal.output)\(rehearsal.error)")
        #expect(try bench.untouched() == untouched, "the rehearsal touched something")
        #expect(bench.remains() == [])
        try expect(example, rehearsal)

        let real = try bench.reconcile()
        #expect(real.status == (example.status == 3 ? 3 : 0), "\(real.output)\(real.error)")
        let after = NodeTree(upper: try bench.upper())
        func compared(_ files: [String: String]) -> [String: String] {
            files.filter { $0.key.hasPrefix(example.below) }
        }
        let happened = compared(after.changes(since: before))
        #expect(try compared(rehearsal.files) == happened)
        #expect(happened.isEmpty == (example.status == 0))
        // Beyond the paths: what is there afterwards is what was reported.
        for file in try rehearsal.list("files") {
            let path = try #require(file["path"] as? String)
            guard path.hasPrefix(example.below), !path.hasPrefix("/var/"),
                let entry = after.entry(path)
            else { continue }
            let mode = String(entry.mode, radix: 8)
            #expect(file["modeAfter"] as? String == String("0000\(mode)".suffix(4)), "\(path)")
            if file["type"] as? String == "file" {
                #expect(file["bytesAfter"] as? Int == entry.content?.count, "\(path)")
            }
        }
    }

    private func expect(_ example: Case, _ rehearsal: Workspace.Ended) throws {
        let files = try rehearsal.files.map { "\($0.value) \($0.key)" }
        for file in example.files { #expect(files.contains(file), "\(files.sorted())") }
        var facts: Set<String> = []
        for kind in ["users", "groups", "cron", "services", "packages"] {
            for item in try rehearsal.list(kind) {
                let name = item["name"] ?? item["unit"] ?? item["path"]
                facts.insert("\(kind) \(item["change"] ?? "") \(name ?? "")")
            }
        }
        #expect(facts.isSuperset(of: example.facts), "\(facts)")
        #expect(try rehearsal.json["changed"] as? Bool == (example.status != 0))
        #expect(try !(rehearsal.json["limits"] as? [String] ?? []).isEmpty)
    }

    // MARK: - Packages

    @Test(
        "a package installed, then upgraded, then removed",
        arguments: ["install", "upgrade", "remove"]
    )
    func packages(_ action: String) throws {
        let bench = try RehearsalBench.make()
        for version in ["1.0", "1.1"] { try makePackage(version, in: bench.shared) }
        let shared = bench.shared.path
        var example = Case(name: action, script: "dpkg -i \(shared)/tiny_1.0.deb")
        switch action {
        case "upgrade":
            try bench.add("setup", "dpkg -i \(shared)/tiny_1.0.deb")
            example.script = "dpkg -i \(shared)/tiny_1.1.deb"
            example.files = ["modified /usr/share/tiny/version"]
            example.facts = ["packages upgraded tiny"]
        case "remove":
            try bench.add("setup", "dpkg -i \(shared)/tiny_1.0.deb")
            example.script = "dpkg --purge tiny"
            example.files = ["deleted /usr/share/tiny/version"]
            example.facts = ["packages removed tiny"]
        default:
            example.files = ["added /usr/share/tiny/version"]
            example.facts = ["packages installed tiny"]
        }
        try check(example, bench)
    }

    private func makePackage(_ version: String, in folder: URL) throws {
        let root = folder.appending(path: "tiny-\(version)")
        for (path, text) in [
            (
                "DEBIAN/control",
                "Package: tiny\nVersion: \(version)\nArchitecture: all\n"
                    + "Maintainer: Kim Larsen <kim@example.org>\nDescription: small\n"
            ),
            ("usr/share/tiny/version", "\(version)\n"),
        ] {
            let url = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }
        let built = try Workspace.run(
            URL(filePath: "/usr/bin/dpkg-deb"),
            ["--root-owner-group", "--build", root.path, "\(folder.path)/tiny_\(version).deb"],
            environment: [:]
        )
        guard built.status == 0 else { throw ScenarioError("dpkg-deb: \(built.error)") }
    }
}
