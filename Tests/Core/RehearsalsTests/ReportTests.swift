// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import Rehearsals

@Suite("the report of a rehearsal")
struct ReportTests {
    private func make(
        _ files: [FileFact] = [],
        before: MachineRecords = MachineRecords(),
        after: MachineRecords = MachineRecords(),
        status: StepResult.Status = .success,
        network: DesiredNode.Sandbox.Network = .none,
        changesByBoot: Int = 0,
        dependsOn: [String] = [],
        detail: RehearsalReport.Detail = .brief
    ) -> RehearsalReport {
        let facts = RehearsalFacts(
            subject: RehearsalSubject(
                fleet: "f",
                node: "n",
                document: "d",
                commit: "",
                dependsOn: dependsOn
            ),
            clone: RehearsalClone(
                of: .sandbox,
                network: network,
                initializer: .none,
                masked: ["/run"]
            ),
            startedAt: Timestamp(seconds: 0),
            finishedAt: Timestamp(seconds: 1),
            result: DocumentResult(
                status: status,
                steps: [
                    StepResult(name: "work", status: status, standardOutput: "token=abc\nfine\n")
                ]
            ),
            files: files,
            changesByBoot: changesByBoot,
            before: before,
            after: after
        )
        return .make(facts, detail: detail)
    }

    private func edit(_ path: String, _ old: String, _ new: String) -> FileFact {
        FileFact(
            path: path,
            change: .modified,
            bytesBefore: Int64(old.utf8.count),
            bytesAfter: Int64(new.utf8.count),
            contentBefore: .bytes(Array(old.utf8)),
            contentAfter: .bytes(Array(new.utf8))
        )
    }

    private func link(
        _ path: String,
        _ change: FileFact.Change,
        from: String? = nil,
        to: String? = nil
    ) -> FileFact {
        FileFact(
            path: path,
            change: change,
            type: .symlink,
            before: from.map { .init(mode: 0o777, target: $0) },
            after: to.map { .init(mode: 0o777, target: $0) }
        )
    }

    @Test("nothing found is nothing changed")
    func nothing() {
        let report = make()
        #expect(!report.changed)
        #expect(report.folded.isEmpty)
        #expect(report.steps[0].standardOutput == "token=***\nfine\n")
        #expect(!report.limits.isEmpty)
    }

