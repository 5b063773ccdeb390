// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import FleetModel
import Foundation
import Git
import Planning
import Testing

/// F-08: the branch says what is, whoever wrote on it before.
@Suite("writing the status branch")
struct StatusWriterTests {
    private let folder: URL
    private let repository: Repository

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-status-\(UUID().uuidString.prefix(8))")
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/git")
        git.arguments = ["init", "--quiet", "--bare", folder.path]
        try git.run()
        git.waitUntilExit()
        repository = try Repository(path: folder.path)
    }

    private static let author = Signature(name: "Ada", email: "ada@example.org", time: 1_000_000)

    private func content(failing: NodeSet = NodeSet(), nodes: Int = 60) -> StatusContent {
        let source = SourceRange(wholeFile: "fleet.yaml")
        let desired = DesiredState(
            fleet: DesiredFleet(
                name: "prod",
                prune: true,
                status: .init(nodes: .all),
                source: source
            ),
            nodes: [],
            groups: [],
            documents: [],
            associations: [
                DesiredAssociation(
                    name: "motd",
                    document: "AWS-RunShellScript",
                    targets: [.tags(TagQuery(tags: ["Role": ["web"]]))],
                    source: source
                )
            ]
        )
        let all = NodeSet(below: nodes)
        let cohorts = [
            (AssociationTargetStatus.success, all.subtracting(failing)), (.failed, failing),
        ]
        let observed = ObservedState(
            observedAt: Timestamp(seconds: 1_000_000),
            nodes: (0..<nodes).map {
                ObservedNode(id: NodeID("mi-\($0)"), name: "web-\(100 + $0)", tags: ["Role": "web"])
            },
            associations: [
                ObservedAssociation(
                    id: "a-1",
                    name: "motd",
                    document: "AWS-RunShellScript",
                    targets: [],
                    cohorts: cohorts.filter { !$0.1.isEmpty }.map {
                        ObservedAssociation.Cohort(
                            status: $0.0,
                            associationVersion: 1,
                            executedAt: Timestamp(seconds: 900_000),
                            nodes: $0.1
                        )
                    }
                )
            ]
        )
        let input = PlanningInput(
            desired: desired,
            observed: observed,
            commit: "1",
            repository: "r",
            now: Timestamp(seconds: 1_000_000)
        )
        return StatusContent(desired: desired, observed: observed, remaining: Planner.plan(input))
    }

    private func write(_ content: StatusContent, on tip: ObjectID?) async throws -> ObjectID? {
        try await StatusWriter(content: content, author: Self.author)
            .write(in: repository, on: tip)
    }

    /// What another writer puts on top, with any message.
    private func edit(
        _ tip: ObjectID,
        _ changes: [String: TreeEdit.Change],
        message: String
    ) async throws -> ObjectID {
        let base = try await repository.tree(of: tip)
        let tree = try #require(await repository.apply(TreeEdit(changes), to: base))
        return try await repository.commit(
            tree: tree,
            parents: [tip],
            author: Self.author,
            message: message
        )
    }

    @Test("nothing new is no commit, and one node's news is its folder alone")
    func grows() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try #require(await write(content(), on: nil))
        #expect(try await write(content(), on: first) == nil)
        let second = try #require(await write(content(failing: NodeSet([7])), on: first))
        let paths = try await repository.changedPaths(from: first, to: second).map(\.path)
        #expect(paths.count { $0.contains("/mi-") } == 1)
        #expect(paths.contains { $0.hasSuffix("/mi-7.yaml") })
        let third = try #require(await write(content(), on: second))
        let end = try await repository.changedPaths(from: first, to: third)
        #expect(end.allSatisfy { !$0.path.contains("/mi-") })
    }

    @Test("a node that is gone takes its file along")
    func gone() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try #require(await write(content(), on: nil))
        let second = try #require(await write(content(nodes: 59), on: first))
        let alone = try #require(await write(content(nodes: 59), on: nil))
        let nodes = try await repository.changedPaths(from: alone, to: second, under: "prod/nodes")
        #expect(nodes.isEmpty)
    }

    @Test(
        "a hand that edits the branch is put right, whatever it says",
        arguments: ["fix", "Aplomb-Tree: 0000000000000000000000000000000000000000", "SAME"]
    )
    func edited(_ said: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try #require(await write(content(), on: nil))
        let paths = try await repository.paths(
            under: "prod/nodes",
            of: first,
            except: [],
            entriesMax: 1000
        )
        let node = try #require(paths.first { $0.hasSuffix("/mi-7.yaml") })
        let other = try #require(paths.first { $0.hasSuffix("/mi-8.yaml") })
        let changes: [String: TreeEdit.Change] = [
            node: .write(Array("ping: Lost\n".utf8)), other: .delete,
            "prod/nodes/zz/mi-x.yaml": .write(Array("a: b\n".utf8)),
            "prod/objects": .write(Array("a file where a folder is to be\n".utf8)),
        ]
        let message = said == "SAME" ? try await repository.message(of: first) : said
        let tip = try await edit(first, changes, message: message)
        let second = try #require(await write(content(), on: tip))
        let differences = try await repository.changedPaths(from: first, to: second)
        #expect(differences.isEmpty)
    }
}
