// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning
import Testing

@testable import Reports

@Suite("pull request reports")
struct PullRequestTests {
    @Test("the report of every scene", arguments: Scene.allCases)
    func goldens(_ scene: Scene) throws {
        let report = PullRequestReport.make(head: scene.plan, base: Scene.inSync.plan)
        try expectGolden(MarkdownView.render(report, forge: .github), "pr-\(scene.rawValue).md")
    }

    @Test("what is pending anyway is no part of what merging changes")
    func pendingAnyway() throws {
        var base = Story().applied()
        base.observed.nodes.append(
            ObservedNode(id: "mi-00000000000010009", name: "web-9", tags: ["Role": "web"])
        )
        var head = base
        head.desired.groups.append(
            DesiredGroup(name: "db", query: TagQuery(tags: ["Role": ["db"]]), source: at("g", 9))
        )
        head.commit = "1111111111111111111111111111111111111111"
        let report = PullRequestReport.make(head: head.plan(), base: base.plan())
        let fleet = try #require(report.fleets.first)
        #expect(fleet.merging.changes.map(\.object.name) == ["db"])
        #expect(fleet.merging.runs.isEmpty)
        #expect(fleet.pending.runs.count == 2)
        #expect(fleet.pending.changes.allSatisfy { $0.object.name != "db" })
    }

    @Test("a run that would happen anyway is merging's when what it runs changes")
    func sameRunOtherContent() throws {
        var base = Story().applied()
        base.desired.documents[0].content = motd("one")
        base.desired.documents[0].digest = ContentDigest(of: motd("one"))
        var head = base
        head.desired.documents[0].content = motd("two")
        head.desired.documents[0].digest = ContentDigest(of: motd("two"))
        let report = PullRequestReport.make(head: head.plan(), base: base.plan())
        let fleet = try #require(report.fleets.first)
        #expect(fleet.merging.runs.map(\.object.name) == ["web-motd"])
        #expect(fleet.pending.runs.isEmpty)
    }

    @Test("an invalid head renders what is wrong with it")
    func invalid() throws {
        let findings = [
            Diagnostic("UNKNOWN_FIELD", "no field '`@x`'", at: at("a|b.yaml", 3), hint: "see <b>")
        ]
        let text = MarkdownView.render(invalid: findings, forge: .github)
        try expectGolden(text, "pr-invalid.md")
    }

    @Test(
        "P-12: the budget holds, deletions are all named, and what is cut is counted",
        arguments: Forge.allCases
    )
    func budget(_ forge: Forge) throws {
        var story = Story().applied()
        story.desired.associations = []
        story.desired.documents = (0..<3000).map { index in
            DesiredDocument(
                name: "document-\(index)",
                documentType: "Command",
                format: .yaml,
                content: motd("\(index)"),
                source: at("documents/document-\(index).yaml", 1)
            )
        }
        let report = PullRequestReport.make(head: story.plan(), base: Scene.inSync.plan)
        let text = MarkdownView.render(report, forge: forge)
        #expect(text.utf8.count <= forge.budget)
        #expect(text.contains("`Association/web-motd` in `prod`"))
        #expect(text.contains("Not shown in full"))
        #expect(text.contains("more**"))
        let opened = text.ranges(of: "<details").count
        #expect(opened == text.ranges(of: "</details>").count && opened > 3)
        #expect(text.ranges(of: "\n```").count % 2 == 0)
    }

    @Test("deletions are named even where there is room for nothing else")
    func manyDeletions() {
        var story = Story().applied()
        let document = story.observed.documents[0]
        story.observed.documents = (0..<400).map { index in
            var copy = document
            copy.name = "old-\(index)"
            return copy
        }
        let report = PullRequestReport.make(head: story.plan(), base: nil)
        let text = MarkdownView.render(report, forge: .bitbucket)
        #expect(text.utf8.count <= Forge.bitbucket.budget)
        for index in 0..<400 { #expect(text.contains("`Document/old-\(index)`")) }
    }

    @Test("TH-01-e: nothing of a stranger becomes a mention, a link, an image or HTML")
    func hostile() {
        let report = PullRequestReport.make(head: Scene.hostile.plan, base: nil)
        let text = MarkdownView.render(report, forge: .github)
        var outside = ""
        var fence = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let ticks = String(line.prefix { $0 == "`" })
            if fence.isEmpty, ticks.count >= 3 {
                fence = ticks
            } else if !fence.isEmpty, line == fence {
                fence = ""
            } else if fence.isEmpty {
                outside += withoutCodeSpans(String(line)) + "\n"
            }
        }
        for payload in ["@", "![", "](", "<img", "http", "\u{1b}", "\u{202e}", "# Approved"] {
            #expect(!outside.contains(payload), "\(payload)")
        }
    }

    /// A line without its code spans, as CommonMark pairs backticks.
    private func withoutCodeSpans(_ line: String) -> String {
        var result = ""
        var rest = line[...]
        while let start = rest.firstIndex(of: "`") {
            result += rest[..<start]
            let fence = rest[start...].prefix { $0 == "`" }
            var after = rest[fence.endIndex...]
            var closed = false
            while let next = after.firstIndex(of: "`") {
                let run = after[next...].prefix { $0 == "`" }
                after = after[run.endIndex...]
                if run.count == fence.count {
                    closed = true
                    break
                }
            }
            guard closed else { return result + rest[start...] }
            rest = after
        }
        return result + rest
    }

    @Test("P-11: what only the provider has is not published")
    func liveSecret() {
        let report = PullRequestReport.make(head: Scene.driftReported.plan, base: nil)
        #expect(!MarkdownView.render(report, forge: .github).contains("hunter2"))
    }
}
