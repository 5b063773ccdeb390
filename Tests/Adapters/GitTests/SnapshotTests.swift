// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

@Suite("Snapshots") struct SnapshotTests {
    struct BadEntry: Sendable, CustomTestStringConvertible {
        let id: String
        let name: [UInt8]
        var mode = "100644"
        let code: GitError.Code
        var testDescription: String { id + " " + String(decoding: name, as: UTF8.self) }

        init(_ id: String, _ name: String, mode: String = "100644", _ code: GitError.Code) {
            self.init(id, Array(name.utf8), mode: mode, code)
        }

        init(_ id: String, _ name: [UInt8], mode: String = "100644", _ code: GitError.Code) {
            self.id = id
            self.name = name
            self.mode = mode
            self.code = code
        }
    }

    @Test(
        "BI-001 to BI-010: a bad entry is named, the others are read",
        arguments: [
            BadEntry("BI-001", "b", mode: "120000", .symlinkNotSupported),
            BadEntry("BI-003", "..", .badTreeEntry), BadEntry("BI-003", ".", .badTreeEntry),
            BadEntry("BI-003", "", .badTreeEntry), BadEntry("BI-003", "a/b", .badTreeEntry),
            BadEntry("BI-003", "b\\c", .badTreeEntry), BadEntry("BI-004", ".git", .badTreeEntry),
            BadEntry("BI-004", ".GIT", .badTreeEntry), BadEntry("BI-004", "git~1", .badTreeEntry),
            BadEntry("BI-004", ".g\u{200C}it", .badTreeEntry),
            BadEntry("BI-004", ".git. ", .badTreeEntry),
            BadEntry("BI-004", ".git::$INDEX_ALLOCATION", .badTreeEntry),
            BadEntry("BI-005", "a.yaml", .badTreeEntry),
            BadEntry("BI-006", "A.yaml", .caseCollision),
            BadEntry("BI-007", "b\nc", .badPathEncoding),
            BadEntry("BI-007", "b\tc", .badPathEncoding),
            BadEntry("BI-007", "b\u{1B}[31m", .badPathEncoding),
            BadEntry("BI-007", "b\u{202E}c", .badPathEncoding),
            BadEntry("BI-007", [0x62, 0xff], .badPathEncoding),
            BadEntry("BI-008", String(repeating: "b", count: 4096), .pathTooLong),
            BadEntry("BI-009", "b", mode: "160000", .submoduleNotSupported),
            BadEntry("BI-010", "b", mode: "100777", .badTreeEntry),
            BadEntry("BI-010", "b", mode: "40001", .badTreeEntry),
            BadEntry("BI-010", "b", mode: "0", .badTreeEntry),
        ]
    ) func badEntry(_ bad: BadEntry) async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let blob = try bare.blob("x")
        var entries = [
            (mode: "100644", name: Array("a.yaml".utf8), id: blob),
            (mode: bad.mode, name: bad.name, id: blob),
            (mode: "100644", name: Array("z.yaml".utf8), id: blob),
        ]
        if bad.name.lexicographicallyPrecedes("a.yaml".utf8) { entries.swapAt(0, 1) }
        let commit = try bare.commit(tree: bare.rawTree(entries))
        let snapshot = try await Repository(path: bare.path).snapshot(of: commit)
        #expect(snapshot.problems.map(\.code) == [bad.code])
        #expect(!snapshot.isValid)
        #expect(snapshot[path: "z.yaml"]?.size == 1)
        #expect(snapshot.problems[0].path.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test("BI-002: a link that nobody reads is left out and counted") func ignoredLink()
        async throws
    {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let blob = try bare.blob("/etc/passwd")
        let commit = try bare.commit(
            tree: bare.rawTree([
                ("120000", Array("a".utf8), blob), ("120000", Array("b.yaml".utf8), blob),
            ])
        )
        let snapshot = try await Repository(path: bare.path).snapshot(
            of: commit,
            .init(measuredExtensions: ["yaml"])
        )
        #expect(snapshot.ignoredSymlinks == 1)
        #expect(snapshot.problems.map(\.path) == ["b.yaml"])
        #expect(!snapshot.problems[0].message.contains("passwd"))
    }

