// SPDX-License-Identifier: Apache-2.0
import Git
import Testing

@Suite("Known hosts") struct KnownHostsTests {
    struct Case: CustomTestStringConvertible {
        let field: String
        var url = "ssh://git@git.example.org/a"
        let matches: Bool
        var testDescription: String { "\(field) for \(url)" }
    }

    @Test(
        "a line means a host by name, port, pattern or hash",
        arguments: [
            Case(field: "git.example.org", matches: true),
            Case(field: "GIT.example.org,10.0.0.1", matches: true),
            Case(field: "[git.example.org]:22", matches: true),
            Case(field: "*.example.org", matches: true),
            Case(field: "g?t.*", matches: true),
            Case(field: "*.example.org,!git.example.org", matches: false),
            Case(field: "example.org", matches: false),
            Case(field: "*.example.com", matches: false),
            Case(field: "[git.example.org]:2222", matches: false),
            Case(field: "git.example.org", url: "ssh://git.example.org:2222/a", matches: true),
            Case(
                field: "[git.example.org]:2222",
                url: "ssh://git.example.org:2222/a",
                matches: true
            ),
            Case(
                field: "|1|tdrV9YRj1KJz2rHFhRSV3pcU5RQ=|AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                matches: false
            ),
            Case(field: "|1|x", matches: false),
            Case(field: String(repeating: "*a", count: 200), matches: false),
        ]
    )
    func names(_ item: Case) throws {
        let known = KnownHosts(
            of: try RepositoryLocation(item.url),
            text: "# a comment\n\(item.field) ssh-ed25519 QUJD somebody\n"
        )
        #expect(known.keys.isEmpty != item.matches)
    }

    @Test("a line for the port wins over one for the name; unusable lines are left out")
    func lines() throws {
        let text = """
            host ssh-ed25519 QUJD
            [host]:99 ecdsa-sha2-nistp256 QUJE
            [host]:99 ssh-dss QUJF
            [host]:99 ssh-ed25519 not*base64
            @cert-authority [host]:99 ssh-ed25519 QUJG
            @revoked * ssh-rsa QUJH
            [host]:99 ssh-rsa QUJH
            """
        let known = KnownHosts(of: try RepositoryLocation("ssh://host:99/a"), text: text)
        #expect(known.text == "[host]:99 ecdsa-sha2-nistp256 QUJE\n")
        #expect(!known.hasOnlyRSA)
    }
}
