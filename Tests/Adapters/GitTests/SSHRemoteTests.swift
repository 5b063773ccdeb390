// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import TestSupport
import Testing

@Suite("Remotes over ssh", .serialized) struct SSHRemoteTests {
    let fixture: RemoteFixture
    let server: SSHServer
    let url: String
    let access: RemoteAccess

    init() throws {
        fixture = try RemoteFixture()
        server = try SSHServer(in: fixture.sandbox.path + "/ssh")
        url = server.url(fixture.bare.path)
        access = RemoteAccess(
            credentials: .sshKey(path: server.folder + "/client", passphrase: nil),
            knownHostsFiles: [server.known],
            deadline: .seconds(20)
        )
    }

    private func with(_ credentials: Credentials) -> RemoteAccess {
        var access = access
        access.credentials = credentials
        return access
    }

    @Test("fetch and push; a refusal by a hook and a lost race are told apart (F-06, FT-37)")
    func pushes() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let mirror = try fixture.mirror(url, access)
        #expect(try await mirror.update(.head, now: 0) == .advanced(from: nil, to: one))
        let repository = try await mirror.repository()
        #expect(try await repository.file("a", in: one) == Array("1".utf8))
        let status = try BranchName("aplomb/status")
        let report = try #require(try await append("report", to: nil, in: repository))
        #expect(try await mirror.push(report, to: status, expected: nil) == .pushed)
        #expect(try await mirror.push(report, to: status, expected: nil) == .pushed)
        #expect(try fixture.bare.git("rev-parse", "aplomb/status") == report.hex)
        let orphan = try #require(try await append("other", to: nil, in: repository))
        for expected in [nil, report] {
            #expect(
                try await mirror.push(orphan, to: status, expected: expected)
                    == .lostRace(remoteTip: report),
                "not a fast-forward"
            )
        }
        try fixture.hook("update", "echo 'no entry today' >&2\nexit 1\n")
        let next = try #require(try await append("next", to: report, in: repository))
        guard
            case .rejected(let reason) = try await mirror.push(next, to: status, expected: report)
        else {
            Issue.record("a refused push was called done")
            return
        }
        #expect(reason.contains("hook declined") && reason.contains("no entry today"))
        #expect(try fixture.bare.git("rev-parse", "aplomb/status") == report.hex)
    }

    @Test("keys and agents open; wrong ones are refused by name") func keys() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let folder = server.folder
        let agent = try server.agent(holding: "client")
        let other = try server.agent(holding: "stranger")
        var agentAccess = with(.sshAgent)
        agentAccess.agentSocket = agent.socket
        let locked = Credentials.sshKey(
            path: folder + "/locked",
            passphrase: Redacted("open sesame")
        )
        for (name, access) in [("agent", agentAccess), ("passphrase", with(locked))] {
            let mirror = try fixture.mirror(url, access, name: name)
            #expect(try await mirror.update(.head, now: 0).commit == one, "\(name)")
        }
        agentAccess.agentSocket = other.socket
        let refused: [(String, RemoteAccess)] = [
            ("an agent without the key", agentAccess),
            ("a stranger's key", with(.sshKey(path: folder + "/stranger", passphrase: nil))),
            ("an RSA key", with(.sshKey(path: folder + "/rsa", passphrase: nil))),
            ("no such file", with(.sshKey(path: folder + "/none", passphrase: nil))),
            ("a public key", with(.sshKey(path: folder + "/client.pub", passphrase: nil))),
            ("no passphrase", with(.sshKey(path: folder + "/locked", passphrase: nil))),
            (
                "a wrong passphrase",
                with(.sshKey(path: folder + "/locked", passphrase: Redacted("open barley")))
            ),
            ("nothing", with(.none)),
            ("a token", with(.password(user: "u", Redacted("t")))),
        ]
        for (name, access) in refused {
            await fixture.expectFailure(.authenticationFailed, of: url, access, "\(name)")
        }
        agentAccess.agentSocket = folder + "/no-agent"
        await fixture.expectFailure(.authenticationFailed, of: url, agentAccess, "no agent")
        withExtendedLifetime((agent, other)) {}
    }

    @Test("host keys: unknown and changed ones are refused by name") func hostKeys() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let host = try server.knownHosts("host")
        let stranger = try server.knownHosts("stranger")
        let hashed = try fixture.sandbox.write("hashed", host)
        try run(["ssh-keygen", "-q", "-H", "-f", hashed])
        let cases: [(name: String, text: String, failure: GitError.Code?)] = [
            ("known", host, nil),
            ("hashed", try String(contentsOfFile: hashed, encoding: .utf8), nil),
            ("lines that libssh2 cannot read", "@cert-authority * ssh-rsa AAAA\nx\n" + host, nil),
            ("empty", "", .hostKeyUnknown),
            ("another port", try server.knownHosts("host", port: 22), .hostKeyUnknown),
            ("another key", try server.knownHosts("client"), .hostKeyMismatch),
            ("another kind of key", stranger, .hostKeyMismatch),
            ("revoked", "@revoked " + host + host, .hostKeyUnknown),
            ("only RSA", try server.knownHosts("rsa"), .hostKeyUnknown),
        ]
        for item in cases {
            var access = access
            access.knownHostsFiles = [
                "/nowhere", try fixture.sandbox.write("known-\(item.name)", item.text),
            ]
            if let failure = item.failure {
                await fixture.expectFailure(failure, of: url, access, "\(item.name)")
            } else {
                let mirror = try fixture.mirror(url, access, name: "m-\(item.name)")
                #expect(try await mirror.update(.head, now: 0).commit == one, "\(item.name)")
            }
        }
    }

    @Test("a repository that is not there is named") func missing() async throws {
        await fixture.expectFailure(.sourceNotFound, of: server.url("/nowhere.git"), access)
    }

    @Test("F-05, FT-36: force pushes, vanished branches, moved tags, a renamed default branch")
    func rewrites() async throws {
        try await fixture.followsRewrites(fixture.mirror(url, access))
    }

    @Test("FT-37: five writers race for a branch; every report is there once, in a line")
    func race() async throws {
        try await fixture.race(url, access)
    }
}
