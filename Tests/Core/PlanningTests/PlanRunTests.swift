// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import Planning

@Suite("What runs, on which nodes, and why")
struct PlanRunTests {
    /// One line per run: association, cause, nodes, wave.
    static func lines(_ plan: Plan) -> [String] {
        plan.runs.map { run in
            "\(run.wave) \(run.object.name) \(run.cause.rawValue) "
                + run.nodes.joined(separator: ",")
        }
    }

    static func waits(_ plan: Plan) -> [String] {
        plan.waits.map { wait in
            "\(wait.object) \(wait.reason.rawValue) " + wait.nodes.joined(separator: ",")
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var move: @Sendable (inout FleetFixture) -> Void
        var runs: [String] = []
        var waits: [String] = []
        var findings: [String] = []
        var testDescription: String { name }

        init(
            _ name: String,
            runs: [String] = [],
            waits: [String] = [],
            findings: [String] = [],
            _ move: @escaping @Sendable (inout FleetFixture) -> Void
        ) {
            self.name = name
            self.runs = runs
            self.waits = waits
            self.findings = findings
            self.move = move
        }
    }

    static let cases: [Case] = [
        Case("nothing moved") { _ in },
        Case("parameter edited", runs: ["1 motd git n000,n002"]) {
            $0.associations[0].parameters["message"] = ["hi"]
        },
        Case("two values are not one with a line end", runs: ["1 motd git n000,n002"]) {
            $0.associations[0].parameters["message"] = ["a", "b"]
            $0.reconcile()
            $0.associations[0].parameters["message"] = ["a\nb"]
        },
        Case("document edited", runs: ["1 motd git n000,n002"]) {
            $0.documents[0] = FleetFixture.document("motd", "2")
        },
        Case("rate control, severity and schedule edited: nothing runs again") {
            $0.associations[0].maxErrors = .count(3)
            $0.associations[0].complianceSeverity = .high
            $0.associations[0].scheduleExpression = "rate(30 minutes)"
        },
        Case("a node enters the group", runs: ["1 motd membership n001"]) {
            $0.nodes[1].tags["Role"] = "web"
        },
        Case("a node leaves the group") { $0.nodes[0].tags["Role"] = "db" },
        Case("schedule due", runs: ["1 motd clock n000,n002"]) {
            $0.associations[0].scheduleExpression = "rate(30 minutes)"
            $0.reconcile()
            $0.now = $0.now.advanced(bySeconds: 1800)
        },
        Case("schedule not due") {
            $0.associations[0].scheduleExpression = "rate(30 minutes)"
            $0.reconcile()
            $0.now = $0.now.advanced(bySeconds: 1799)
        },
        Case("failed and held", findings: ["Association/motd node Failed"]) {
            $0.setStatus(.failed, of: "n000")
        },
        Case("failed and retried", runs: ["1 motd node n000"]) {
            $0.setStatus(.failed, of: "n000")
            $0.failedTargets = .retry
        },
        Case("failed, and its schedule is due", runs: ["1 motd clock n000,n002"]) {
            $0.associations[0].scheduleExpression = "rate(30 minutes)"
            $0.reconcile()
            $0.setStatus(.failed, of: "n000")
            $0.now = $0.now.advanced(bySeconds: 1800)
        },
        Case("failed, and then edited", runs: ["1 motd git n000,n002"]) {
            $0.setStatus(.failed, of: "n000")
            $0.associations[0].parameters["message"] = ["hi"]
        },
        Case("held back by maxErrors", waits: ["Association/motd budget n002"]) {
            $0.setStatus(.terminated, of: "n002")
        },
        Case("held back, retried", runs: ["1 motd node n002"]) {
            $0.setStatus(.terminated, of: "n002")
            $0.failedTargets = .retry
        },
        Case("interrupted", runs: ["1 motd node n000"]) {
            $0.setStatus(.interrupted, of: "n000", interruptions: 2)
        },
        Case("interrupted three times", findings: ["Association/motd node Interrupted"]) {
            $0.setStatus(.interrupted, of: "n000", interruptions: 3)
        },
        Case("cancelled", runs: ["1 motd git n000"]) { $0.setStatus(.cancelled, of: "n000") },
        Case("still running", waits: ["Association/motd dependency n000"]) {
            $0.setStatus(.inProgress, of: "n000")
        },
        Case(
            "still running, and edited: two never run at once on a node",
            runs: ["1 motd git n002"],
            waits: ["Association/motd dependency n000"]
        ) {
            $0.setStatus(.inProgress, of: "n000")
            $0.associations[0].parameters["message"] = ["hi"]
        },
        Case(
            "edited while a node is away",
            runs: ["1 motd git n002"],
            waits: ["Association/motd offline n000"]
        ) {
            $0.provider.nodes[0].pingStatus = .connectionLost
            $0.associations[0].parameters["message"] = ["hi"]
        },
        Case("away with nothing to do") { $0.provider.nodes[0].pingStatus = .connectionLost },
        Case("declared and not registered", waits: ["Node/n009 offline n009"]) {
            $0.nodes.append(DesiredNode(name: "n009", tags: ["Role": "web"], source: at(30)))
        },
        Case("many declared and not registered", waits: ["Node/n007 offline n007,n008,n009"]) {
            for name in ["n008", "n009", "n007"] {
                $0.nodes.append(DesiredNode(name: name, tags: ["Role": "web"], source: at(30)))
            }
        },
        Case(
            "targets by name, none registered",
            waits: ["Association/late offline ", "Node/n009 offline n009"]
        ) {
            $0.nodes.append(DesiredNode(name: "n009", source: at(30)))
            $0.associations.append(FleetFixture.association("late", on: "web"))
            $0.associations[1].targets = [.nodes(["n009"])]
        },
        Case("a node that is let go of runs nothing more") {
            $0.nodes.remove(at: 0)
            $0.setStatus(.cancelled, of: "n000")
        },
    ]

    @Test("each reason, each wait, each finding", arguments: cases)
    func reasons(_ testCase: Case) {
        var fixture = FleetFixture.converged()
        testCase.move(&fixture)
        let plan = fixture.plan
        #expect(Self.lines(plan) == testCase.runs)
        #expect(Self.waits(plan) == testCase.waits)
        #expect(
            plan.findings.map { "\($0.object) \($0.cause.rawValue) \($0.observed)" }
                == testCase.findings
        )
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test("an edited document runs exactly its associations, on exactly their nodes")
    func documentEdit() {
        var fixture = FleetFixture.converged {
            $0.documents.append(FleetFixture.document("ntp", "1"))
            $0.associations += [
                FleetFixture.association("motd-db", on: "db"),
                FleetFixture.association("ntp", document: "ntp", on: "web"),
            ]
        }
        fixture.documents[0] = FleetFixture.document("motd", "2")
        let plan = fixture.plan
        #expect(Self.lines(plan) == ["1 motd git n000,n002", "1 motd-db git n001,n003"])
        #expect(
            plan.changes.map(\.object.description) == [
                "Document/motd", "Association/motd", "Association/motd-db",
            ]
        )
        #expect(plan.changes.first?.diff == ["@@ -1,1 +1,1 @@", "-1", "+2"])
        #expect(plan.runs.map(\.documentVersion) == ["2", "2"])
    }

