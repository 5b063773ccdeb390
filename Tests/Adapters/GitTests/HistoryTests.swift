// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

@Suite("Revisions, commits and origins of lines") struct HistoryTests {
    let sandbox: Sandbox
    let bare: TestRepository

    init() throws {
        sandbox = try Sandbox()
        bare = try sandbox.bare()
    }

    @Test("BI-016: names are resolved, tags peeled five deep") func resolve() async throws {
        let id = try bare.commit(["a": "1"])
        try bare.git("tag", "light", id.hex)
        try bare.git("tag", "-a", "-m", "x", "t1", id.hex)
        for depth in 2...7 { try bare.git("tag", "-a", "-m", "x", "t\(depth)", "t\(depth - 1)") }
        let repository = try Repository(path: bare.path)
        for name in [
            nil, "main", "refs/heads/main", "light", "t1", "t5", id.hex, String(id.hex.prefix(8)),
        ] {
            #expect(try await repository.resolve(Revision(name)) == id)
        }
        for name in ["t7", "nowhere", "refs/heads/light", String(repeating: "1", count: 40)] {
            let error = await #expect(throws: GitError.self) {
                try await repository.resolve(Revision(name))
            }
            #expect(error?.code == .referenceNotFound)
        }
    }

    @Test("BI-016: an empty repository says so") func empty() async throws {
        let error = await #expect(throws: GitError.self) {
            try await Repository(path: bare.path).resolve(.head)
        }
        #expect(error?.code == .emptyRepository)
    }

    @Test("BI-015: a hostile commit is shown in one harmless line") func hostileCommit()
        async throws
    {
        let tree = try bare.tree(["a": "1"])
        let id = try bare.commit(
            tree: tree,
            message: "\u{1B}[31mred\u{202E} " + String(repeating: "x", count: 1 << 16)
        )
        let info = try await Repository(path: bare.path).commitInfo(id)
        #expect(info.subject.unicodeScalars.count <= 121)
        #expect(!info.subject.contains("\u{1B}") && !info.subject.contains("\u{202E}"))
        #expect(info.authorName == "Ada" && info.time == 1_700_000_000)
        let raw = "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n"
        let bad = try bare.git(
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--literally",
            "--stdin",
            input: Data(raw.utf8)
        )
        let error = await #expect(throws: GitError.self) {
            try await Repository(path: bare.path).commitInfo(#require(ObjectID(hex: bad)))
        }
        #expect(error?.code == .badCommit)
    }

    @Test("F-15, BI-017: what cannot be opened is explained") func unsupported() async throws {
        try run(["git", "init", "-q", "--bare", "--object-format=sha256", sandbox.path + "/sha256"])
        var error = #expect(throws: GitError.self) {
            try Repository(path: sandbox.path + "/sha256")
        }
        #expect(error?.code == .unsupportedRepository)
        #expect(error?.message.contains("SHA-256") == true)
        error = #expect(throws: GitError.self) { try Repository(path: sandbox.path + "/none") }
        #expect(error?.code == .repositoryNotFound)
        let work = sandbox.path + "/work"
        try run(["git", "init", "-q", work])
        if getuid() == 0 {
            try run(["chown", "-R", "12345", work])
            error = #expect(throws: GitError.self) { try Repository(path: work) }
            #expect(error?.code == .notOwned && error?.hint != nil)
        }
    }

    @Test("a folder's repository is found upwards") func discover() throws {
        let work = sandbox.path + "/work"
        try run(["git", "init", "-q", work])
        try FileManager.default.createDirectory(
            atPath: work + "/a/b",
            withIntermediateDirectories: true
        )
        let found = try Repository.discover(from: work + "/a/b")
        #expect(found?.path == work && found?.folder == "a/b")
        #expect(try Repository.discover(from: work)?.folder == "")
        #expect(try Repository.discover(from: sandbox.path) == nil)
        #expect(try Repository(path: work).workTree == work)
    }

    @Test("the commits of lines are found through edits and merges, and cut off at a limit")
    func lastChanges() async throws {
        let first = try bare.commit(["f": "a\nb\nc\n", "g": "x\n"], message: "one", time: 1000)
        let second = try bare.commit(
            ["f": "new\na\nb\nc\n", "g": "x\n"],
            parent: first,
            message: "two",
            time: 2000
        )
        let side = try bare.commit(
            ["f": "a\nb\nC\n", "g": "x\n"],
            branch: "side",
            parent: first,
            message: "side",
            time: 2500
        )
        let merge = try bare.commit(
            tree: bare.tree(["f": "new\na\nb\nC\n", "g": "x\n"]),
            parents: [second.hex, side.hex],
            message: "merge",
            time: 3000
        )
        let fourth = try bare.commit(
            ["f": "new\nb\nC\n", "g": "x\ny\n"],
            parent: merge,
            message: "four",
            time: 4000
        )
        let repository = try Repository(path: bare.path)
        let wanted: [String: Set<Int>] = ["f": [1, 2, 3, 9], "g": [1, 2], "none": [1]]
        let found = try await repository.lastChanges(at: fourth, lines: wanted)
        #expect(found["f"]?.mapValues(\.subject)[1] == "two")
        #expect(found["f"]?.mapValues(\.subject)[2] == "one")
        #expect(found["f"]?.mapValues(\.subject)[3] == "side")
        #expect(found["g"]?.mapValues(\.subject) == [1: "one", 2: "four"])
        #expect(found["none"] == nil)
        let cut = try await repository.lastChanges(at: fourth, lines: wanted, commitsMax: 1)
        #expect(cut["g"]?.mapValues(\.subject) == [2: "four"])
        #expect(cut["f"] == nil)
    }

    @Test("the commit that last changed a file, or took it away, is found through merges")
    func lastChangeOfFile() async throws {
        let first = try bare.commit(["f": "a", "g": "x"], message: "one", time: 1000)
        let second = try bare.commit(["g": "x"], parent: first, message: "gone", time: 2000)
        let side = try bare.commit(
            ["f": "a", "g": "y"],
            branch: "side",
            parent: first,
            message: "side",
            time: 2500
        )
        let merge = try bare.commit(
            tree: bare.tree(["g": "y"]),
            parents: [second.hex, side.hex],
            message: "merge",
            time: 3000
        )
        let repository = try Repository(path: bare.path)
        func subject(_ path: String, limit: Int = 100) async throws -> String? {
            try await repository.lastChange(of: path, at: merge, commitsMax: limit)?.subject
        }
        #expect(try await subject("f") == "gone")
        #expect(try await subject("g") == "side")
        #expect(try await subject("never") == nil)
        #expect(try await subject("f", limit: 1) == nil)
    }
}