    @Test("noise is counted, never dropped, and listed on demand")
    func noise() {
        let paths = [
            "/var/log/dpkg.log", "/var/cache/x", "/var/cache", "/var/lib/dpkg/status",
            "/usr/lib/python3/__pycache__/a.cpython-311.pyc", "/etc/passwd-", "/tmp/x",
            "/home/kim/.cache/y", "/var/logs", "/home/.cache",
        ]
        let files = paths.map { FileFact(path: $0, change: .added, type: .directory) }
        let brief = make(files)
        #expect(brief.files.map(\.path) == ["/var/logs", "/home/.cache"])
        #expect(
            brief.folded.map { "\($0.reason) \($0.count)" } == [
                "caches 3", "logs 1", "temporary files 1", "package database 1",
                "backups and locks 1", "compiled Python 1",
            ]
        )
        #expect(brief.files.count + brief.folded.reduce(0) { $0 + $1.count } == paths.count)
        let all = make(files, detail: .all)
        #expect(all.files.count == paths.count)
        #expect(all.folded.isEmpty)
        #expect(!make([files[0]]).changed)
        #expect(make([files[0]], detail: .all).changed)
        #expect(make(changesByBoot: 3).folded == [.init(reason: "the boot of the clone", count: 3)])
    }

    @Test("texts are compared within bounds, and what is not compared says why")
    func contents() {
        func remark(_ fact: FileFact) -> String? { make([fact]).files[0].remark }
        let report = make([edit("/etc/a", "one\ntwo\n", "one\npassword=x\n")])
        #expect(
            report.files[0].diff == ["@@ -1,2 +1,2 @@", " one", "-two", "+password=***"]
        )
        #expect(remark(edit("/a", "a\0b", "c")) == "binary")
        #expect(remark(edit("/a", "a\n", "a")) == "the line ends differ")
        #expect(remark(edit("/etc/shadow", "a", "b"))?.hasPrefix("holds secrets") == true)
        #expect(remark(edit("/etc/x.key", "a", "b"))?.hasPrefix("holds secrets") == true)
        let key = "-----BEGIN RSA PRIVATE KEY-----\n"
        #expect(remark(edit("/x", "", key))?.hasPrefix("holds a private key") == true)
        #expect(remark(edit("/x\u{FFFD}", "a", "b"))?.hasPrefix("a name") == true)
        var large = edit("/x", "a", "b")
        large.contentAfter = .tooLarge
        #expect(remark(large)?.hasPrefix("too large") == true)
        large.contentAfter = .leftOut
        #expect(remark(large)?.hasPrefix("not compared") == true)
        let many = String(repeating: "line\n", count: 5000)
        #expect(remark(edit("/x", "", many))?.hasPrefix("too large") == true)
        // Far more lines than a report may hold.
        let lines = (0..<200).map { "line \($0)\n" }.joined()
        let all = make((0..<100).map { edit("/f\($0)", "", lines) })
        #expect(all.files.reduce(0) { $0 + ($1.diff?.count ?? 0) } <= 2100)
        #expect(all.files.last?.remark?.hasPrefix("not shown") == true)
        #expect(all.files.allSatisfy { $0.diff != nil || $0.remark != nil })
        let long = make([edit("/x", "", String(repeating: "x", count: 5000))]).files[0].diff ?? []
        #expect(long.allSatisfy { $0.utf8.count < 1100 })
    }

    @Test("rights and owners are told apart from content, with names where there are any")
    func metadata() {
        let records = MachineRecords(
            passwd: "root:x:0:0::/root:/bin/sh\nkim:x:7:7::/:/bin/sh\n",
            group: "root:x:0:\n"
        )
        let fact = FileFact(
            path: "/x",
            change: .modified,
            contentChanged: false,
            before: .init(mode: 0o644),
            after: .init(mode: 0o4750, user: 7, group: 9)
        )
        let change = make([fact], before: records, after: records).files[0]
        #expect(change.modeBefore == "0644" && change.modeAfter == "4750")
        #expect(change.ownerBefore == "root:root" && change.ownerAfter == "kim:9")
        #expect(!change.contentChanged && change.remark == nil && change.diff == nil)
        var same = fact
        same.after = same.before
        #expect(make([same]).files[0].remark == "extended attributes changed")
    }

    @Test("packages: installed, removed, up and down, by the order of their system")
    func packages() {
        func deb(_ name: String, _ version: String) -> [String: String] {
            [
                "Name": name, "Version": version, "Architecture": "x86_64",
                "PackageId": "\(name)_\(version)_amd64.deb",
            ]
        }
        let before = [
            deb("a", "1.9"), deb("b", "2.0"), deb("c", "1"), deb("k", "1"), deb("t", "1"),
        ]
        let after = [
            deb("a", "1.10"), deb("b", "2.0~rc1"), deb("d", "1"), deb("k", "1"), deb("k", "2"),
            deb("t", "1"),
        ]
        let report = make(
            before: MachineRecords(packages: before),
            after: MachineRecords(packages: after)
        )
        #expect(
            report.packages.map { "\($0.name) \($0.change) \($0.from ?? "-") \($0.to ?? "-")" } == [
                "a upgraded 1.9 1.10", "b downgraded 2.0 2.0~rc1", "c removed 1 -",
                "d installed - 1", "k installed - 2",
            ]
        )
        #expect(report.changed)
        let unread = make(after: MachineRecords(packages: nil))
        #expect(unread.packages.isEmpty)
        #expect(unread.limits.contains { $0.contains("package databases") })
    }

    @Test("users and groups: what changes, and of a password only that it does")
    func accounts() {
        let report = make(
            before: MachineRecords(
                passwd:
                    "root:x:0:0:root:/root:/bin/sh\nold:x:5:5::/:/bin/sh\nkim:x:7:7::/h:/bin/sh\n",
                group: "root:x:0:\nadm:x:4:kim\n",
                shadow: "root:*:1:\nkim:$6$aaa:1:\n"
            ),
            after: MachineRecords(
                passwd: "root:x:0:0:root:/root:/bin/bash\nkim:x:7:7::/h:/bin/sh\n"
                    + "new:x:8:8:New:/home/new:/bin/sh\n",
                group: "root:x:0:\nadm:x:4:kim,new\nnew:x:8:\n",
                shadow: "root:*:1:\nkim:$6$bbb:1:\nnew:!:1:\n"
            )
        )
        func text(_ change: RehearsalReport.AccountChange) -> String {
            let fields = change.fields.map { "\($0.name)=\($0.from ?? "-")>\($0.to ?? "-")" }
            return "\(change.change) \(change.name) \(fields.joined(separator: " "))"
        }
        #expect(
            report.users.map(text) == [
                "modified kim password=->-",
                "added new uid=->8 gid=->8 comment=->New home=->/home/new shell=->/bin/sh",
                "deleted old uid=5>- gid=5>- comment=>- home=/>- shell=/bin/sh>-",
                "modified root shell=/bin/sh>/bin/bash",
            ]
        )
        #expect(
            report.groups.map(text) == [
                "modified adm members=kim>kim,new", "added new gid=->8 members=->",
            ]
        )
    }

    @Test("services: unit links, masks, unit files, drop-ins and init scripts")
    func services() {
        let system = "/etc/systemd/system"
        let report = make([
            link("/etc/rc2.d/S01cron", .added, to: "../init.d/cron"),
            link("/etc/rc3.d/S01cron", .added, to: "../init.d/cron"),
            FileFact(path: "\(system)/multi-user.target.wants", change: .added, type: .directory),
            link("\(system)/multi-user.target.wants/a.service", .added, to: "/lib/a.service"),
            link("\(system)/timers.target.wants/b.timer", .deleted, from: "/lib/b.timer"),
            link("\(system)/c.service", .added, to: "/dev/null"),
            link("\(system)/d.service", .deleted, from: "/dev/null"),
            FileFact(path: "\(system)/e.service", change: .added),
            FileFact(path: "\(system)/f.service.d/x.conf", change: .added),
            FileFact(path: "/usr/lib/systemd/system/g.socket", change: .deleted),
            FileFact(path: "/usr/lib/systemd/systemd", change: .modified),
            FileFact(path: "/opt/h.service", change: .added),
        ])
        #expect(
            report.services.map { "\($0.unit) \($0.change)" } == [
                "a.service enabled", "b.timer disabled", "c.service masked", "cron enabled",
                "d.service unmasked", "e.service added", "f.service modified", "g.socket deleted",
            ]
        )
    }

    @Test("cron: lines that come and go, without comments")
    func cron() {
        let report = make([
            edit(
                "/etc/cron.d/x",
                "# a\n* * * * * root old\n@daily root kept\n",
                "# b\n@daily root kept\n\n@hourly root TOKEN=abc run\n"
            ),
            FileFact(path: "/etc/cron.daily/y", change: .added),
            FileFact(path: "/etc/cron.daily", change: .modified, type: .directory),
        ])
        #expect(report.cron.map(\.path) == ["/etc/cron.d/x", "/etc/cron.daily/y"])
        #expect(report.cron[0].added == ["@hourly root TOKEN=***"])
        #expect(report.cron[0].removed == ["* * * * * root old"])
    }

    @Test("the limits say what the clone had, and that a failure hides the rest")
    func limits() {
        #expect(make().limits.contains { $0.contains("no network") })
        #expect(make(network: .host).limits.contains { $0.contains("for real") })
        #expect(make(status: .failed).limits.last?.contains("did not succeed") == true)
        #expect(make(status: .failed).status == .failed)
        #expect(make(dependsOn: ["base"]).limits.contains { $0.contains("after base") })
        #expect(!make().limits.contains { $0.contains("comes after") })
    }
}
