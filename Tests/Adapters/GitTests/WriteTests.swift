// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

@Suite("Writing") struct WriteTests {
    let sandbox: Sandbox
    let bare: TestRepository

    init() throws {
        sandbox = try Sandbox()
        bare = try sandbox.bare()
    }

    @Test("an edit changes exactly its paths, and git finds no fault") func edit() async throws {
        let files = [
            "README.md": "r", "a/one": "1", "a/two": "2", "a-b": "x", "a.b": "y", "a0": "z",
            "deep/er/file": "d", "gone/only": "g",
        ]
        let base = try bare.commit(files)
        let repository = try Repository(path: bare.path)
        let baseTree = try await repository.tree(of: base)
        var edit = TreeEdit()
        edit.write("a/two", "II")
        edit.write("a/three/four", "4")
        edit.write("new", "n")
        edit.delete("gone/only")
        edit.delete("deep")
        edit.delete("nowhere/at/all")
        edit.write("a-b/now-a-folder", "f")
        let tree = try #require(try await repository.apply(edit, to: baseTree))
        let commit = try await repository.commit(
            tree: tree,
            parents: [base],
            author: ada,
            message: "edit"
        )
        let expected = try bare.tree([
            "README.md": "r", "a/one": "1", "a/two": "II", "a/three/four": "4", "new": "n",
            "a-b/now-a-folder": "f", "a.b": "y", "a0": "z",
        ])
        #expect(tree.hex == expected)
        try bare.git("update-ref", "refs/heads/main", commit.hex)
        try bare.git("fsck", "--strict", "--no-dangling")
        #expect(
            try bare.git("log", "-1", "--format=%an %ae %at %s")
                == "Ada ada@example.org 1700000100 edit"
        )
        #expect(try await repository.apply(edit, to: tree) == nil)
        #expect(try await repository.apply(TreeEdit(), to: tree) == nil)
        #expect(try await repository.apply(TreeEdit(["a": .delete]), to: nil) == nil)
    }

    @Test("a large edit becomes one pack") func pack() async throws {
        let repository = try Repository(path: bare.path)
        var edit = TreeEdit()
        var files: [String: String] = [:]
        for index in 0..<1000 {
            edit.write("nodes/\(index % 20)/n\(index).yaml", "name: n\(index)\n")
            files["nodes/\(index % 20)/n\(index).yaml"] = "name: n\(index)\n"
        }
        let tree = try #require(try await repository.apply(edit, to: nil))
        #expect(try tree.hex == bare.tree(files))
        let commit = try await repository.commit(tree: tree, parents: [], author: ada, message: "m")
        #expect(try await repository.snapshot(of: commit).entries.count == 1000)
        let packs = try FileManager.default.contentsOfDirectory(atPath: bare.path + "/objects/pack")
        #expect(packs.filter { $0.hasSuffix(".pack") }.count == 1)
        try bare.git("update-ref", "refs/heads/main", commit.hex)
        try bare.git("fsck", "--strict", "--no-dangling")
    }

    @Test(
        "BI-020: paths that are not ours to write",
        arguments: ["../a", "/a", ".git/config", "a//../b", ""]
    )
    func badPath(_ path: String) async throws {
        let repository = try Repository(path: bare.path)
        let error = await #expect(throws: GitError.self) {
            try await repository.apply(TreeEdit([path: .write([])]), to: nil)
        }
        #expect(error?.code == .badPath)
        await #expect(throws: GitError.self) {
            try await repository.apply(TreeEdit(["a": .write([]), "a/b": .write([])]), to: nil)
        }
    }

    @Test("a branch moves only from where it was expected") func compareAndSwap() async throws {
        let one = try bare.commit(["a": "1"])
        let two = try bare.commit(["a": "2"], branch: "other", parent: one)
        let repository = try Repository(path: bare.path)
        let status = try BranchName("aplomb/status")
        func move(_ from: ObjectID?, _ to: ObjectID) async throws -> Repository.UpdateOutcome {
            try await repository.updateBranch(status, expected: from, to: to, by: ada, reason: "t")
        }
        #expect(try await move(one, two) == .moved(nil))
        #expect(try await move(nil, one) == .updated)
        #expect(try await move(nil, two) == .moved(one))
        try bare.git("pack-refs", "--all")
        #expect(try await move(nil, two) == .moved(one))
        #expect(try await move(two, one) == .moved(one))
        #expect(try await move(one, two) == .updated)
        #expect(try bare.git("rev-parse", "aplomb/status") == two.hex)
        let conflict = await #expect(throws: GitError.self) {
            try await repository.updateBranch(
                BranchName("main/status"),
                expected: nil,
                to: one,
                by: ada,
                reason: "t"
            )
        }
        #expect(conflict?.code == .badRefName)
        _ = try sandbox.write("remote.git/refs/heads/aplomb/status.lock", "")
        let locked = await #expect(throws: GitError.self) { try await move(two, one) }
        #expect(locked?.code == .locked)
    }

    @Test("a checked-out branch is not moved") func checkedOut() async throws {
        let work = TestRepository(path: sandbox.path + "/work")
        try run(["git", "init", "-q", "-b", "main", work.path])
        let one = try work.commit(["a": "1"])
        let two = try work.commit(["a": "2"], branch: "other", parent: one)
        let repository = try Repository(path: work.path)
        let error = await #expect(throws: GitError.self) {
            try await repository.updateBranch(
                BranchName("main"),
                expected: one,
                to: two,
                by: ada,
                reason: "t"
            )
        }
        #expect(error?.code == .branchCheckedOut)
    }

    @Test("P-13, F-07: a lock that a killed writer left is waited for, and then removed")
    func staleLock() async throws {
        try bare.commit(["a": "1"])
        let branch = try BranchName("aplomb/status")
        let source = try GitSource(
            try RepositoryLocation(bare.path),
            mirrorDirectory: "",
            helper: ""
        )
        let folder = bare.path + "/refs/heads/aplomb"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (round, expected) in ["1", "2"].enumerated() {
            #expect(FileManager.default.createFile(atPath: folder + "/status.lock", contents: nil))
            var attempts = 0
            let outcome = try await source.publish(
                branch,
                author: ada,
                now: 0,
                pause: { attempts = $0 }
            ) { repository, tip in
                try await append("w\(round)", to: tip, in: repository)
            }
            guard case .published = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(attempts >= 4)
            #expect(try bare.git("rev-list", "--count", "aplomb/status") == expected)
        }
    }

    @Test("FT-37: two writers of a local branch both get their say") func localRace() async throws {
        try bare.commit(["a": "1"])
        let location = try RepositoryLocation(bare.path)
        let branch = try BranchName("aplomb/status")
        try await withThrowingTaskGroup(of: GitSource.Publication.self) { group in
            for writer in 0..<5 {
                group.addTask {
                    let source = try GitSource(location, mirrorDirectory: "", helper: "")
                    return try await source.publish(
                        branch,
                        retries: 100_000,
                        author: ada,
                        now: 0,
                        pause: { _ in await Task.yield() }
                    ) { repository, tip in
                        try await append("w\(writer)", to: tip, in: repository)
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
        #expect(try bare.git("rev-list", "--count", "aplomb/status") == "5")
        #expect(
            try bare.git("ls-tree", "--name-only", "aplomb/status").split(separator: "\n").count
                == 5
        )
    }
}

/// Commits one more file on top of a tip.
func append(_ name: String, to tip: ObjectID?, in repository: Repository) async throws -> ObjectID?
{
    var base: ObjectID?
    if let tip { base = try await repository.tree(of: tip) }
    guard let tree = try await repository.apply(TreeEdit([name: .write([1])]), to: base) else {
        return nil
    }
    return try await repository.commit(
        tree: tree,
        parents: tip.map { [$0] } ?? [],
        author: ada,
        message: name
    )
}
