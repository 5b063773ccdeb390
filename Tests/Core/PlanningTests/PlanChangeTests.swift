// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

@testable import Planning

@Suite("What changes, and what is only said")
struct PlanChangeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var move: @Sendable (inout FleetFixture) -> Void
        var changes: [String] = []
        var findings: [String] = []
        var testDescription: String { name }

        init(
            _ name: String,
            _ changes: [String] = [],
            findings: [String] = [],
            _ move: @escaping @Sendable (inout FleetFixture) -> Void
        ) {
            self.name = name
            self.changes = changes
            self.findings = findings
            self.move = move
        }
    }

    static func line(_ change: PlannedChange) -> String {
        ([change.action.rawValue, "\(change.object)", change.cause.rawValue]
            + change.fields.map { "\($0.path): \($0.from ?? "-") > \($0.to ?? "-")" })
            .joined(separator: " ")
    }

    static func editLive(_ fixture: inout FleetFixture, _ message: String) {
        let live = fixture.provider.associations[0]
        ProviderModel.update(
            &fixture.provider.associations[0],
            UpdateAssociation(
                associationId: live.id,
                name: live.document,
                documentVersion: live.documentVersion,
                parameters: ["message": [message]],
                targets: live.targets,
                maxConcurrency: live.maxConcurrency,
                maxErrors: live.maxErrors,
                complianceSeverity: live.complianceSeverity
            )
        )
    }

    static let externalEdit = "spec.parameters.message: theirs > hello"

    static let cases: [Case] = [
        Case("tags edited in git", ["update Node/n000 git spec.tags.Env: - > prod"]) {
            $0.nodes[0].tags["Env"] = "prod"
        },
        Case("tags edited by hand, reported", findings: ["Node/n000 external spec.tags.Env = dev"])
        { $0.provider.nodes[0].tags["Env"] = "dev" },
        Case("by hand, corrected", ["update Node/n000 external spec.tags.Env: dev > -"]) {
            $0.fleet.driftMode = .correct
            $0.provider.nodes[0].tags["Env"] = "dev"
        },
        Case("group edited", ["update ResourceGroup/db git spec.query.tags.Role: db > db, pg"]) {
            $0.groups[1].selection = .query(
                GroupQuery(tags: TagQuery(tags: ["Role": ["pg", "db"]]))
            )
        },
        Case(
            "any value is not the value 'any'",
            ["update ResourceGroup/db git spec.query.tags.Role: any > (any)"]
        ) {
            $0.groups[1].selection = .query(GroupQuery(tags: TagQuery(tags: ["Role": ["any"]])))
            $0.reconcile()
            $0.groups[1].selection = .query(GroupQuery(tags: TagQuery(tags: ["Role": []])))
        },
        Case("a description is taken back", ["update ResourceGroup/db git spec.description: x > -"])
        {
            $0.groups[1].description = "x"
            $0.reconcile()
            $0.groups[1].description = nil
        },
        Case(
            "association edited by hand: reported, and run nowhere",
            findings: ["Association/motd external spec.parameters.message = theirs"]
        ) {
            editLive(&$0, "theirs")
        },
        Case(
            "association edited by hand: corrected",
            ["update Association/motd external \(externalEdit)"]
        ) {
            $0.fleet.driftMode = .correct
            editLive(&$0, "theirs")
        },
        Case("nobody says who changed it", ["update Association/motd unknown \(externalEdit)"]) {
            $0.provider.associations[0].tags[Ownership.TagKey.digest] = nil
            editLive(&$0, "theirs")
        },
        Case("git catches up with a change by hand", ["update Association/motd git"]) {
            editLive(&$0, "theirs")
            $0.associations[0].parameters = ["message": ["theirs"]]
        },
        Case(
            "a document's type cannot change",
            findings: [
                "Document/motd git type Command, which no update changes; give it a new name"
            ]
        ) { $0.documents[0].documentType = "Automation" },
        Case(
            "membership moves a list of nodes",
            [
                "update Node/n001 git spec.tags.Role: db > web",
                "update Association/motd membership "
                    + "spec.targets.nodes: n000, n002 > n000, n001, n002",
            ]
        ) {
            $0.associations[0].targets = [.group("web"), .group("web")]
            $0.reconcile()
            $0.nodes[1].tags["Role"] = "web"
        },
        Case(
            "someone else's document",
            findings: [
                "Document/motd external made by someone else, without an owner;"
                    + " 'aplomb adopt --take' makes it ours"
            ]
        ) {
            $0.provider.documents[0].tags = [:]
        },
        Case(
            "another fleet's association",
            findings: ["Association/motd external owned by fleet 'dev' of elsewhere"]
        ) {
            $0.provider.associations[0].tags =
                Ownership(repository: "elsewhere", fleet: "dev")
                .tags(path: "x", commit: "c", digest: ContentDigest(of: ""))
        },
        Case(
            "pruned in the order of use",
            ["delete Association/motd git", "delete Document/motd git"]
        ) {
            $0.associations = []
            $0.documents = []
        },
        Case(
            "prune is off",
            findings: ["Association/motd git still exists; prune is off"]
        ) {
            $0.associations = []
            $0.fleet.prune = false
        },
        Case(
            "an incomplete observation",
            findings: ["Association/motd git still exists; observation is incomplete"]
        ) {
            $0.associations = []
            $0.provider.completeness = .incomplete(reasons: ["a page is missing"])
        },
        Case("nobody's object is never pruned") {
            $0.provider.documents.append(
                ObservedDocument(
                    name: "theirs",
                    documentType: "Command",
                    latestVersion: 1,
                    defaultVersion: 1,
                    digest: ContentDigest(of: "x")
                )
            )
            $0.provider.nodes.append(ObservedNode(id: "mi-x", name: "x", tags: ["Role": "db"]))
        },
    ]

    @Test("each cause of a change, each finding", arguments: cases)
    func causes(_ testCase: Case) {
        var fixture = FleetFixture.converged()
        testCase.move(&fixture)
        let plan = fixture.plan
        #expect(plan.changes.map { Self.line($0) } == testCase.changes)
        #expect(
            plan.findings.map { "\($0.object) \($0.cause.rawValue) \($0.observed)" }
                == testCase.findings
        )
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
        if case .report = fixture.fleet.driftMode, !plan.findings.isEmpty {
            #expect(plan.runs.isEmpty)
        }
        if plan.limits.refused.isEmpty {
            fixture.reconcile()
            #expect(fixture.plan.isEmpty, "carrying it out settles it")
        }
    }

    @Test("what is not seen in an incomplete observation is neither made again nor run again")
    func incomplete() {
        var fixture = FleetFixture.converged()
        fixture.provider.completeness = .incomplete(reasons: ["a page is missing"])
        fixture.provider.associations[0].cohorts = []
        #expect(fixture.plan.isEmpty)
        fixture.provider.associations = []
        #expect(fixture.plan.isEmpty)
        #expect(fixture.plan.waits.map(\.reason) == [.dependency])
    }

    @Test("a run killed after any operation is finished by the next, and nothing is done twice")
    func cutShort() {
        for stop in 0...8 {
            var fixture = FleetFixture.converged()
            fixture.documents[0] = FleetFixture.document("motd", "2")
            fixture.associations[0].maxErrors = .count(1)
            fixture.reconcile(.init(operationsMax: stop))
            let next = fixture.reconcile()
            #expect(fixture.provider.documents[0].latestVersion == 2, "killed after \(stop)")
            #expect(fixture.provider.documents[0].defaultVersion == 2)
            #expect(PlanRunTests.lines(next) == (stop > 5 ? [] : ["1 motd git n000,n002"]))
            #expect(fixture.plan.isEmpty, "killed after \(stop)")
        }
    }

    @Test("the line of the field that changed is named")
    func sources() {
        var fixture = FleetFixture.converged()
        fixture.associations[0].parameters["message"] = ["hi"]
        #expect(fixture.plan.changes.first?.source?.line == 8)
        fixture.associations[0].parameters["message"] = ["hello"]
        fixture.associations[0].targets = [.group("db")]
        #expect(fixture.plan.changes.first?.source?.line == 9)
    }

    @Test("a run names the line that asks for it: the field, or the document's changed line")
    func runSources() {
        var fixture = FleetFixture.converged()
        fixture.associations[0].parameters["message"] = ["hi"]
        #expect(fixture.plan.runs.map(\.source.line) == [8])
        fixture = FleetFixture.converged()
        let old = fixture.documents[0].content
        let new = old + "\n# one line more\n"
        fixture.documents[0] = FleetFixture.document("motd", new)
        var input = fixture.input
        for index in input.observed.documents.indices {
            input.observed.documents[index].content = old
        }
        let lines = old.split(separator: "\n", omittingEmptySubsequences: false).count
        let plan = Planner.plan(input)
        #expect(plan.runs.map(\.source.line) == [lines + 1])
        #expect(plan.changes.map { $0.source?.line } == [lines + 1, lines + 1])
    }

    @Test(
        "the first differing line is found",
        arguments: [
            ("a\nb\n", "a\nb\n", nil), ("a\nb\n", "a\nc\n", 2), ("a\n", "a\nb\n", 2),
            ("a\nb\n", "a\n", 1), ("", "a", 1), ("a", "", 1),
        ] as [(String, String, Int?)]
    )
    func differingLine(old: String, new: String, line: Int?) {
        #expect(firstDifferingLine(from: old, to: new) == line)
    }

    @Test("targets are written in Systems Manager's words where it has them")
    func lowering() {
        let fixture = FleetFixture.converged()
        let table = NodeTable(fixture.input)
        func text(_ targets: DesiredAssociation.Target...) -> [String] {
            table.lower(targets).map { "\($0.key)=\($0.values.joined(separator: ","))" }
        }
        #expect(text(.group("web")) == ["resource-groups:Name=web"])
        #expect(
            text(.tags(TagQuery(tags: ["Role": ["web", "db"], "Env": []])))
                == ["tag-key=Env", "tag:Role=db,web"]
        )
        #expect(
            text(.tags(TagQuery(tags: ["Role": []], not: ["Role": ["db"]])))
                == ["InstanceIds=mi-n000,mi-n002"]
        )
        #expect(text(.nodes(["n003", "n001"])) == ["InstanceIds=mi-n001,mi-n003"])
        #expect(
            text(.group("web"), .nodes(["n001"])) == ["InstanceIds=mi-n000,mi-n001,mi-n002"]
        )
    }

    @Test("lines that end in CR LF are lines")
    func carriageReturns() {
        #expect(
            unifiedDiff(from: "a\r\nb\r\n", to: "a\r\nc\r\n")
                == ["@@ -1,2 +1,2 @@", " a\r", "-b\r", "+c\r"]
        )
    }
}
