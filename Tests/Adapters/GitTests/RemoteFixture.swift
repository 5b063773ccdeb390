// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

/// A bare repository to serve, and mirrors of it.
struct RemoteFixture {
    let sandbox: Sandbox
    let bare: TestRepository

    init() throws {
        sandbox = try Sandbox()
        bare = try sandbox.bare()
        try bare.git("config", "http.receivepack", "true")
    }

    func mirror(
        _ url: String,
        _ access: RemoteAccess,
        name: String = "mirror",
        helper program: String = helper
    ) throws -> Mirror {
        try Mirror(
            of: RepositoryLocation(url),
            directory: sandbox.path + "/" + name,
            helper: program,
            access: access
        )
    }

    func source(_ url: String, _ access: RemoteAccess, name: String) throws -> GitSource {
        try GitSource(
            RepositoryLocation(url),
            mirrorDirectory: sandbox.path + "/" + name,
            helper: helper,
            access: access
        )
    }

    /// Puts a hook into the bare repository.
    func hook(_ name: String, _ script: String) throws {
        let file = try sandbox.write("remote.git/hooks/" + name, "#!/bin/sh\n" + script)
        try run(["chmod", "+x", file])
    }

    /// Expects a fresh mirror to fail in a named way.
    func expectFailure(
        _ codes: GitError.Code...,
        of url: String,
        _ access: RemoteAccess,
        _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: GitError.self, comment, sourceLocation: sourceLocation) {
            try await mirror(url, access, name: "m-\(UUID())").update(.head, now: 0)
        }
        #expect(
            error.map { codes.contains($0.code) } == true,
            "\(comment?.rawValue ?? "") \(error?.description ?? "") | \(error?.underlying ?? "")",
            sourceLocation: sourceLocation
        )
    }

    /// FT-36, F-05: what is named of a remote whose names move.
    func followsRewrites(_ mirror: Mirror) async throws {
        func update(_ name: String? = nil) async throws -> RefOutcome {
            try await mirror.update(Revision(name), now: 0)
        }
        let base = try bare.commit(["a": "0"])
        let one = try bare.commit(["a": "1"], parent: base)
        try bare.git("tag", "-a", "-m", "x", "v1", one.hex)
        try bare.commit(["a": "1"], branch: "dev", parent: one)
        #expect(try await update() == .advanced(from: nil, to: one))
        #expect(try await update("v1") == .advanced(from: nil, to: one))
        let dev = try #require(try await update("dev").commit)
        let sibling = try bare.commit(["a": "2"], parent: base)
        #expect(try await update() == .rewritten(from: one, to: sibling))
        try bare.git("update-ref", "refs/heads/main", base.hex)
        #expect(try await update() == .rewritten(from: sibling, to: base))
        let orphan = try bare.commit(["b": "3"])
        #expect(try await update() == .rewritten(from: base, to: orphan))
        try bare.git("tag", "-f", "v1", orphan.hex)
        #expect(try await update("v1") == .rewritten(from: one, to: orphan))
        try bare.git("update-ref", "-d", "refs/heads/dev")
        #expect(try await update("dev") == .gone(last: dev))
        try bare.git("branch", "-m", "main", "trunk")
        let renamed = try await mirror.update([.init(.head)], now: 0)
        #expect(renamed.references == ["refs/heads/trunk"])
        #expect(renamed.outcomes == [.unchanged(orphan)])
    }

    /// FT-37: writers race for a branch; every report is there once, one on top of the other.
    func race(_ url: String, _ access: RemoteAccess, writers: Int = 5) async throws {
        try bare.commit(["a": "1"])
        let branch = try BranchName("aplomb/status")
        try await withThrowingTaskGroup(of: GitSource.Publication.self) { group in
            for writer in 0..<writers {
                let source = try source(url, access, name: "writer-\(writer)")
                group.addTask {
                    try await source.publish(
                        branch,
                        retries: 20,
                        author: ada,
                        now: 0,
                        pause: { _ in await Task.yield() }
                    ) { repository, tip in
                        try await append("report-\(writer)", to: tip, in: repository)
                    }
                }
            }
            for try await outcome in group {
                guard case .published = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
        }
        let log = try bare.git("log", "--format=%s", "aplomb/status").split(separator: "\n")
        #expect(log.sorted() == (0..<writers).map { "report-\($0)" })
        #expect(try bare.git("rev-list", "--merges", "aplomb/status").isEmpty)
    }
}
