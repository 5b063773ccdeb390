// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import Testing

@testable import Reports

/// D1: the status branch costs what changed.
@Suite("folders of nodes")
struct NodeFolderTests {
    /// Something that happens to the second of forty nodes.
    struct Change: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var apply: @Sendable (inout Story) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout Story) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    static let changes = [
        Change("its name") { $0.observed.nodes[1].name = "web-1a" },
        Change("away") { $0.observed.nodes[1].pingStatus = .connectionLost },
        Change("its platform") { $0.observed.nodes[1].platformName = "Ubuntu" },
        Change("its version") { $0.observed.nodes[1].platformVersion = "13" },
        Change("its agent") { $0.observed.nodes[1].agentVersion = "0.2.0" },
        Change("failed") { $0.fare(.failed) },
        Change("failed at another time") { $0.fare(.failed, at: 60) },
        Change("running") { $0.fare(.inProgress) },
        Change("never heard of") { story in
            story.observed.associations[0].cohorts = [story.cohort(.success, Self.others)]
        },
        Change("gone") { $0.observed.nodes.removeLast() },
    ]

    static let others = NodeSet(0..<40).subtracting(NodeSet([1]))

    private func status(_ story: Story) -> FleetStatus {
        FleetStatus.make(
            desired: story.desired,
            observed: story.observed,
            plan: story.plan(),
            record: nil,
            previous: nil
        )
    }

    private func update(_ story: Story, after files: [String: [UInt8]]) -> StatusTree.Update {
        let digests = files[StatusTree.digestsPath(of: "prod")]
        return StatusTree.update(
            for: status(story),
            others: [],
            history: nil,
            digests: digests.map { String(decoding: $0, as: UTF8.self) }
        )
    }

    private func story() -> Story {
        var story = Story(nodes: 40, status: .init(nodes: .all)).applied()
        story.fare(.success)
        return story
    }

    @Test(
        "what is kept and what is made anew are together what a first run would make",
        arguments: changes
    )
    func changed(_ change: Change) {
        let before = StatusTree.files(for: status(story()))
        var story = story()
        change.apply(&story)
        let wanted = StatusTree.files(for: status(story))
        #expect(wanted != before)
        let update = update(story, after: before)
        #expect(!update.keptFolders.isEmpty)
        let kept = before.filter { path, _ in
            update.keptFolders.contains { path.hasPrefix($0 + "/") }
        }
        #expect(update.files.merging(kept) { new, _ in new } == wanted)
        #expect(update.files.keys.allSatisfy { kept[$0] == nil })
    }

    @Test("a run that changes nothing makes no node's file")
    func unchanged() {
        let before = StatusTree.files(for: status(story()))
        let update = update(story(), after: before)
        #expect(!update.files.keys.contains { $0.contains("/nodes/") && $0.contains("/mi-") })
        #expect(update.files[StatusTree.digestsPath(of: "prod")] != nil)
    }

    @Test("digests that say nothing keep nothing", arguments: ["", "garbage", "00 \n\n", "98 00"])
    func unknownDigests(_ digests: String) {
        let update = StatusTree.update(
            for: status(story()),
            others: [],
            history: nil,
            digests: digests
        )
        #expect(update.keptFolders.isEmpty)
        #expect(update.files == StatusTree.files(for: status(story())))
    }

    @Test("only a commit that names its own tree is ours")
    func ours() {
        let made = status(story())
        let message = StatusTree.commitMessage(for: made, runID: "1", tree: "abc")
        #expect(StatusTree.isOurs(commitMessage: message, tree: "abc"))
        #expect(!StatusTree.isOurs(commitMessage: message, tree: "abd"))
        let older = StatusTree.commitMessage(for: made, runID: "1")
        #expect(!StatusTree.isOurs(commitMessage: older, tree: "abc"))
        let amended = message + "Aplomb-Tree: abd\n"
        #expect(!StatusTree.isOurs(commitMessage: amended, tree: "abc"))
    }
}

extension Story {
    /// Lets the second node fare in one way under the first association, and the others well.
    fileprivate mutating func fare(_ status: AssociationTargetStatus, at seconds: Int64 = 0) {
        var second = cohort(status, NodeSet([1]))
        second.executedAt = Story.now.advanced(bySeconds: seconds)
        observed.associations[0].cohorts = [cohort(.success, NodeFolderTests.others), second]
    }
}
