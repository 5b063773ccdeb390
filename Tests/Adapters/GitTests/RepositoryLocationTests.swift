// SPDX-License-Identifier: Apache-2.0
import Git
import Testing

@Suite("Repository locations and names") struct RepositoryLocationTests {
    @Test(
        "BI-019, TH-05-c: addresses that are taken",
        arguments: [
            ("/srv/fleet.git", "/srv/fleet.git"), ("fleet", "fleet"), (".", "."),
            ("./a:b", "./a:b"), ("../x", "../x"),
            ("file:///srv/fleet.git", "file:///srv/fleet.git"),
            ("https://Example.org/a/b.git", "https://example.org/a/b.git"),
            ("https://example.org:8443/a", "https://example.org:8443/a"),
            ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
            ("http://localhost/a", "http://localhost/a"),
            ("http://[::1]:80/a", "http://[::1]:80/a"),
            ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
            ("ssh://git@example.org:2222/~me/a.git", "ssh://git@example.org:2222/~me/a.git"),
            ("git@example.org:a/b.git", "git@example.org:a/b.git"),
            ("example.org:a.git", "example.org:a.git"),
        ]
    ) func accepted(_ text: String, _ normal: String) throws {
        let location = try RepositoryLocation(text)
        #expect(location.description == normal)
        #expect(try RepositoryLocation(normal) == location)
    }

    @Test(
        "BI-019, TH-05-c: addresses that are refused",
        arguments: [
            "", "-oProxyCommand=x", "ext::sh -c id", "fd::17", "a\nb", "/srv/'x'", "/srv/\"x\"",
            "https://user:secret@example.org/a", "https://user@example.org/a",
            "ssh://user:secret@example.org/a", "ssh://-oProxyCommand=x/a", "ssh://-x@example.org/a",
            "ssh://example.org:0/a", "ssh://example.org:70000/a", "ssh://example.org:x/a",
            "https://[fe80::1%25eth0]/a", "https://example.org", "https://example.org/",
            "https:///a", "http://example.org/a", "http://127.0.0.1.example.org/a",
            "git://example.org/a", "ftp://example.org/a", "file://host/a", "file:///a/../../etc",
            "ssh://example.org/-x", "git@example.org:-x", "git@example.org:a'b",
            "ssh://example.org/a;id", "ssh://example.org/$(id)", "ssh://example.org/a b",
            "https://example.org/%0a", "https://example.org/a?b", "https://example.org/%2e%2e/a",
            "https://exa\u{202E}mple.org/a", "javascript://x/y", "file:///etc/%70asswd",
            "https://example.org\\@evil/a",
        ]
    ) func refused(_ text: String) throws {
        let error = #expect(throws: GitError.self) { try RepositoryLocation(text) }
        #expect(error?.code == .badSourceURL)
        #expect(error?.message.contains("secret") == false)
    }

    @Test(
        "BI-018: names that are refused",
        arguments: [
            "-x", "refs/heads/-x", "@{1}", "main@{1}", "a b", "a..b", "a~1", "a^", "a:b", "a?",
            "a*",
            "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.", "@", "a\u{7}b",
            "a'b", "refs/x", String(repeating: "x", count: 5000),
        ]
    ) func badNames(_ text: String) {
        let error = #expect(throws: GitError.self) { try Revision(text) }
        #expect(error?.code == .badRefName)
    }

    @Test(
        "names that are taken",
        arguments: [
            "main", "aplomb/status", "v1.0", "refs/pull/1/head", "refs/tags/v1", "1234567", "a@b",
            "ä",
        ]
    ) func goodNames(_ text: String) throws {
        #expect(try Revision(text).name == text)
    }

    @Test("the default branch has no name") func head() throws {
        #expect(try Revision(nil) == .head)
        #expect(try Revision("HEAD") == .head)
        #expect(throws: GitError.self) { try BranchName("refs/heads/a") }
        #expect(throws: GitError.self) { try BranchName("") }
    }

    @Test("a secret shows nowhere") func redacted() {
        let secret = Redacted("canary")
        let access = RemoteAccess(credentials: .password(user: "u", secret))
        #expect(!"\(access) \(secret) \(String(reflecting: access))".contains("canary"))
    }
}
