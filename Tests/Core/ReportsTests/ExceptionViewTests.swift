// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Foundation
import InventoryQueries
import Planning
import Testing

@testable import Reports

@Suite("exceptions in reports")
struct ExceptionViewTests {
    private func status(_ story: Story, previous: FleetStatus? = nil) -> FleetStatus {
        FleetStatus.make(
            desired: story.desired,
            observed: story.observed,
            plan: story.plan(),
            record: nil,
            previous: previous
        )
    }

    private func text(_ files: [String: [UInt8]]) -> String {
        files.sorted { $0.key < $1.key }.map { path, bytes in
            "==> \(path)\n" + String(decoding: bytes, as: UTF8.self)
        }.joined(separator: "\n")
    }

    @Test("what is ignored leaves a fleet ready, and is counted")
    func ignored() throws {
        var story = Story().applied().excepted()
        // Someone's update of the association was one more version, that no node has run.
        story.observed.associations[1].version = 2
        let made = status(story)
        #expect(made.isReady)
        #expect(made.drift == .ignored && made.driftItems.isEmpty)
        #expect(made.condition(.ready)?.message.contains("2 differences ignored") == true)
        #expect(made.condition(.drifted)?.reason == .driftAccepted)
        #expect(made.headline == "in sync, 2 ignored, 1 exception lapsed")
        let files = StatusTree.files(for: made)
        let shown = files.filter {
            $0.key.contains("/Exception/") || $0.key == "README.md" || $0.key == "prod/fleet.yaml"
        }
        try expectGolden(text(shown), "status-exceptions.txt")
        #expect(!text(files).contains("hunter2"))
        let screen = StatusTerminalView.render(made, style: TerminalStyle())
        try expectGolden(screen, "status-exceptions-screen.txt")
    }

    @Test("time that passes changes no byte, and a lapse is a change of state")
    func lapse() throws {
        var story = Story().applied().excepted()
        let first = status(story)
        let before = StatusTree.files(for: first)
        let index = try #require(before[StatusTree.indexPath])
        let previous = try #require(StatusTree.read(statusJSON: index).first)
        // The exception of two days goes from in force to about to lapse on the way.
        story.observed.observedAt = Story.now.advanced(bySeconds: 86_400)
        let second = status(story, previous: previous)
        #expect(second.newEntry == nil)
        var after = StatusTree.files(for: second)
        for (path, bytes) in before where path.contains("/history/") { after[path] = bytes }
        #expect(text(after) == text(before))
        story.observed.observedAt = Story.now.advanced(bySeconds: 2 * 86_400)
        let third = status(story, previous: previous)
        #expect(third.newEntry != nil)
        #expect(third.drift == .drifted && !third.isReady)
        #expect(third.headline == "2 drifted, 2 exceptions lapsed")
        #expect(third.exceptions?.map(\.state) == [.inForce, .lapsed, .lapsed, .inForce])
        let fourth = status(story, previous: third)
        #expect(fourth.newEntry == nil, "a lapse is told of once")
    }

    @Test("what a suspension holds back is not ready, and goes on by itself")
    func suspendedNode() throws {
        var story = Story().applied()
        // The association changed, and ran on the others alone.
        story.observed.associations[1].version = 2
        var cohort = story.cohort(.success, NodeSet([2]))
        story.observed.associations[1].cohorts = [cohort]
        cohort.associationVersion = 2
        cohort.nodes = NodeSet([0, 1])
        story.observed.associations[1].cohorts.append(cohort)
        story.desired.exceptions = Story().applied().excepted().desired.exceptions.suffix(1)
        let made = status(story)
        let ready = try #require(made.condition(.ready))
        #expect(ready.status == .false && ready.reason == .suspended, "\(ready)")
        #expect(ready.message.contains("1 node: suspended until"))
        #expect(made.condition(.stalled)?.status == .false)
        #expect(made.rollout == .paused)
    }

    @Test("a fleet that is suspended says so first")
    func wholeFleet() throws {
        var story = Story().applied()
        story.desired.exceptions = [
            Story.exception("audit", 600, .suspend(.init(isWholeFleet: true)))
        ]
        let made = status(story)
        #expect(made.headline == "suspended")
        #expect(made.condition(.ready)?.reason == .suspended)
        #expect(made.isSuspended && made.rollout == .paused)
        story.observed.observedAt = Story.now.advanced(bySeconds: 600)
        let after = status(story, previous: made)
        #expect(after.isReady && after.headline == "in sync, 1 exception lapsed")
    }

