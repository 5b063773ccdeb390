// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import TestSupport
import Testing

@Suite("Remotes that fail", .serialized) struct RemoteFaultTests {
    let fixture: RemoteFixture
    let big = noise(300_000)

    init() throws {
        fixture = try RemoteFixture()
    }

    @Test(
        "FT-35, F-04: a silent server ends at the deadline or the stall limit",
        arguments: ["http", "https", "ssh"]
    )
    func silent(_ scheme: String) async throws {
        let server = try LoopbackServer.faulty(.silent)
        let url = "\(scheme)://127.0.0.1:\(server.port)/a.git"
        let deadline = RemoteAccess(deadline: .milliseconds(300))
        let stall = RemoteAccess(deadline: .seconds(600), stallLimit: .milliseconds(300))
        await fixture.expectFailure(.timedOut, of: url, deadline)
        await fixture.expectFailure(.timedOut, of: url, stall)
    }

    @Test(
        "FT-35: nobody listens, the server closes, or talks nonsense",
        arguments: ["http", "https", "ssh"]
    )
    func broken(_ scheme: String) async throws {
        let access = RemoteAccess(deadline: .seconds(20))
        for fault in [LoopbackServer.Fault.close, .garbage] {
            let server = try LoopbackServer.faulty(fault)
            let url = "\(scheme)://127.0.0.1:\(server.port)/a.git"
            await fixture.expectFailure(.unreachable, .protocolError, of: url, access, "\(fault)")
        }
        var port = 0
        do { port = try LoopbackServer.faulty(.close).port }
        await fixture.expectFailure(
            .unreachable,
            of: "\(scheme)://127.0.0.1:\(port)/a.git",
            access
        )
        guard scheme != "http" else { return }
        let url = "\(scheme)://no-such-host.invalid/a.git"
        await fixture.expectFailure(.unreachable, of: url, access)
    }

    @Test(
        "FT-35: a line that is cut, reset or drips at byte n; the last revision stays readable",
        arguments: ["http", "ssh"]
    )
    func cutAtByte(_ scheme: String) async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let ssh = try SSHServer(in: fixture.sandbox.path + "/ssh")
        let http = try LoopbackServer.http(root: fixture.sandbox.path)
        let upstream = scheme == "ssh" ? ssh.port : http.port
        func url(_ port: Int) -> String {
            scheme == "ssh"
                ? ssh.url(fixture.bare.path, port: port) : "http://127.0.0.1:\(port)/remote.git"
        }
        var access = RemoteAccess(
            credentials: .sshKey(path: ssh.folder + "/client", passphrase: nil),
            knownHostsFiles: [try fixture.sandbox.write("known", hostLines(ssh))],
            deadline: .seconds(20)
        )
        let good = try fixture.mirror(url(upstream), access)
        #expect(try await good.update(.head, now: 0).commit == one)
        let two = try fixture.bare.commit(["a": "1", "big": big], parent: one)
        for fault in [LoopbackServer.Fault.cut, .reset, .drip] {
            for bytes in fault == .drip ? [0, 30_000] : [0, 60, 1500, 4000, 100_000] {
                let server = try LoopbackServer.faulty(fault, to: upstream, after: bytes)
                access.stallLimit = fault == .drip ? .milliseconds(200) : .seconds(20)
                let error = await #expect(throws: GitError.self, "\(fault) \(bytes)") {
                    try await fixture.mirror(url(server.port), access).update(.head, now: 0)
                }
                let codes: [GitError.Code] =
                    fault == .drip ? [.timedOut] : [.unreachable, .protocolError]
                #expect(
                    codes.contains(try #require(error).code),
                    "\(fault) \(bytes): \(String(describing: error)) \(error?.underlying ?? "")"
                )
                #expect(try await good.repository().file("a", in: one) == Array("1".utf8))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.sandbox.path + "/mirror/rebuilt"))
        #expect(try await good.update(.head, now: 0) == .advanced(from: one, to: two))
    }

    /// The host's key under its plain name, whatever the port.
    private func hostLines(_ ssh: SSHServer) throws -> String {
        "127.0.0.1 " + (try String(contentsOfFile: ssh.folder + "/host.pub", encoding: .utf8))
    }

    @Test("FT-35: a silent remote holds up nobody else") func others() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let silent = try LoopbackServer.faulty(.silent)
        let stuck = try fixture.mirror(
            "http://127.0.0.1:\(silent.port)/a.git",
            RemoteAccess(deadline: .seconds(600), stallLimit: .seconds(600)),
            name: "stuck"
        )
        let task = Task { try await stuck.update(.head, now: 0) }
        let mirror = try fixture.mirror("file://" + fixture.bare.path, RemoteAccess())
        #expect(try await mirror.update(.head, now: 0).commit == one)
        task.cancel()
        let error = await #expect(throws: GitError.self) { try await task.value }
        #expect([.cancelled, .locked].contains(error?.code))
    }

    @Test("a pack over the limit is refused by name") func tooLarge() async throws {
        try fixture.bare.commit(["big": big])
        let server = try LoopbackServer.http(root: fixture.sandbox.path)
        await fixture.expectFailure(
            .tooLarge,
            of: "http://127.0.0.1:\(server.port)/remote.git",
            RemoteAccess(packBytesMax: 50_000)
        )
    }

    @Test(
        "FT-05: the child is killed in mid fetch, 24 times; the mirror stays good, nothing is left"
    )
    func killed() async throws {
        let one = try fixture.bare.commit(["a": "1"])
        let server = try LoopbackServer.http(root: fixture.sandbox.path)
        let line = try PausingLine(to: server.port, in: fixture.sandbox.path)
        let child = try WatchedHelper(fixture.sandbox)
        let mirror = try fixture.mirror(
            "http://127.0.0.1:\(line.port)/remote.git",
            RemoteAccess(),
            helper: child.path
        )
        var tip = one
        for round in 0..<24 {
            // The first rounds kill clones, the others fetches.
            if round == 8 { #expect(try await mirror.update(.head, now: 0).commit == tip) }
            if round % 8 == 0 {
                tip = try fixture.bare.commit(["big": noise(300_000)], parent: tip)
            }
            try line.arm(after: 600 + (round % 8) * 30_000)
            let task = Task { try await mirror.update(.head, now: 0) }
            try line.waitUntilPaused()
            kill(try child.wait(), SIGKILL)
            let error = await #expect(throws: GitError.self) { try await task.value }
            #expect(error?.code == .helperKilled)
        }
        #expect(try await mirror.update(.head, now: 0).commit == tip)
        #expect(!FileManager.default.fileExists(atPath: fixture.sandbox.path + "/mirror/rebuilt"))
        let folder = fixture.sandbox.path + "/mirror/repository.git"
        let left = try run(["sh", "-c", "find '\(folder)' -name 'pack_git2_*' -o -name '*.lock'"])
        #expect(left.isEmpty)
        try run(["git", "-C", folder, "fsck", "--strict"])
    }
}
