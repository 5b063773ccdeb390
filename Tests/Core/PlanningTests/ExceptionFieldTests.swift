// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import Planning

@Suite("exceptions: fields that differ from git and may")
struct ExceptionFieldTests {
    struct Drift: CustomTestStringConvertible, Sendable {
        var name: String
        var exception: DesiredException
        /// The fields that differ and stay.
        var ignored: [String]
        /// The fields that are corrected all the same.
        var corrected: [String] = []
        var move: @Sendable (inout FleetFixture) -> Void
        var testDescription: String { name }
    }

    static let drifts: [Drift] = [
        Drift(
            name: "one field of an association",
            exception: ExceptionTests.ignore(.association, "motd", "spec.maxErrors"),
            ignored: ["spec.maxErrors"],
            corrected: ["spec.scheduleExpression"],
            move: {
                $0.provider.associations[0].maxErrors = .count(7)
                $0.provider.associations[0].scheduleExpression = "rate(1 day)"
            }
        ),
        Drift(
            name: "one parameter, with all others corrected",
            exception: ExceptionTests.ignore(.association, "motd", "spec.parameters.extra"),
            ignored: ["spec.parameters.extra"],
            corrected: ["spec.parameters.message"],
            move: {
                $0.provider.associations[0].parameters = ["message": ["theirs"], "extra": ["x"]]
            }
        ),
        Drift(
            name: "every field of an association",
            exception: ExceptionTests.ignore(.association, "motd"),
            ignored: ["spec.documentVersion", "spec.maxErrors"],
            move: {
                $0.provider.associations[0].documentVersion = "7"
                $0.provider.associations[0].maxErrors = .count(7)
            }
        ),
        Drift(
            name: "the targets of an association",
            exception: ExceptionTests.ignore(.association, "motd", "spec.targets"),
            ignored: ["spec.targets.group", "spec.targets.nodes"],
            move: {
                $0.provider.associations[0].targets = [
                    TargetExpression(key: TargetExpression.instanceIDs, values: ["mi-n001"])
                ]
            }
        ),
        Drift(
            name: "one tag of a node",
            exception: ExceptionTests.ignore(.node, "n001", "spec.tags.Role"),
            ignored: ["spec.tags.Role"],
            corrected: ["spec.tags.Other"],
            move: {
                $0.provider.nodes[1].tags["Role"] = "web"
                $0.provider.nodes[1].tags["Other"] = "x"
            }
        ),
        Drift(
            name: "a group's query",
            exception: ExceptionTests.ignore(.group, "db", "spec.query.tags"),
            ignored: ["spec.query.tags.Role"],
            corrected: ["spec.description"],
            move: {
                let index = $0.provider.groups.firstIndex { $0.name == "db" } ?? 0
                $0.provider.groups[index].query.tags["Role"] = ["mail"]
                $0.provider.groups[index].description = "theirs"
            }
        ),
        Drift(
            name: "a document's content",
            exception: ExceptionTests.ignore(.document, "motd", "content"),
            ignored: ["content"],
            move: {
                $0.provider.documents[0].digest = ContentDigest(of: "theirs")
                $0.provider.documents[0].content = "theirs"
                $0.provider.documents[0].latestVersion = 2
                $0.provider.documents[0].defaultVersion = 2
            }
        ),
    ]

