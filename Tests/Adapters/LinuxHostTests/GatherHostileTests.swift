// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    /// Gatherers over what somebody planted.
    @Suite("inventory of hostile roots")
    struct GatherHostileTests {
        @Test(
            "BI-001, BI-002, TH-10b: links that leave, loop or dangle, FIFOs and devices are no files"
        )
        func links() throws {
            let root = try FixtureRoot([
                "/etc/app/real.conf": "x", "/etc/app/sub/deep.conf": "y", "/etc/secret": "s",
            ])
            try root.link("/etc/app/inside.conf", to: "sub/deep.conf")
            try root.link("/etc/app/outside.conf", to: "../secret")
            try root.link("/etc/app/absolute.conf", to: "/etc/passwd")
            try root.link("/etc/app/self.conf", to: "self.conf")
            try root.link("/etc/app/nowhere.conf", to: "gone")
            try root.link("/etc/app/loop", to: "../app")
            try root.link("/etc/app/proc.conf", to: "/proc/self/root/etc/passwd")
            #expect(mkfifo(root.path + "/etc/app/fifo.conf", 0o644) == 0)
            let scope = FileScope(path: "/etc/app", pattern: ["*.conf"], recursive: true)
            let (entries, remarks) = try root.outcome(.fileContents([scope]))
            #expect(
                entries.map { $0["Path"] } == [
                    "/etc/app/inside.conf", "/etc/app/real.conf", "/etc/app/sub/deep.conf",
                ]
            )
            #expect(remarks == [])
            // A declared path that is itself a link stays within the root.
            try root.link("/var/up", to: "../../../../../etc/secret")
            #expect(try root.gather(.files([FileScope(path: "/var/up")])).isEmpty)
        }

        @Test(
            "TH-10b: a FIFO or a folder in the place of a database fails its type, and never hangs"
        )
        func wrongKinds() throws {
            let root = try FixtureRoot(["/etc/group/x": "", "/etc/crontab/x": ""])
            #expect(mkfifo(root.path + "/etc/passwd", 0o644) == 0)
            #expect(throws: HostError.self) { try root.gather(.accounts) }
            let (jobs, remarks) = try root.outcome(.scheduledJobs)
            #expect(jobs.isEmpty && remarks.count == 1)
            #expect(remarks[0].hasPrefix("/etc/crontab: "))
            // A link to a secret in place of a custom type shows none of it.
            try root.write("/etc/shadow", "root:$6$secret:1\n", mode: 0o600)
            try root.link("/c/x.json", to: "../etc/shadow")
            let outcomes = try InventoryReader.gather(.custom(["/c"]), since: nil, root.context)
            #expect(outcomes.count == 1 && !"\(outcomes)".contains("secret"))
        }

        @Test("BI-007: names with newlines, escapes and invalid UTF-8 are listed as they are")
        func names() throws {
            let root = try FixtureRoot(["/d/a\nb": "1", "/d/\u{1B}]0;x\u{07}": "2", "/d/ü": "3"])
            let name = (root.path + "/d/").utf8.map { CChar(bitPattern: $0) }
            let descriptor = open(name + [CChar(bitPattern: 0xFF), 0], O_CREAT | O_WRONLY, 0o644)
            #expect(descriptor >= 0)
            close(descriptor)
            let entries = try root.gather(.files([FileScope(path: "/d")]))
            #expect(
                Set(entries.compactMap { $0["Name"] })
                    == ["a\nb", "\u{1B}]0;x\u{07}", "ü", "\u{FFFD}"]
            )
        }

        @Test("A5: 500 files and the limit of folders are met, and said")
        func limits() throws {
            let root = try FixtureRoot()
            for number in 0..<510 { try root.write("/many/\(number)", "") }
            let (entries, remarks) = try root.outcome(.files([FileScope(path: "/many")]))
            #expect(entries.count == 500)
            #expect(remarks == ["only 500 files are listed: the limit is met"])
            for number in 0..<20 { try root.write("/deep/\(number)/f", "") }
            let scope = FileScope(path: "/deep", recursive: true, dirScanLimit: 5)
            let (few, why) = try root.outcome(.files([scope]))
            #expect(few.count == 4)
            #expect(why == ["only 5 folders below /deep were scanned: the limit is met"])
        }

        @Test("a file too large to be hashed is listed without a hash, and said")
        func large() throws {
            let root = try FixtureRoot(["/d/small": "x"])
            let path = root.path + "/d/large"
            let descriptor = open(path, O_CREAT | O_WRONLY, 0o644)
            // A hole: a terabyte that takes no room.
            #expect(ftruncate(descriptor, 1 << 40) == 0)
            close(descriptor)
            let (entries, remarks) = try root.outcome(.fileContents([FileScope(path: "/d")]))
            #expect(entries.map { $0["SHA256"] == nil } == [true, false])
            #expect(entries.first?["Size"] == String(1 << 40))
            #expect(remarks == ["/d/large is too large to be hashed"])
        }

        @Test("hashes are kept for files that are still the same, and only for those")
        func digests() throws {
            let root = try FixtureRoot(["/d/a": "one", "/d/b": "two"])
            let scopes = [FileScope(path: "/d")]
            let first = try FileReader.contents(scopes, known: [:], root.context)
            let marked = first.hashes.mapValues { _ in "remembered" }
            let second = try FileReader.contents(scopes, known: marked, root.context)
            #expect(second.entries.map { $0["SHA256"] } == ["remembered", "remembered"])
            try root.write("/d/b", "TWO")
            let third = try FileReader.contents(scopes, known: marked, root.context)
            #expect(third.entries[0]["SHA256"] == "remembered")
            #expect(third.entries[1]["SHA256"]?.utf8.count == 64)
        }

        @Test("variables of paths are filled in, unknown ones and relative paths are mistakes")
        func paths() throws {
            let root = try FixtureRoot(["/root/.x": "1"])
            #expect(try root.gather(.files([FileScope(path: "$HOME/.x")])).count == 1)
            #expect(try root.gather(.files([FileScope(path: "${HOME}")])).count == 1)
            for path in ["$NOPE/x", "etc", "", "/a\0b"] {
                #expect(throws: HostError.self) {
                    try root.gather(.files([FileScope(path: path)]))
                }
            }
        }

        @Test("globs match as those of the shell, in bounded time")
        func globs() {
            for (pattern, name, matches) in [
                ("*.conf", "a.conf", true), ("*.conf", "a.conf.bak", false), ("*", "", true),
                ("a?c", "abc", true), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
                ("[]x", "[]x", true), ("\\*", "*", true), ("\\*", "a", false), ("[a", "[a", true),
                ("*a*b*", "xxaxxbxx", true), ("", "", true), ("", "a", false),
            ] {
                #expect(GlobPattern(pattern).matches(Array(name.utf8)) == matches, "\(pattern)")
            }
            let slow = GlobPattern(String(repeating: "a*", count: 60) + "b")
            #expect(!slow.matches(Array(String(repeating: "a", count: 250).utf8)))
        }

        @Test(
            "certificates: keys, noise, cut and hostile encodings give remarks and no key",
            .enabled(if: has("openssl"))
        )
        func certificates() async throws {
            let runner = try ProcessRunner()
            let root = try FixtureRoot()
            let lines = try await runner.oracle(
                """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                -keyout - -subj '/C=DE/O=A, "B"; \\+ C/CN= é ' -utf8 \
                -addext subjectAltName=DNS:a.example,DNS:b.example,IP:127.0.0.1 2>/dev/null
                """
            )
            let pem = lines.joined(separator: "\n") + "\n"
            try root.write("/etc/nginx/both.pem", "noise\n" + pem)
            try root.write(
                "/etc/nginx/bad.pem",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
            )
            let (entries, remarks) = try root.outcome(.certificates([]))
            #expect(entries.count == 1)
            #expect(entries.first?["Path"] == "/etc/nginx/both.pem")
            #expect(entries.first?["DNSNames"] == "a.example,b.example")
            #expect(entries.first?["Subject"] == #"CN=\ é\ ,O=A\, \"B\"\; \+ C,C=DE"#)
            #expect(remarks == ["/etc/nginx/bad.pem holds what is no certificate"])
            let whole = try #require(CertificateReader.certificates(Array(pem.utf8)).first)
            for end in 0..<whole.count {
                #expect(X509Certificate(Array(whole[..<end])) == nil)
            }
            // Every byte turned over in turn: it may be another certificate, it is never a trap.
            for index in whole.indices {
                var bytes = whole
                bytes[index] ^= 0xFF
                _ = X509Certificate(bytes)
            }
        }
    }
}
