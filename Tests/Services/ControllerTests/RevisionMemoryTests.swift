// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import FleetModel
import Foundation
import Git
import SystemPackage
import Testing

/// E2: a load that remembers says what a load that knows nothing says.
@Suite("loading with a memory")
struct RevisionMemoryTests {
    private static let author = Signature(name: "Ada", email: "ada@example.org", time: 1_000_000)

    private static func association(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: \(name)}
        spec: {document: motd, targets: [{tags: {Role: [web]}}]\(more)}
        """
    }

    private static func fleet(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: aplomb/v1
        kind: Fleet
        metadata: {name: \(name)}
        spec: {prune: true\(more)}
        ---
        apiVersion: aplomb/v1
        kind: Node
        metadata: {name: web-1}
        spec: {tags: {Role: web}}
        """
    }

    private static let document = """
        schemaVersion: "2.2"
        mainSteps:
          - {action: "aws:runShellScript", name: write, inputs: {runCommand: ["true"]}}
        """

    private static let patch =
        ", patches: [{kind: Association, metadata: {name: one},"
        + " spec: {maxErrors: 2}}]"

    /// What each path may hold; the first is the start, `nil` is that it is not there.
    private static let variants: [(path: String, texts: [String?])] = [
        ("prod/fleet.yaml", [fleet("prod"), fleet("prod", patch), fleet("prod", ", nonsense: 1")]),
        ("prod/motd.yaml", [document, nil, document + "\n# the same\n"]),
        ("prod/one.yaml", [association("one"), association("two"), association("one", ", x: 1")]),
        ("prod/two.yaml", [association("two"), nil, "kind: [", association("one")]),
        (
            "prod/sub/three.yaml",
            [nil, association("three"), association("three", ", dependsOn: [one]")]
        ),
        ("stage/fleet.yaml", [nil, fleet("stage"), fleet("prod")]),
        ("prod/sub/fleet.yaml", [nil, fleet("sub"), nil]),
    ]

    private static func git(_ folder: URL) throws -> Repository {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/git")
        git.arguments = ["init", "--quiet", "--bare", "-b", "main", folder.path]
        try git.run()
        git.waitUntilExit()
        return try Repository(path: folder.path)
    }

    private static func loader(_ folder: URL, _ memory: RevisionMemory) -> FleetLoader {
        FleetLoader(
            FleetLoader.Configuration(
                repository: folder.path,
                path: "prod",
                content: .commit,
                workingDirectory: FilePath(folder.path),
                stateDirectory: FilePath(folder.path).appending("state"),
                gitHelper: "/nonexistent",
                access: RemoteAccess(),
                memory: memory,
                now: { Timestamp(seconds: 0) }
            )
        )
    }

    @Test("F-14 seeded commits: remembered and cold loads are equal", arguments: 1...4)
    func edits(seed: Int) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-memory-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let repository = try Self.git(folder)
        let branch = try BranchName("main")
        let memory = RevisionMemory()
        var random = Steps(state: UInt64(seed))
        var tip: ObjectID?
        for round in 0..<25 {
            var edit = TreeEdit()
            if round == 0 {
                for (path, texts) in Self.variants {
                    if let text = texts[0] { edit.write(path, Array(text.utf8)) }
                }
            } else {
                let (path, texts) = Self.variants[random.next(below: Self.variants.count)]
                if let text = texts[random.next(below: texts.count)] {
                    edit.write(path, Array(text.utf8))
                } else {
                    edit.delete(path)
                }
            }
            var base: ObjectID?
            if let tip { base = try await repository.tree(of: tip) }
            guard let tree = try await repository.apply(edit, to: base) else { continue }
            let commit = try await repository.commit(
                tree: tree,
                parents: tip.map { [$0] } ?? [],
                author: Self.author,
                message: "round \(round)"
            )
            _ = try await repository.updateBranch(
                branch,
                expected: tip,
                to: commit,
                by: Self.author,
                reason: "test"
            )
            tip = commit
            let cold = try await Self.loader(folder, RevisionMemory()).load()
            let warm = try await Self.loader(folder, memory).load()
            #expect(warm.desired == cold.desired, "round \(round)")
            #expect(warm.diagnostics == cold.diagnostics, "round \(round)")
            #expect(warm.texts == cold.texts, "round \(round)")
            #expect(warm.commit?.id == cold.commit?.id)
        }
    }
}

/// A generator that is the same everywhere.
private struct Steps {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
