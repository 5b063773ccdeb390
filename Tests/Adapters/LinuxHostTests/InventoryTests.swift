// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite("inventory")
    struct InventoryTests {
        @Test("AWS:Application equals what dpkg-query says, attribute by attribute")
        func dpkg() async throws {
            let runner = try ProcessRunner()
            guard access("/var/lib/dpkg/status", F_OK) == 0 else { return }
            let format =
                "${Package}\t${db:Status-Status}\t${Maintainer}\t${Version}\t${Section}\t"
                + "${Architecture}\t${Homepage}\t${binary:Summary}\n"
            var request = ProcessRequest(["dpkg-query", "-W", "-f", format])
            request.outputLimit = OutputLimit(headBytes: 64 << 20, tailBytes: 0)
            let result = try await runner.run(request)
            try #require(result.isSuccess)
            var expected = Set<[String: String]>()
            for line in result.output.text().split(separator: "\n") {
                let fields = line.components(separatedBy: "\t")
                guard fields[1] == "installed" || fields[1].hasPrefix("triggers") else { continue }
                let entry = [
                    "Name": fields[0], "Publisher": fields[2], "Version": fields[3],
                    "ApplicationType": fields[4],
                    "Architecture": fields[5] == "amd64" ? "x86_64" : fields[5], "URL": fields[6],
                    "Summary": fields[7].trimmingCharacters(in: .whitespaces),
                    "PackageId": "\(fields[0])_\(fields[3])_\(fields[5]).deb",
                ]
                expected.insert(entry.filter { !$0.value.isEmpty })
            }
            let reader = InventoryReader(.local, runner: runner)
            let (item, source) = try #require(try await reader.applications())
            #expect(item.entries.count == expected.count)
            #expect(Set(item.entries).symmetricDifference(expected) == [])
            #expect(
                item.entries.map { $0["Name"] ?? "" }
                    == item.entries.map { $0["Name"] ?? "" }.sorted {
                        Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
                    }
            )
            #expect(item.typeName == "AWS:Application" && item.schemaVersion == "1.1")
            // Unchanged databases are not read again.
            #expect(try await reader.applications(since: source) == nil)
        }

        @Test("dpkg: removed packages are left out, continued lines and odd ends are fine")
        func dpkgParser() {
            let text = """
                Package: a
                Status: install ok installed
                Architecture: amd64
                Version: 1:2.0-1
                Description: short
                 long Package: x
                \tPackage: y

                Package: b
                Status: deinstall ok config-files
                Version: 1


                Package: c
                Status: install ok triggers-pending
                Version: 3
                Architecture: all
                """
            let entries = DpkgStatus.applications(Array(text.utf8))
            #expect(
                entries == [
                    [
                        "Name": "a", "Architecture": "x86_64", "Version": "1:2.0-1",
                        "Summary": "short", "PackageId": "a_1:2.0-1_amd64.deb",
                    ],
                    [
                        "Name": "c", "Version": "3", "Architecture": "all",
                        "PackageId": "c_3_all.deb",
                    ],
                ]
            )
            #expect(DpkgStatus.applications([]) == [])
            #expect(DpkgStatus.applications(Array("\n\n:\nPackage".utf8)) == [])
        }

        @Test("rpm: fields are translated, (none) is left out")
        func rpmParser() {
            let line = [
                "bash", "Red Hat", "5.1.8", "9.el9", "(none)", "1469902537", "Unspecified",
                "x86_64",
                "https://www.gnu.org/software/bash", "The GNU Bourne Again shell",
                "bash-5.1.8.src.rpm",
            ].joined(separator: "\u{1F}")
            #expect(
                RPMQuery.applications(Array((line + "\u{1E}").utf8)) == [
                    [
                        "Name": "bash", "Publisher": "Red Hat", "Version": "5.1.8",
                        "Release": "9.el9",
                        "InstalledTime": "2016-07-30T18:15:37Z", "ApplicationType": "Unspecified",
                        "Architecture": "x86_64", "URL": "https://www.gnu.org/software/bash",
                        "Summary": "The GNU Bourne Again shell", "PackageId": "bash-5.1.8.src.rpm",
                    ]
                ]
            )
        }

        @Test("times are right at the edges of days, years and leap years")
        func times() {
            for (seconds, text) in [
                (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
                (951_868_799, "2000-02-29T23:59:59Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
                (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
                (-1, "1969-12-31T23:59:59Z"),
            ] as [(Int64, String)] {
                #expect(InventoryTime.text(secondsSince1970: seconds) == text)
            }
        }

        @Test("facts of this machine")
        func facts() async throws {
            let runner = try ProcessRunner()
            let facts = try await InventoryReader(.local, runner: runner).facts()
            let shell = try await runner.shell(
                "uname -n; uname -r; uname -m; cat /proc/sys/kernel/random/boot_id"
            )
            let lines = shell.output.text().split(separator: "\n").map(String.init)
            #expect(
                [facts.hostname, facts.kernelRelease, facts.architecture, facts.bootID] == lines
            )
            #expect(facts.uptimeSeconds > 0)
            let item = facts.instanceInformation(instanceID: "mi-1", agentVersion: "1.2.3")
            let entry = try #require(item.entries.first)
            #expect(entry["PlatformType"] == "Linux" && entry["AgentType"] == "aplomb-agent")
            #expect(entry["PlatformName"] == facts.osRelease.name)
            #expect(entry["ResourceType"] == "ManagedInstance")
        }

        @Test(
            "facts and packages of a node are its own",
            .enabled(if: sandboxesWork, sandboxReason)
        )
        func nodeFacts() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    let reader = InventoryReader(.sandbox(node), runner: runner)
                    let local = InventoryReader(.local, runner: runner)
                    let facts = try await reader.facts()
                    let here = try await local.facts()
                    #expect(facts.hostname == "web-1" && facts.ipAddress == nil)
                    #expect(facts.bootID != here.bootID && facts.bootID.utf8.count == 36)
                    #expect(facts.machineID != here.machineID && facts.machineID.utf8.count == 32)
                    #expect(facts.uptimeSeconds < 60)
                    #expect(facts.osRelease == here.osRelease)
                    let first = try #require(try await reader.applications())
                    #expect(first.item == (try await local.applications())?.item)
                    _ = try await runner.shell(
                        "printf '\\nPackage: zz-new\\nStatus: install ok installed\\nVersion: 1\\n' >> /var/lib/dpkg/status",
                        on: .sandbox(node)
                    )
                    let second = try #require(try await reader.applications(since: first.source))
                    #expect(second.item.entries.count == first.item.entries.count + 1)
                }
            }
        }

        @Test("os-release is read as shells do")
        func osRelease() {
            let release = OSRelease("# c\nNAME=\"A \\\"B\\\"\"\nVERSION_ID='12'\nID=debian\nBAD\n")
            #expect(release.name == "A \"B\"" && release.version == "12" && release.id == "debian")
            #expect(OSRelease("").name == "Linux")
        }
    }
}