    static func chain() -> FleetFixture {
        FleetFixture.converged {
            $0.associations += [
                FleetFixture.association("second", on: "web", dependsOn: ["motd"]),
                FleetFixture.association("third", on: "db", dependsOn: ["second"]),
            ]
        }
    }

    @Test("waves follow dependsOn, and only what runs pushes others back")
    func waves() {
        var fixture = Self.chain()
        fixture.documents[0] = FleetFixture.document("motd", "2")
        #expect(
            fixture.plan.runs.map { "\($0.wave) \($0.object.name)" }
                == ["1 motd", "2 second", "3 third"]
        )
        fixture = Self.chain()
        fixture.associations[2].parameters = [:]
        #expect(fixture.plan.runs.map { "\($0.wave) \($0.object.name)" } == ["1 third"])
    }

    @Test("what depends on a failed association waits, and so does what depends on that")
    func blocked() {
        var fixture = Self.chain()
        fixture.setStatus(.failed, of: "n000")
        fixture.associations[1].parameters = [:]
        fixture.associations[2].parameters = [:]
        let plan = fixture.plan
        #expect(plan.runs.isEmpty)
        #expect(
            plan.waits.map { "\($0.object.name): \($0.message)" } == [
                "second: Association/motd has failed targets",
                "third: Association/second waits itself",
            ]
        )
    }

    @Test("a dependency that fails on one node and runs on another still blocks")
    func blockedBesideRun() {
        var fixture = Self.chain()
        fixture.setStatus(.failed, of: "n000")
        fixture.nodes[1].tags["Role"] = "web"
        #expect(Self.lines(fixture.plan) == ["1 motd membership n001"])
        #expect(fixture.plan.waits.map(\.object.name) == ["second"])
    }

    @Test("a run that fails leaves its dependents for the next plan, which goes on with them")
    func resumes() {
        var fixture = FleetFixture()
        fixture.associations.append(
            FleetFixture.association("second", on: "web", dependsOn: ["motd"])
        )
        fixture.reconcile(.init(failing: ["n000"]))
        #expect(Self.waits(fixture.plan) == ["Association/second dependency n000,n002"])
        fixture.failedTargets = .retry
        #expect(Self.lines(fixture.plan) == ["1 motd node n000", "2 second git n000,n002"])
        fixture.reconcile()
        #expect(fixture.plan.isEmpty)
    }
}