    @Test("a field that is ignored keeps its live value and is no finding", arguments: drifts)
    func ignoredField(_ test: Drift) {
        for mode in DesiredFleet.DriftMode.allCases {
            var fixture = FleetFixture.converged()
            fixture.fleet.driftMode = mode
            fixture.exceptions = [test.exception]
            test.move(&fixture)
            let plan = ExceptionTests.sound(fixture)
            let told =
                mode == .correct ? plan.changes.flatMap(\.fields) : plan.findings.flatMap(\.fields)
            let paths = told.map(\.path)
            #expect(
                paths.filter { $0 != "spec.documentVersion" } == test.corrected,
                "\(mode): \(paths)"
            )
            let ignored = plan.exceptions[0].ignored
            #expect(ignored.flatMap(\.fields).map(\.path) == test.ignored, "\(mode)")
            #expect(ignored.allSatisfy { $0.cause == .external })
            #expect(plan.findings.isEmpty || mode == .report)
            // What was corrected is corrected once, and what is ignored is left alone.
            fixture.reconcile()
            let after = ExceptionTests.sound(fixture)
            #expect(after.isEmpty)
            #expect(after.exceptions[0].ignored == ignored)
        }
    }

    @Test(
        "what was ignored is corrected, or reported, once the exception has lapsed",
        arguments: drifts
    )
    func lapsedField(_ test: Drift) {
        for mode in DesiredFleet.DriftMode.allCases {
            var fixture = FleetFixture.converged()
            fixture.fleet.driftMode = mode
            fixture.exceptions = [test.exception]
            test.move(&fixture)
            fixture.reconcile()
            fixture.now = ExceptionTests.expires
            let plan = ExceptionTests.sound(fixture)
            let told =
                mode == .correct ? plan.changes.flatMap(\.fields) : plan.findings.flatMap(\.fields)
            #expect(
                Set(told.map(\.path)).isSuperset(of: test.ignored),
                "\(mode): \(told.map(\.path))"
            )
            #expect(plan.changes.allSatisfy { $0.cause == .external })
            #expect(mode == .correct ? plan.findings.isEmpty : plan.changes.isEmpty)
            fixture.fleet.driftMode = .correct
            fixture.reconcile()
            #expect(ExceptionTests.sound(fixture).isEmpty)
            var bare = fixture
            bare.exceptions = []
            #expect(bare.plan.isEmpty && bare.plan.findings.isEmpty)
        }
    }

    @Test("git moves other fields of the object, and the ignored one stays")
    func gitMovesToo() {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [ExceptionTests.ignore(.association, "motd", "spec.maxErrors")]
        fixture.provider.associations[0].maxErrors = .count(7)
        fixture.associations[0].parameters["message"] = ["bye"]
        let plan = ExceptionTests.sound(fixture)
        #expect(plan.changes.flatMap(\.fields).map(\.path) == ["spec.parameters.message"])
        #expect(plan.changes.map(\.cause) == [.git])
        #expect(plan.runs.map(\.nodes) == [["n000", "n002"]])
        fixture.reconcile()
        #expect(fixture.provider.associations[0].maxErrors == .count(7))
        #expect(fixture.provider.associations[0].parameters["message"] == ["bye"])
        #expect(ExceptionTests.sound(fixture).isEmpty)
        fixture.now = ExceptionTests.expires
        fixture.fleet.driftMode = .correct
        #expect(fixture.plan.changes.flatMap(\.fields).map(\.path) == ["spec.maxErrors"])
    }

    @Test("a field that git moves while it is ignored is git's once the exception has lapsed")
    func gitMovesTheIgnored() {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [ExceptionTests.ignore(.association, "motd", "spec.maxErrors")]
        fixture.associations[0].maxErrors = .count(3)
        let plan = ExceptionTests.sound(fixture)
        #expect(plan.isEmpty && plan.findings.isEmpty)
        #expect(plan.exceptions[0].ignored.map(\.cause) == [.git])
        fixture.reconcile()
        fixture.now = ExceptionTests.expires
        let lapsed = ExceptionTests.sound(fixture)
        #expect(lapsed.changes.map(\.cause) == [.git] && lapsed.findings.isEmpty)
    }

    @Test("what someone else made an association do is ignored, and run on nobody")
    func frozen() {
        var fixture = ExceptionTests.broken(
            ExceptionTests.ignore(.association, "motd", "spec.parameters")
        )
        fixture.associations[0].scheduleExpression = "rate(30 minutes)"
        fixture.reconcile()
        fixture.provider.inventory = ExceptionTests.broken(fixture.exceptions[0]).provider.inventory
        PlanChangeTests.editLive(&fixture, "theirs")
        fixture.provider.associations[0].scheduleExpression = "rate(30 minutes)"
        fixture.now = fixture.now.advanced(bySeconds: 7200)
        fixture.nodes[1].tags["Role"] = "web"
        let plan = ExceptionTests.sound(fixture)
        #expect(plan.isFrozen(ObjectReference(.association, "motd")))
        #expect(plan.runs.isEmpty)
        #expect(plan.findings.map(\.object.name) == ["ssh-closed"], "the remedy does not run")
        fixture.now = ExceptionTests.expires
        fixture.fleet.driftMode = .correct
        let lapsed = ExceptionTests.sound(fixture)
        #expect(lapsed.runs.flatMap(\.nodes) == ["n000", "n001", "n002"])
        #expect(!lapsed.isFrozen(ObjectReference(.association, "motd")))
    }

    @Test("a node keeps an ignored tag and is selected by it")
    func ignoredTagSelects() {
        var fixture = FleetFixture.converged()
        fixture.fleet.driftMode = .correct
        fixture.exceptions = [ExceptionTests.ignore(.node, "n001")]
        fixture.provider.nodes[1].tags["Role"] = "web"
        let plan = ExceptionTests.sound(fixture)
        #expect(plan.changes.isEmpty)
        #expect(plan.runs.map(\.nodes) == [["n001"]])
    }
}
