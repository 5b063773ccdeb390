// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Foundation
import Planning
import PositionedYAML
import Testing

@testable import Reports

/// The plans that every rendering is held against.
enum Scene: String, CaseIterable, CustomTestStringConvertible {
    case firstConvergence, inSync, documentEdit, prune, driftReported, driftCorrected, membership
    case offline, refused, hostile, exceptions, suspended, excepted, unmanaged

    var testDescription: String { rawValue }

    var plan: Plan {
        var story = Story().applied()
        switch self {
        case .firstConvergence: return Story().planWithAuthors()
        case .inSync: break
        case .documentEdit:
            story.desired.documents[0].content = motd("good morning")
            story.desired.documents[0].digest = ContentDigest(of: motd("good morning"))
            return story.planWithAuthors("Kim Park", subject: "Greet the morning")
        case .prune:
            story.desired.associations.removeAll { $0.name == "web-motd" }
            story.desired.documents = []
        case .driftReported:
            story.observed.associations[1].scheduleExpression = "rate(7 days)"
            story.observed.associations[1].parameters = ["message": ["hunter2"]]
        case .driftCorrected:
            story.desired.fleet.driftMode = .correct
            story.observed.associations[1].scheduleExpression = "rate(7 days)"
        case .membership:
            story.previousMembers = ["web": ["web-1", "web-2", "web-3", "web-7"]]
            story.observed.nodes.append(
                ObservedNode(id: "mi-00000000000010009", name: "web-9", tags: ["Role": "web"])
            )
        case .unmanaged:
            story.desired.fleet.driftMode = .correct
            story.desired.fleet.ownership = OwnershipRules(
                observed: ["Association/web-motd", "ResourceGroup/web"],
                ignored: ["Document/motd"]
            )
            story.observed.associations[1].scheduleExpression = "rate(7 days)"
            story.observed.documents = []
        case .offline:
            story.observed.nodes[1].pingStatus = .connectionLost
            story.observed.nodes.append(
                ObservedNode(
                    id: "mi-00000000000010009",
                    name: "web-9",
                    pingStatus: .connectionLost,
                    tags: ["Role": "web"]
                )
            )
        case .refused:
            story.desired.fleet.limits.changedNodes = .percent(50)
            story.desired.documents[0].content = motd("all")
            story.desired.documents[0].digest = ContentDigest(of: motd("all"))
        case .exceptions:
            story = story.excepted()
            story.desired.fleet.limits.changedNodes = .percent(50)
            story.desired.documents[0].content = motd("all")
            story.desired.documents[0].digest = ContentDigest(of: motd("all"))
            story.desired.associations[0].parameters["commands"] = ["apt-get install -y ntp"]
            return story.planWithAuthors("Kim Park", subject: "Move the database")
        case .suspended:
            story.desired.documents[0].content = motd("all")
            story.desired.documents[0].digest = ContentDigest(of: motd("all"))
            story.desired.exceptions = [
                Story.exception("audit", 3600, .suspend(.init(isWholeFleet: true)))
            ]
        case .excepted:
            story = story.excepted()
            story.desired.exceptions.removeFirst()
        case .hostile:
            story = Story()
            story.observed.nodes[0].name = "\u{1b}]52;c;x\u{7}\u{202e}@admins `|` <img src=x>"
            return story.planWithAuthors(
                "![x](http://evil.example/x.png)",
                subject: "``` \n# Approved by @team | yes"
            )
        }
        return story.plan()
    }
}

@Suite("plan views")
struct PlanViewTests {
    @Test(
        "the terminal says what happens to whom, why, and how bad it could get",
        arguments: Scene.allCases
    )
    func terminal(_ scene: Scene) throws {
        let text = PlanTerminalView.render(
            scene.plan,
            style: TerminalStyle(),
            extent: .init(objects: 4, nodes: 3)
        )
        try expectGolden(text, "plan-\(scene.rawValue).txt")
    }

    @Test("a plan in sync is exactly one line")
    func inSync() {
        let plan = Scene.inSync.plan
        #expect(plan.isInSync)
        let text = PlanTerminalView.render(plan, style: TerminalStyle())
        #expect(text == "prod is in sync with 9f3c1e2.\n")
    }

    @Test("the last line is the sentence", arguments: Scene.allCases)
    func lastLine(_ scene: Scene) {
        let plan = scene.plan
        let lines = PlanTerminalView.render(plan, style: TerminalStyle()).split(separator: "\n")
        #expect(lines.last.map(String.init) == PlanSentence.of(plan))
    }

