// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

@Suite("Mirrors") struct MirrorTests {
    let sandbox: Sandbox
    let bare: TestRepository
    let mirror: Mirror

    init() throws {
        sandbox = try Sandbox()
        bare = try sandbox.bare()
        mirror = try Mirror(
            of: RepositoryLocation("file://" + bare.path),
            directory: sandbox.path + "/mirror",
            helper: helper,
            access: RemoteAccess()
        )
    }

    private func update(
        _ name: String? = nil,
        lastSeen: ObjectID? = nil,
        now: Int64 = 1000
    ) async throws -> RefOutcome {
        try await mirror.update(Revision(name), lastSeen: lastSeen, now: now)
    }

    @Test("a first fetch, nothing new, and a new commit") func follows() async throws {
        let one = try bare.commit(["a": "1"])
        #expect(try await update() == .advanced(from: nil, to: one))
        #expect(try await update() == .unchanged(one))
        #expect(try await update("main") == .unchanged(one))
        let repository = try await mirror.repository()
        #expect(try await repository.resolve(.head) == one)
        let two = try bare.commit(["a": "2"], parent: one)
        #expect(try await update() == .advanced(from: one, to: two))
        #expect(try await repository.file("a", in: two) == Array("2".utf8))
        #expect(try await update(lastSeen: one) == .advanced(from: one, to: two))
    }

    @Test("F-05, FT-36: a force push to a sibling, an ancestor and an orphan is named")
    func forcePush() async throws {
        let base = try bare.commit(["a": "0"])
        let one = try bare.commit(["a": "1"], parent: base)
        _ = try await update()
        let sibling = try bare.commit(["a": "2"], parent: base)
        #expect(try await update() == .rewritten(from: one, to: sibling))
        try bare.git("update-ref", "refs/heads/main", base.hex)
        #expect(try await update() == .rewritten(from: sibling, to: base))
        let orphan = try bare.commit(["b": "3"])
        #expect(try await update() == .rewritten(from: base, to: orphan))
        #expect(try await update(lastSeen: one) == .rewritten(from: one, to: orphan))
        #expect(try await mirror.repository().resolve(.head) == orphan)
    }

    @Test("F-05, FT-36: a vanished branch is gone, and stays gone until it is back")
    func vanished() async throws {
        let one = try bare.commit(["a": "1"], branch: "dev")
        try bare.commit(["a": "1"])
        #expect(try await update("dev") == .advanced(from: nil, to: one))
        try bare.git("update-ref", "-d", "refs/heads/dev")
        #expect(try await update("dev") == .gone(last: one))
        #expect(try await update("dev") == .gone(last: one))
        await #expect(throws: GitError.self) {
            try await mirror.repository().resolve(Revision("dev"))
        }
        let two = try bare.commit(["a": "2"], branch: "dev", parent: one)
        #expect(try await update("dev") == .advanced(from: one, to: two))
        #expect(try await update("never") == .absent)
        #expect(try await update(String(repeating: "1", count: 40)) == .absent)
    }

    @Test("FT-36: the default branch is renamed; a tag moves") func renamed() async throws {
        let one = try bare.commit(["a": "1"])
        try bare.git("tag", "-a", "-m", "x", "v1", one.hex)
        let request = [Mirror.Request(.head), Mirror.Request(try Revision("v1"))]
        let first = try await mirror.update(request, now: 0)
        #expect(first.references == ["refs/heads/main", "refs/tags/v1"])
        #expect(first.outcomes.allSatisfy { $0.commit == one })
        try bare.git("branch", "-m", "main", "trunk")
        let other = try bare.commit(["b": "2"], branch: "side")
        try bare.git("tag", "-f", "v1", other.hex)
        let second = try await mirror.update(request, now: 0)
        #expect(second.references == ["refs/heads/trunk", "refs/tags/v1"])
        #expect(second.outcomes == [.unchanged(one), .rewritten(from: one, to: other)])
    }

    @Test("a commit is found by its abbreviated id") func byID() async throws {
        let one = try bare.commit(["a": "1"])
        try bare.commit(["a": "2"], parent: one)
        #expect(try await update(String(one.hex.prefix(9))) == .advanced(from: nil, to: one))
        #expect(try await update(one.hex, lastSeen: one) == .unchanged(one))
    }

    @Test("BI-016: an empty remote has nothing yet") func emptyRemote() async throws {
        #expect(try await update() == .absent)
        let error = await #expect(throws: GitError.self) {
            try await mirror.repository().resolve(.head)
        }
        #expect(error?.code == .emptyRepository)
    }

    @Test("F-07, FT-39: a mirror is built anew at most once in ten minutes") func throttled()
        async throws
    {
        try bare.commit(["a": "1"])
        _ = try await update()
        func spoil() throws {
            let file = sandbox.path + "/mirror/repository.git/refs/heads/main"
            try Data().write(to: URL(fileURLWithPath: file))
        }
        try spoil()
        _ = try await update(now: 10_000)
        try spoil()
        let error = await #expect(throws: GitError.self) { try await update(now: 10_100) }
        #expect(error?.code == .cacheThrottled)
        _ = try await update(now: 10_700)
    }

    @Test("a missing helper is named") func noHelper() async throws {
        let mirror = try Mirror(
            of: RepositoryLocation("file://" + bare.path),
            directory: sandbox.path + "/m",
            helper: "/nowhere/aplomb-git",
            access: RemoteAccess()
        )
        let error = await #expect(throws: GitError.self) { try await mirror.update(.head, now: 0) }
        #expect(error?.code == .helperMissing)
    }

    @Test("F-15: a source of another user is explained") func foreignOwner() async throws {
        guard getuid() == 0 else { return }
        let work = sandbox.path + "/work"
        try run(["git", "init", "-q", work])
        try run(["chown", "-R", "12345", work])
        let mirror = try Mirror(
            of: RepositoryLocation("file://" + work),
            directory: sandbox.path + "/m",
            helper: helper,
            access: RemoteAccess()
        )
        let error = await #expect(throws: GitError.self) { try await mirror.update(.head, now: 0) }
        #expect(error?.code == .notOwned)
    }

    @Test("a local path has no mirror") func localPath() throws {
        #expect(throws: GitError.self) {
            try Mirror(
                of: RepositoryLocation(bare.path),
                directory: "m",
                helper: helper,
                access: RemoteAccess()
            )
        }
    }
}
