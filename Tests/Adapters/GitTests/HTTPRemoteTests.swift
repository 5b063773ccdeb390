// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import TestSupport
import Testing

@Suite("Remotes over http and https", .serialized) struct HTTPRemoteTests {
    let fixture: RemoteFixture

    init() throws {
        fixture = try RemoteFixture()
    }

    private func access(_ password: String? = "canary-7f") -> RemoteAccess {
        RemoteAccess(
            credentials: password.map { .password(user: "ada", Redacted($0)) } ?? .none,
            deadline: .seconds(20)
        )
    }

    private func server() throws -> LoopbackServer {
        try .http(root: fixture.sandbox.path, login: "ada:canary-7f")
    }

    @Test("a token opens, a wrong one does not, a redirect is refused, no file keeps a secret")
    func http() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let server = try server()
        let base = "http://127.0.0.1:\(server.port)"
        let mirror = try fixture.mirror(base + "/remote.git", access())
        #expect(try await mirror.update(.head, now: 0) == .advanced(from: nil, to: one))
        let report = try #require(try await append("r", to: one, in: mirror.repository()))
        #expect(try await mirror.push(report, to: BranchName("s"), expected: nil) == .pushed)
        #expect(try fixture.bare.git("rev-parse", "s") == report.hex)
        let refused: [(path: String, password: String?, code: GitError.Code)] = [
            ("/moved.git", "canary-7f", .redirectRefused),
            ("/remote.git", "canary-wrong", .authenticationFailed),
            ("/remote.git", nil, .authenticationFailed),
            ("/forbidden.git", "canary-7f", .authenticationFailed),
            ("/nowhere.git", "canary-7f", .sourceNotFound),
            ("/page.git", "canary-7f", .protocolError),
        ]
        for item in refused {
            await fixture.expectFailure(
                item.code,
                of: base + item.path,
                access(item.password),
                "\(item)"
            )
        }
        #expect(try run(["sh", "-c", "grep -rl canary '\(fixture.sandbox.path)' || true"]).isEmpty)
    }

    @Test("https: the right authority is accepted, a wrong one and the system's are not")
    func https() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let right = try TestCertificate(in: fixture.sandbox.path + "/right")
        let wrong = try TestCertificate(in: fixture.sandbox.path + "/wrong")
        let server = try LoopbackServer.http(
            root: fixture.sandbox.path,
            login: "ada:canary-7f",
            certificate: right.certificate,
            key: right.key
        )
        let url = "https://localhost:\(server.port)/remote.git"
        var access = access()
        access.certificateFile = right.authority
        let mirror = try fixture.mirror(url, access)
        #expect(try await mirror.update(.head, now: 0) == .advanced(from: nil, to: one))
        // The certificate is for another name.
        let alias = "https://127.0.0.1:\(server.port)/remote.git"
        await fixture.expectFailure(.certificateRejected, of: alias, access)
        for file in [wrong.authority, nil, "/nowhere.pem"] {
            access.certificateFile = file
            await fixture.expectFailure(.certificateRejected, of: url, access, "\(file ?? "-")")
        }
    }

    @Test("F-06: a hook's refusal is a refusal, with its reason") func hook() async throws {
        try fixture.bare.commit(["a": "1"])
        try fixture.hook("pre-receive", "echo 'frozen until Monday' >&2\nexit 1\n")
        let server = try server()
        let source = try fixture.source(
            "http://127.0.0.1:\(server.port)/remote.git",
            access(),
            name: "mirror"
        )
        let outcome = try await source.publish(
            BranchName("s"),
            author: ada,
            now: 0,
            pause: { _ in }
        ) { repository, tip in
            #expect(tip == nil)
            return try await append("r", to: tip, in: repository)
        }
        guard case .rejected(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("frozen until Monday"))
    }

    @Test("F-05, FT-36: force pushes, vanished branches, moved tags, a renamed default branch")
    func rewrites() async throws {
        let server = try server()
        let url = "http://127.0.0.1:\(server.port)/remote.git"
        try await fixture.followsRewrites(fixture.mirror(url, access()))
    }

    @Test("FT-37: five writers race for a branch; every report is there once, in a line")
    func race() async throws {
        let server = try server()
        try await fixture.race("http://127.0.0.1:\(server.port)/remote.git", access())
    }

    @Test(
        "TH-07-c: the child's arguments and environment hold no secret, and it dies when cancelled"
    )
    func childSecrets() async throws {
        let server = try LoopbackServer.faulty(.silent)
        let child = try WatchedHelper(fixture.sandbox)
        var access = access("canary-9a")
        access.deadline = .seconds(600)
        access.stallLimit = .seconds(600)
        let mirror = try fixture.mirror(
            "http://127.0.0.1:\(server.port)/a",
            access,
            helper: child.path
        )
        let task = Task { try await mirror.update(.head, now: 0) }
        let id = try child.wait()
        for file in ["cmdline", "environ"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(id)/\(file)"))
            #expect(!bytes.isEmpty && bytes.range(of: Data("canary".utf8)) == nil)
        }
        task.cancel()
        let error = await #expect(throws: GitError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(id)"))
        // Without a parent there is no standard input, and no life.
        #expect(throws: CommandFailure.self) { try run([helper]) }
    }
}

/// The helper under a name of its own, so that its processes are found.
struct WatchedHelper {
    let path: String

    init(_ sandbox: Sandbox) throws {
        path = sandbox.path + "/aplomb-git-watched"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: helper)
    }

    /// The running child, if there is one.
    func process() -> pid_t? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for id in names.compactMap(pid_t.init) {
            let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
            if line.prefix(while: { $0 != 0 }).elementsEqual(path.utf8) { return id }
        }
        return nil
    }

    /// Waits for a child.
    func wait() throws -> pid_t {
        var found: pid_t?
        try eventually {
            found = process()
            return found != nil
        }
        return try #require(found)
    }
}