    @Test("BI-005: entries out of order") func disorder() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let blob = try bare.blob("x")
        let commit = try bare.commit(
            tree: bare.rawTree([
                ("100644", Array("b".utf8), blob), ("100644", Array("a".utf8), blob),
            ])
        )
        let snapshot = try await Repository(path: bare.path).snapshot(of: commit)
        #expect(snapshot.problems.map(\.code) == [.badTreeEntry])
    }

    @Test("BI-006: accents in two spellings collide") func accents() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let blob = try bare.blob("1")
        let commit = try bare.commit(
            tree: bare.rawTree([
                ("100644", Array("e\u{301}.yaml".utf8), blob),
                ("100644", Array("\u{e9}.yaml".utf8), blob),
            ])
        )
        let snapshot = try await Repository(path: bare.path).snapshot(of: commit)
        #expect(snapshot.problems.map(\.code) == [.caseCollision])
    }

    @Test("BI-008: a deep tree") func depth() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        var tree = try bare.rawTree([("100644", Array("x".utf8), bare.blob("x"))])
        for _ in 0..<40 { tree = try bare.rawTree([("40000", Array("d".utf8), tree)]) }
        let snapshot = try await Repository(path: bare.path).snapshot(of: bare.commit(tree: tree))
        #expect(snapshot.problems.map(\.code) == [.treeTooDeep])
    }

    @Test("BI-011: a large file is refused by its header") func largeFile() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let commit = try bare.commit([
            "a.yaml": String(repeating: "x", count: 3 << 20), "b.yaml": "x",
        ])
        let repository = try Repository(path: bare.path)
        let snapshot = try await repository.snapshot(of: commit)
        #expect(snapshot.problems.map(\.code) == [.fileTooLarge])
        #expect(snapshot.entries.map(\.path) == ["b.yaml"])
        await #expect(throws: GitError.self) { try await repository.file("a.yaml", in: commit) }
    }

    @Test("BI-012: a bomb of folders ends at the limit") func bomb() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        var id = try bare.rawTree([("100644", Array("x".utf8), bare.blob("x"))])
        for _ in 0..<9 {
            let child = id
            id = try bare.rawTree((0..<10).map { ("40000", Array("d\($0)".utf8), child) })
        }
        let snapshot = try await Repository(path: bare.path).snapshot(of: bare.commit(tree: id))
        #expect(snapshot.problems.map(\.code) == [.tooManyFiles])
        #expect(snapshot.entries.count <= 20_000)
    }

    @Test("BI-013: a Git LFS pointer is not content") func lfs() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let commit = try bare.commit([
            "a.yaml": "version https://git-lfs.github.com/spec/v1\noid x\n"
        ])
        let repository = try Repository(path: bare.path)
        let snapshot = try await repository.snapshot(of: commit)
        let contents = await repository.contents(of: snapshot.entries)
        guard case .failure(let error) = contents[0] else {
            Issue.record("the pointer was read")
            return
        }
        #expect(error.code == .lfsPointer)
    }

    @Test("BI-014: a missing blob, and a tree where a blob belongs") func corrupt() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let tree = try bare.rawTree([])
        let commit = try bare.commit(
            tree: bare.rawTree([
                ("100644", Array("a".utf8), String(repeating: "1", count: 40)),
                ("100644", Array("b".utf8), tree),
            ])
        )
        let snapshot = try await Repository(path: bare.path).snapshot(of: commit)
        #expect(snapshot.problems.map(\.code) == [.corrupt, .corrupt])
        #expect(snapshot.problems.map(\.path) == ["a", "b"])
    }

    @Test(
        "BI-020: folders outside the repository are refused",
        arguments: ["../x", "/etc", "a/.git"]
    )
    func badFolder(_ folder: String) async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let commit = try bare.commit(["a": "x"])
        let error = await #expect(throws: GitError.self) {
            try await Repository(path: bare.path).snapshot(of: commit, .init(folders: [folder]))
        }
        #expect(error?.code == .badPath)
    }

    @Test("only the folders asked for are listed, sorted, and listed anew where they changed")
    func folders() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        var files = ["a-b/x": "1", "a/z": "2", "a/b/c": "3", "c/d": "4", "root": "5"]
        let first = try bare.commit(files)
        let repository = try Repository(path: bare.path)
        let options = Snapshot.Options(folders: ["a", "a/b", "a-b"])
        let one = try await repository.snapshot(of: first, options)
        #expect(one.entries.map(\.path) == ["a-b/x", "a/b/c", "a/z"])
        files["a/b/e"] = "6"
        files["a/z"] = nil
        let second = try bare.commit(files, parent: first)
        let two = try await repository.snapshot(of: second, options)
        #expect(two.entries.map(\.path) == ["a-b/x", "a/b/c", "a/b/e"])
        let changes = try await repository.changedPaths(from: first, to: second)
        #expect(
            changes == [.init(path: "a/b/e", kind: .added), .init(path: "a/z", kind: .deleted)]
        )
        let all = try await repository.changedPaths(from: nil, to: first, under: "c")
        #expect(all == [.init(path: "c/d", kind: .added)])
        let error = await #expect(throws: GitError.self) {
            try await repository.snapshot(of: first, .init(folders: ["nowhere"]))
        }
        #expect(error?.code == .pathNotFound)
    }

    @Test("a file that becomes a folder is deleted and added") func typeChange() async throws {
        let sandbox = try Sandbox()
        defer { withExtendedLifetime(sandbox) {} }
        let bare = try sandbox.bare()
        let first = try bare.commit(["a": "1", "a.b": "2"])
        let second = try bare.commit(["a/x": "1", "a.b": "2"], parent: first)
        let changes = try await Repository(path: bare.path).changedPaths(from: first, to: second)
        #expect(changes == [.init(path: "a", kind: .deleted), .init(path: "a/x", kind: .added)])
    }
}