    @Test("colour only paints: without it the words are the same", arguments: Scene.allCases)
    func colour(_ scene: Scene) {
        let plain = PlanTerminalView.render(scene.plan, style: TerminalStyle())
        let painted = PlanTerminalView.render(scene.plan, style: TerminalStyle(colour: true))
        #expect(painted.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    }

    @Test("an ASCII terminal gets ASCII of ours", arguments: Scene.allCases)
    func ascii(_ scene: Scene) {
        let text = PlanTerminalView.render(scene.plan, style: TerminalStyle(glyphs: .ascii))
        let isASCII = text.allSatisfy { $0.isASCII }
        #expect(isASCII)
    }

    @Test("TH-01 TH-03: no byte of a stranger steers the terminal")
    func hostile() {
        let text = PlanTerminalView.render(Scene.hostile.plan, style: TerminalStyle())
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
    }

    @Test("the JSON is the contract, and holds no request", arguments: Scene.allCases)
    func json(_ scene: Scene) throws {
        let plan = scene.plan
        let text = PlanJSONView.render(plan)
        try expectGolden(text, "plan-\(scene.rawValue).json")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(object["kind"] as? String == "Plan")
        let changes = try #require(object["changes"] as? [[String: Any]])
        #expect(changes.count == plan.changes.count)
        #expect(changes.allSatisfy { $0["operations"] == nil })
        let runs = try #require(object["runs"] as? [[String: Any]])
        #expect(runs.map { $0["nodes"] as? [String] } == plan.runs.map(\.nodes))
        #expect(!text.contains("\\/"))
    }
}

@Suite("text")
struct TextTests {
    @Test(
        "widths are those of a terminal",
        arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("ｱ", 1), ("👍", 2), ("", 0)]
    )
    func width(_ text: String, _ width: Int) { #expect(text.displayWidth == width) }

    @Test("columns line up whatever the script and the colour")
    func table() {
        var table = Table([.left, .right, .left], header: ["NAME", "NODES", "WHY"])
        table.row("漢字", "7", "wide")
        table.row(Table.Cell("e\u{301}t\u{e9}", .red), "1234", "combining")
        for colour in [false, true] {
            let lines = table.render(TerminalStyle(colour: colour))
                .map { $0.replacing(/\u{1b}\[[0-9;]*m/, with: "") }
            #expect(lines[0] == "NAME  NODES  WHY")
            #expect(lines[1] == "漢字      7  wide")
            #expect(lines[2] == "e\u{301}t\u{e9}    1234  combining")
        }
    }

    @Test("only the last column is truncated, and only to a width")
    func truncation() {
        var table = Table([.left, .left])
        table.row("Association/base-hardening", "a long message that goes on and on")
        #expect(table.render(TerminalStyle())[0].hasSuffix("on and on"))
        let narrow = table.render(TerminalStyle(width: 40))[0]
        #expect(narrow == "Association/base-hardening  a long mess…")
    }

    @Test(
        "TH-01-e: a code span cannot be left",
        arguments: ["`", "``a`", " ` ", "a|b", "x\ny", ""]
    )
    func codeSpan(_ text: String) {
        let code = MarkdownText.code(text)
        #expect(!code.contains("|") && !code.contains("\n"))
        let fence = code.prefix { $0 == "`" }
        #expect(text.isEmpty || code.hasSuffix(fence))
        #expect(text.isEmpty || !code.dropFirst(fence.count).dropLast(fence.count).contains(fence))
    }

    @Test("YAML quotes what another reader would read as something else")
    func yaml() {
        for text in [
            "yes", "No", "null", "~", "1", "1e3", "0x1f", "2026-11-24", "a: b", "a #b", "- a", "",
            " a", "a ", "{a", "*a", "&a", "!a", "%a", "@a", "`a", "x:", "a\nb", "\u{1b}[0m",
            "\u{202e}", "\"", "\\", "a, b", "[a]", "\u{85}", "'",
        ] {
            #expect(YAMLValue.scalar(text).hasPrefix("\""), "\(text.debugDescription)")
        }
        for text in ["web-1", "sha256:ab", "rate(1 day)", "environments/prod/a.yaml", "10% more"] {
            #expect(YAMLValue.scalar(text) == text || text.first?.isNumber == true)
        }
        let value = YAMLValue.map([
            ("list", .list([.map([("a", .string("yes")), ("b", .integer(1))]), .string("x")])),
            ("none", .list([])), ("empty", .map([])),
        ])
        #expect(
            value.document == """
                list:
                  - a: "yes"
                    b: 1
                  - x
                none: []
                empty: {}

                """
        )
    }
}