    @Test("an ignored policy fails on no node, and nothing of a node's inventory is published")
    func policy() throws {
        var story = Story().applied()
        let policy = DesiredPolicy(
            name: "ssh-closed",
            targets: [.group("web")],
            expectations: [.init(.any, .init(typeName: "Custom:Secret"))],
            source: at("environments/prod/policies.yaml", 2)
        )
        story.desired.policies = [policy]
        story.observed.inventory[policy.expectations[0].asked] = InventoryAnswer(
            matching: NodeSet([0]),
            reporting: NodeSet([0, 1])
        )
        let strict = status(story)
        #expect(strict.nodes.failing == 1 && !strict.isReady)
        story.desired.exceptions = [
            Story.exception(
                "legacy",
                3600,
                .ignore(.policies(["ssh-closed"], targets: [.nodes(["web-2", "web-3"])]))
            )
        ]
        let made = status(story)
        #expect(made.isReady && made.nodes.failing == 0, "\(made.conditions)")
        #expect(made.exceptions?.first?.nodes == ["web-2", "web-3"])
        #expect(made.exceptions?.first?.ignored.map(\.live) == ["does not hold"])
        let object = made.objects.first { $0.object.kind == .policy }
        #expect(object?.compliance?.targeted == 1 && object?.compliance?.compliant == 1)
    }

    @Test("merging is told which exceptions it makes, changes and ends")
    func merging() throws {
        var base = Story().applied().excepted()
        var head = base
        head.desired.exceptions[1].expires = Story.now.advanced(bySeconds: 20 * 86_400)
        head.desired.exceptions.remove(at: 2)
        head.desired.exceptions.append(
            Story.exception("web-1", 3600, .suspend(.init(targets: [.nodes(["web-1"])])))
        )
        let report = PullRequestReport.make(head: head.plan(), base: base.plan())
        let fleet = try #require(report.fleets.first)
        #expect(fleet.movedExceptions == ["drift": .changed, "web-1": .new])
        #expect(fleet.endedExceptions == ["old"])
        let text = MarkdownView.render(report, forge: .github)
        try expectGolden(text, "pr-exceptions-moved.md")
        // Nothing moves while time passes.
        base.observed.observedAt = Story.now.advanced(bySeconds: 100)
        #expect(!PullRequestReport.Fleet(head: base.plan(), base: base.plan()).movesExceptions)
    }

    @Test("TH-01: nothing that an author writes steers a terminal or a forge")
    func hostile() {
        var story = Story().applied()
        var exception = Story.exception("x", 3600, .suspend(.init(isWholeFleet: true)))
        exception.reason = "![x](http://evil.example/x.png) `|` \u{1b}]52;c;x\u{7}\u{202e}@admins"
        exception.owner = "<img src=x> `` @team"
        story.desired.exceptions = [exception]
        let report = PullRequestReport.make(head: story.plan(), base: nil)
        let made = status(story)
        let pages = [
            MarkdownView.render(report, forge: .github), text(StatusTree.files(for: made)),
            PlanTerminalView.render(story.plan(), style: TerminalStyle()),
            StatusTerminalView.render(made, style: TerminalStyle()),
            PlanJSONView.render(story.plan()), StatusTree.commitMessage(for: made, runID: nil),
        ]
        for page in pages {
            #expect(!page.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
        }
        // In Markdown both stand in code spans, whose fences are longer than any run of theirs.
        for page in pages.prefix(1) {
            #expect(page.contains("| ```<img src=x> `` @team``` |"), "\(page)")
        }
    }

    @Test("P-12: very many exceptions leave room for the rest")
    func many() {
        var story = Story().applied()
        story.desired.exceptions = (0..<500).map { number in
            Story.exception("e-\(1000 + number)", 3600, .suspend(.init(associations: ["web-motd"])))
        }
        let report = PullRequestReport.make(head: story.plan(), base: nil)
        let text = MarkdownView.render(report, forge: .bitbucket)
        #expect(text.utf8.count <= Forge.bitbucket.budget)
        #expect(text.contains("… and 470 more."))
    }
}
