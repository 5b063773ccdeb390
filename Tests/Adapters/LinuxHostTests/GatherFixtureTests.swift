// SPDX-License-Identifier: Apache-2.0
import Foundation
import InventoryQueries
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    /// Gatherers over folders that stand for machines.
    @Suite("inventory of fixture roots")
    struct GatherFixtureTests {
        @Test(
            "kinds and the table of types hold the same attributes",
            arguments: InventoryKind.allCases
        )
        func table(kind: InventoryKind) throws {
            let type = try #require(InventoryType.named(kind.typeName))
            #expect(type.version == kind.schemaVersion)
            let names = Set(type.attributes.map(\.name))
            #expect(Set(kind.attributes).isSubset(of: names))
            // What Systems Manager defines has attributes of Windows; our own types are all ours.
            if kind.typeName.hasPrefix("Custom:") { #expect(Set(kind.attributes) == names) }
        }

        @Test("what is gathered has attributes of its type, and numbers where it should")
        func attributes() async throws {
            let reader = InventoryReader(.local, runner: try ProcessRunner())
            let scope = FileScope(path: "/etc", pattern: ["*.conf"])
            let all: [Gathering] = [
                .applications, .components(agentVersion: "1"), .network, .services,
                .detailedInformation, .listeningSockets, .accounts, .kernelModules,
                .kernelParameters([]), .scheduledJobs, .certificates([]), .files([scope]),
                .fileContents([scope]),
            ]
            var seen: Set<String> = []
            for gathering in all {
                for outcome in await reader.gather(gathering) {
                    guard case .item(let gathered) = outcome else {
                        Issue.record("\(outcome)")
                        continue
                    }
                    let item = gathered.item
                    seen.insert(item.typeName)
                    let type = try #require(InventoryType.named(item.typeName))
                    for (name, value) in item.entries.joined() {
                        let attribute = try #require(type.attribute(name), "\(name)")
                        if attribute.dataType == .number {
                            #expect(Double(value) != nil, "\(name)")
                        }
                        #expect(!value.isEmpty && value.utf8.count <= 4096)
                    }
                }
            }
            #expect(seen.count == InventoryKind.allCases.count - 1)
        }

        @Test("an empty root has empty types, not failures")
        func empty() throws {
            let root = try FixtureRoot()
            for gathering in [
                .services, .accounts, .kernelModules, .scheduledJobs, .certificates([]),
                .kernelParameters([]), .files([FileScope(path: "/etc")]),
            ] as [Gathering] {
                let (entries, remarks) = try root.outcome(gathering)
                #expect(entries == [] && remarks == [])
            }
            #expect(try InventoryReader.gather(.custom(["/x"]), since: nil, root.context).isEmpty)
            #expect(try PortablePackages.entries(root.context) == [])
        }

        @Test("BI-097: accounts with newlines, escapes and invalid UTF-8 stay data")
        func hostileAccounts() throws {
            let root = try FixtureRoot()
            var bytes = Array("a\u{1B}[2J:x:1:1::/h:/s\n::0:0:::\nbad\nb:x:-1:2::/:/\n".utf8)
            bytes += [0x63, 0xFF, 0x3A] + Array("x:2:2::/h\u{202E}:/s\n# c:x:3:3::/:/\n".utf8)
            try root.write("/etc/passwd", bytes: bytes)
            try root.write("/etc/group", "g:x:1:a\u{1B}[2J,,z\nnonsense\n:x:2:\n")
            try root.write("/etc/shadow", "a\u{1B}[2J:!:1\nc:$6$hash:1\n", mode: 0o600)
            let entries = try root.gather(.accounts)
            #expect(
                entries == [
                    [
                        "Name": "a\u{1B}[2J", "UID": "1", "GID": "1", "Home": "/h", "Shell": "/s",
                        "Groups": "g", "Locked": "true",
                    ],
                    [
                        "Name": "c\u{FFFD}", "UID": "2", "GID": "2", "Home": "/h\u{202E}",
                        "Shell": "/s",
                    ],
                ]
            )
            #expect(!"\(entries)".contains("hash"))
        }

        @Test("cron: users, names, variables, and what cron passes over")
        func cron() throws {
            let root = try FixtureRoot([
                "/etc/crontab": "SHELL=/bin/sh\n# c\n17 * * * * root cd / && run\n\n* * *\n",
                "/etc/cron.d/job": "MAILTO=x\n@daily  www-data  /bin/a b=c\n",
                "/etc/cron.d/job.dpkg-old": "@daily root no\n",
                "/var/spool/cron/crontabs/kim": "*/5 * * * * echo hi % x\n",
                "/etc/anacrontab": "START_HOURS_RANGE=3-22\n1 5 cron.daily nice run-parts /x\n",
            ])
            try root.write("/etc/cron.daily/back_up", "#!/bin/sh\n", mode: 0o755)
            try root.write("/etc/cron.daily/README", "text")
            let found = try root.gather(.scheduledJobs).map { entry in
                ["Name", "Kind", "Schedule", "User", "Command"].map { entry[$0] ?? "-" }
                    .joined(separator: "|")
            }
            #expect(
                found.sorted() == [
                    "back_up|cron|@daily|root|/etc/cron.daily/back_up",
                    "cron.daily|anacron|every 1 days|root|nice run-parts /x",
                    "crontab:3|cron|17 * * * *|root|cd / && run",
                    "job:2|cron|@daily|www-data|/bin/a b=c",
                    "kim:1|cron|*/5 * * * *|kim|echo hi % x",
                ]
            )
        }

        @Test("systemd: masks, aliases, instances, drop-ins, dependencies, running units, timers")
        func systemd() throws {
            let root = try FixtureRoot([
                "/usr/lib/systemd/system/web.service":
                    "[Unit]\nDescription=Web\\\n server\nRequires=db.service net.target\n"
                    + "[Service]\nType=notify\nExecStart=/bin/web\nUser=www\n",
                "/usr/lib/systemd/system/db.service": "[Service]\nExecStart=/bin/db\n",
                "/usr/lib/systemd/system/off.service": "[Service]\nExecStart=/bin/off\n",
                "/usr/lib/systemd/system/tty@.service":
                    "[Unit]\nDescription=On %I\n[Service]\nExecStart=/bin/tty %i\n",
                "/etc/systemd/system/web.service.d/a.conf": "[Service]\nType=\nType=exec\n",
                "/usr/lib/systemd/system/tidy.timer": "[Timer]\nOnCalendar=daily\n",
                "/usr/lib/systemd/system/tidy.service": "[Service]\nExecStart=/bin/tidy\nUser=t\n",
                "/run/systemd/system/.keep": "", "/etc/systemd/system/empty.service": "",
            ])
            try root.link("/etc/systemd/system/off.service", to: "/dev/null")
            try root.link(
                "/etc/systemd/system/www.service",
                to: "/usr/lib/systemd/system/web.service"
            )
            let wants = "/etc/systemd/system/multi-user.target.wants/"
            try root.link(wants + "tty@1.service", to: "/usr/lib/systemd/system/tty@.service")
            try root.link(wants + "tidy.timer", to: "/usr/lib/systemd/system/tidy.timer")
            try root.link("/run/systemd/units/invocation:db.service", to: "0123")
            let entries = try root.gather(.services)
            #expect(entries.map { $0["Name"] } == ["db", "empty", "off", "tidy", "tty@1", "web"])
            #expect(
                entries[5] == [
                    "Name": "web", "DisplayName": "Web server", "ServiceType": "exec",
                    "Status": "Stopped", "ServicesDependedOn": "db", "StartType": "Automatic",
                ]
            )
            #expect(entries[0]["Status"] == "Running" && entries[0]["DependentServices"] == "web")
            #expect(entries[1]["StartType"] == "Disabled" && entries[2]["StartType"] == "Disabled")
            #expect(entries[4]["DisplayName"] == "On 1" && entries[4]["StartType"] == "Automatic")
            #expect(
                try root.gather(.scheduledJobs) == [
                    [
                        "Name": "tidy.timer", "Kind": "timer", "Schedule": "OnCalendar=daily",
                        "User": "t", "Command": "/bin/tidy",
                        "Source": "/usr/lib/systemd/system/tidy.timer",
                    ]
                ]
            )
        }

        @Test("a machine with scripts of init only has services all the same")
        func sysv() throws {
            let root = try FixtureRoot(["/run/cron.pid": "1\n", "/proc/1/comm": "cron\n"])
            let script = "#!/bin/sh\n# Short-Description: Runs jobs\n"
            try root.write("/etc/init.d/cron", script, mode: 0o755)
            try root.write("/etc/init.d/ssh", "#!/bin/sh\n", mode: 0o755)
            try root.write("/etc/init.d/README", "text")
            try root.link("/etc/rc2.d/S01cron", to: "../init.d/cron")
            let entries = try root.gather(.services)
            #expect(
                entries == [
                    [
                        "Name": "cron", "DisplayName": "Runs jobs", "ServiceType": "sysv",
                        "Status": "Running", "StartType": "Automatic",
                    ],
                    [
                        "Name": "ssh", "DisplayName": "ssh", "ServiceType": "sysv",
                        "Status": "Stopped", "StartType": "Manual",
                    ],
                ]
            )
        }

        @Test("snap, flatpak and pip: what their files say; packages of dpkg and rpm are theirs")
        func portable() throws {
            let python = "/usr/local/lib/python3.11/dist-packages"
            let root = try FixtureRoot([
                "/snap/hello/42/meta/snap.yaml":
                    "name: hello\nversion: '2.10'\nsummary: GNU Hello\narchitectures:\n- amd64\n",
                "/var/lib/flatpak/app/org.x.App/x86_64/stable/active/metadata": "[Application]\n",
                "/var/lib/flatpak/app/org.x.App/x86_64/stable/active/files/share/metainfo/org.x.App.metainfo.xml":
                    "<a><releases><release date=\"1\" version=\"3.1\"/></releases></a>",
                "\(python)/six-1.16.dist-info/METADATA":
                    "Metadata-Version: 2.1\nName: six\nVersion: 1.16\nSummary: S\n\nName: no\n",
                "\(python)/six-1.16.dist-info/INSTALLER": "pip\n",
                "\(python)/deb-1.dist-info/METADATA": "Name: deb\nVersion: 1\n",
                "/usr/lib/python3.9/site-packages/r-1.dist-info/METADATA": "Name: r\nVersion: 1\n",
                "/usr/lib/python3.9/site-packages/r-1.dist-info/INSTALLER": "rpm\n",
            ])
            try root.link("/snap/hello/current", to: "42")
            try root.link("/var/lib/flatpak/app/org.x.App/current", to: "x86_64/stable")
            let entries = try PortablePackages.entries(root.context)
            #expect(
                entries == [
                    [
                        "Name": "hello", "Version": "2.10", "ApplicationType": "admin",
                        "Architecture": "x86_64", "Summary": "GNU Hello",
                        "PackageId": "pkg:snap/hello@2.10",
                    ],
                    [
                        "Name": "org.x.App", "Version": "3.1", "ApplicationType": "flatpak",
                        "Architecture": "x86_64", "PackageId": "pkg:flatpak/org.x.App@3.1",
                    ],
                    [
                        "Name": "six", "Version": "1.16", "ApplicationType": "python",
                        "Summary": "S", "PackageId": "pkg:pypi/six@1.16",
                    ],
                ]
            )
        }

        @Test("components are AWS's packages, its drivers and our agent")
        func components() throws {
            let root = try FixtureRoot(["/sys/module/ena/version": "2.8.0g\n"])
            let applications = [
                ["Name": "awscli", "Version": "1.2", "Summary": "s", "Architecture": "all"],
                ["Name": "bash", "Version": "5"],
            ]
            let entries = ComponentReader.entries(
                applications: applications,
                agentVersion: "1.0.0",
                try root.context
            )
            #expect(entries.map { $0["Name"] } == ["awscli", "aplomb-agent", "ena"])
            #expect(entries[0] == ["Name": "awscli", "Version": "1.2", "Architecture": "all"])
            #expect(entries[2]["Version"] == "2.8.0g" && entries[1]["Version"] == "1.0.0")
        }

        @Test("the names of kernel parameters are read as sysctl does, and lead nowhere else")
        func parameterNames() {
            for (name, path) in [
                ("vm.swappiness", "/proc/sys/vm/swappiness"),
                ("net/ipv4/conf/eth0.1/x", "/proc/sys/net/ipv4/conf/eth0.1/x"),
                ("net.ipv4.conf.eth0/1.x", "/proc/sys/net/ipv4/conf/eth0.1/x"),
                ("../../etc/shadow", nil), ("vm/../../etc/shadow", nil), ("vm", nil), ("", nil),
                ("vm.\nx", nil), ("vm..x", nil), (".", nil), ("vm.//", nil),
            ] as [(String, String?)] {
                #expect(KernelReader.path(of: name) == path, "\(name)")
            }
        }

        @Test("sockets are read from the kernel's words")
        func socketParser() {
            let text = """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 77 1
                   1: 0100007F:1F91 00000000:0000 01 00000000:00000000 00:00000000 00000000  0  0 78 1
                   2: zz:1F91 00000000:0000 0A x
                """
            let sockets = SocketReader.parse(Array(text.utf8), "tcp")
            #expect(
                sockets == [
                    SocketReader.Socket(name: "tcp", address: "127.0.0.1", port: 8080, inode: 77)
                ]
            )
        }
    }
}
