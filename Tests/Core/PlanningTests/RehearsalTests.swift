// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import Testing

@testable import Planning

@Suite("Rehearsals as drift detection of associations")
struct RehearsalTests {
    private static let drift = RehearsedOutcome(paths: ["/etc/issue", "/etc/motd"], packages: [])
    private static let clean = RehearsedOutcome(paths: [], packages: [])
    private static let day: Int64 = 86_400

    /// A converged fleet whose association `motd` runs on n000 and n002 and is rehearsed daily.
    private static func fixture(
        _ mode: DesiredFleet.DriftMode = .report,
        _ change: (inout FleetFixture) -> Void = { _ in }
    ) -> FleetFixture {
        FleetFixture.converged { fixture in
            fixture.fleet.driftMode = mode
            for index in fixture.nodes.indices { fixture.nodes[index].host = .local }
            fixture.associations[0].driftDetection = DriftDetection(
                rehearsalIntervalSeconds: Int(day)
            )
            fixture.associations[0].complianceSeverity = .high
            change(&fixture)
        }
    }

    /// An input in which everything that is due was rehearsed, with the same outcome.
    private static func rehearsed(
        _ input: PlanningInput,
        _ outcome: RehearsedOutcome,
        _ moment: RehearsalLedger.Moment = .anyTime
    ) -> PlanningInput {
        var input = input
        for rehearsal in Planner.rehearsalsDue(input) {
            let entry = RehearsalLedger.Entry(rehearsedAt: input.now, outcome: outcome)
            input.rehearsals.note(entry, of: rehearsal, moment)
        }
        return input
    }

    @Test("what ran with success is due until it was rehearsed, and again after the rate")
    func due() {
        var input = Self.fixture().input
        #expect(Planner.rehearsalsDue(input).map(\.node) == ["n000", "n002"])
        #expect(Planner.rehearsalsDue(input).map(\.nodeID.rawValue) == ["mi-n000", "mi-n002"])
        input = Self.rehearsed(input, Self.clean)
        #expect(Planner.rehearsalsDue(input).isEmpty)
        input.now = input.now.advanced(bySeconds: Self.day - 1)
        #expect(Planner.rehearsalsDue(input).isEmpty)
        input.now = input.now.advanced(bySeconds: 1)
        #expect(Planner.rehearsalsDue(input).map(\.node) == ["n000", "n002"])
        // A clock that ran backwards has told nothing.
        input.now = Timestamp(seconds: 10)
        #expect(Planner.rehearsalsDue(input).count == 2)
    }

    @Test("the node that was looked at longest ago comes first")
    func order() {
        var input = Self.fixture().input
        let rehearsal = Planner.rehearsalsDue(input)[0]
        let entry = RehearsalLedger.Entry(rehearsedAt: input.now, outcome: Self.clean)
        input.rehearsals.note(entry, of: rehearsal, .anyTime)
        input.now = input.now.advanced(bySeconds: 2 * Self.day)
        #expect(Planner.rehearsalsDue(input).map(\.node) == ["n002", "n000"])
    }

    @Test(
        "nothing is rehearsed that has not run there as git says it now",
        arguments: ["failed", "edited", "managed", "offline", "off", "new document", "running"]
    )
    func notDue(_ what: String) {
        var fixture = Self.fixture()
        switch what {
        case "failed": fixture.setStatus(.failed, of: "n000")
        case "edited": fixture.associations[0].parameters["message"] = ["other"]
        case "managed": fixture.nodes[0].host = .managed
        case "offline": fixture.provider.nodes[0].pingStatus = .connectionLost
        case "off": fixture.associations[0].driftDetection = nil
        case "new document": fixture.documents = [FleetFixture.document("motd", "2")]
        default: fixture.setStatus(.inProgress, of: "n000")
        }
        let left = ["edited", "off", "new document"].contains(what) ? [] : ["n002"]
        #expect(Planner.rehearsalsDue(fixture.input).map(\.node) == left)
    }

    @Test("a node that would be changed is reported, and a plan alone asks for nothing")
    func report() throws {
        let input = Self.rehearsed(Self.fixture().input, Self.drift)
        let plan = Planner.plan(input)
        #expect(plan.isEmpty && plan.waits.isEmpty)
        let finding = try #require(plan.findings.first)
        #expect(plan.findings.count == 1)
        #expect(finding.object == ObjectReference(.association, "motd"))
        #expect(finding.nodes == ["n000", "n002"] && finding.cause == .node)
        #expect(finding.severity == .high)
        #expect(finding.expected == "no change")
        #expect(finding.observed == "would change /etc/issue and 1 more")
        #expect(Planner.plan(Self.rehearsed(Self.fixture().input, Self.clean)).findings.isEmpty)
    }

    @Test("where the fleet corrects drift it is a run, and what was known is over with it")
    func correct() throws {
        let fixture = Self.fixture(.correct)
        var input = Self.rehearsed(fixture.input, Self.drift)
        let plan = Planner.plan(input)
        #expect(plan.findings.isEmpty)
        let run = try #require(plan.runs.first)
        #expect(plan.runs.count == 1 && run.nodes == ["n000", "n002"] && run.cause == .node)
        #expect(run.reason == "drifted: a run would change /etc/issue and 1 more")
        #expect(PlanCheck.violations(of: plan, input: input).isEmpty)
        input.rehearsals.forget(plan, .hold)
        #expect(Planner.rehearsalsToVerify(plan, input).map(\.node) == ["n000", "n002"])
        #expect(Planner.plan(input).isEmpty)
        #expect(Planner.rehearsalsDue(input).count == 2)
    }

    @Test("a rehearsal before the last run, or of other content, does not count")
    func stale() {
        var fixture = Self.fixture()
        let rehearsed = Self.rehearsed(fixture.input, Self.drift)
        var input = rehearsed
        for index in input.observed.associations[0].cohorts.indices {
            input.observed.associations[0].cohorts[index].executedAt = input.now.advanced(
                bySeconds: 1
            )
        }
        #expect(Planner.plan(input).findings.isEmpty)
        #expect(Planner.rehearsalsDue(input).count == 2)
        fixture.associations[0].parameters["message"] = ["other"]
        fixture.reconcile()
        input = fixture.input
        input.rehearsals = rehearsed.rehearsals
        #expect(Planner.plan(input).findings.isEmpty)
        #expect(Planner.rehearsalsDue(input).count == 2)
    }

    @Test("a document that changes something right after it ran is named once, and not run for it")
    func restless() throws {
        var input = Self.rehearsed(Self.fixture(.correct).input, Self.drift, .afterRun)
        let plan = Planner.plan(input)
        #expect(plan.isEmpty)
        let finding = try #require(plan.findings.first)
        #expect(plan.findings.count == 1 && finding.cause == .unknown && finding.nodes.isEmpty)
        #expect(
            finding.observed == "changes something on each run; cannot detect drift "
                + "(n002: would change /etc/issue and 1 more)"
        )
        input.now = input.now.advanced(bySeconds: 9 * Self.day)
        #expect(Planner.rehearsalsDue(input).isEmpty)
        // Someone asks for another try, and it turns out that it settled.
        input.failedTargets = .retry
        #expect(Planner.rehearsalsDue(input).count == 2)
        input = Self.rehearsed(input, Self.clean, .afterRun)
        input.failedTargets = .hold
        #expect(Planner.plan(input).findings.isEmpty)
        // Other content is another document.
        var edited = Self.fixture { $0.associations[0].parameters["message"] = ["other"] }.input
        edited.rehearsals = Self.rehearsed(Self.fixture().input, Self.drift, .afterRun).rehearsals
        #expect(Planner.plan(edited).findings.isEmpty)
        #expect(Planner.rehearsalsDue(edited).count == 2)
    }

    @Test("what cannot be rehearsed waits and says why, and is tried again after the rate")
    func failed() {
        var input = Self.rehearsed(
            Self.fixture(.correct).input,
            .failed("step 'work' ends Failed on a clone (exit code 1)")
        )
        let plan = Planner.plan(input)
        #expect(plan.isEmpty && plan.findings.isEmpty)
        #expect(
            plan.waits.map(\.message) == [
                "cannot be rehearsed, so drift is not seen: step 'work' ends Failed on a clone "
                    + "(exit code 1)"
            ]
        )
        #expect(Planner.rehearsalsDue(input).isEmpty)
        input.failedTargets = .retry
        #expect(Planner.rehearsalsDue(input).count == 2)
        // What has nothing to do with the document may be over already.
        input.failedTargets = .hold
        input.rehearsals = RehearsalLedger()
        input = Self.rehearsed(input, .unknown(.unavailable, "the disk is full"))
        #expect(Planner.plan(input).waits.count == 1)
        #expect(Planner.rehearsalsDue(input).count == 2)
    }

    @Test("after any other run one node is looked at, until the document is known")
    func sample() {
        var fixture = Self.fixture()
        fixture.associations[0].parameters["message"] = ["other"]
        let plan = fixture.reconcile()
        var input = fixture.input
        #expect(Planner.rehearsalsToVerify(plan, input).map(\.node) == ["n000"])
        let entry = RehearsalLedger.Entry(rehearsedAt: input.now, outcome: Self.clean)
        for rehearsal in Planner.rehearsalsToVerify(plan, input) {
            input.rehearsals.note(entry, of: rehearsal, .afterRun)
        }
        input.rehearsals.forget(plan, .hold)
        #expect(Planner.rehearsalsToVerify(plan, input).isEmpty)
        #expect(Planner.rehearsalsDue(input).count == 2)
        fixture.associations[0].driftDetection = nil
        #expect(Planner.rehearsalsToVerify(plan, fixture.input).isEmpty)
    }

    @Test("another try of a document that changes something each time begins anew")
    func retried() {
        var input = Self.rehearsed(Self.fixture(.correct).input, Self.drift, .afterRun)
        input.failedTargets = .retry
        let plan = Planner.plan(input)
        #expect(plan.runs.map(\.nodes) == [["n000", "n002"]])
        input.rehearsals.forget(plan, .retry)
        input.failedTargets = .hold
        #expect(Planner.rehearsalsToVerify(plan, input).count == 2)
        let settled = Self.rehearsed(input, Self.clean, .afterRun)
        #expect(Planner.plan(settled).findings.isEmpty && Planner.plan(settled).isEmpty)
        let again = Self.rehearsed(input, Self.drift, .afterRun)
        #expect(Planner.plan(again).findings.map(\.cause) == [.unknown])
        // Without a retry a run changes nothing of it.
        var held = Self.rehearsed(Self.fixture(.correct).input, Self.drift, .afterRun)
        held.rehearsals.forget(plan, .hold)
        #expect(Planner.plan(held).findings.map(\.cause) == [.unknown])
    }

    @Test("what is gone is forgotten")
    func settle() {
        var input = Self.rehearsed(Self.fixture().input, Self.clean)
        let before = input.rehearsals
        input.rehearsals.settle(input)
        #expect(input.rehearsals == before)
        input.observed.nodes.removeLast(2)
        input.rehearsals.settle(input)
        #expect(input.rehearsals != before)
        input.desired.associations[0].driftDetection = nil
        input.rehearsals.settle(input)
        #expect(input.rehearsals == RehearsalLedger())
    }

    @Test(
        "an outcome in words",
        arguments: [
            (RehearsedOutcome(paths: ["/a"], packages: []), "would change /a"),
            (
                RehearsedOutcome(paths: ["/a", "/b", "/c"], packages: ["nginx"]),
                "would change /a and 2 more, package nginx"
            ),
            (
                RehearsedOutcome(paths: [], packages: ["a", "b"]),
                "would change packages a and 1 more"
            ),
            (RehearsedOutcome(paths: [], packages: []), "would change nothing"),
            (.unknown(.unavailable, "the disk is full"), "the disk is full"),
        ]
    )
    func words(outcome: RehearsedOutcome, words: String) { #expect(outcome.words == words) }

    @Test("what is kept of rehearsals is read again as it was, and what is empty is not written")
    func coding() throws {
        let many = (0..<7).map { "/etc/\($0)" }
        for outcome in [
            Self.clean, Self.drift, .failed("no"), RehearsedOutcome(paths: many, packages: many),
        ] {
            let input = Self.rehearsed(Self.fixture().input, outcome, .afterRun)
            let data = try JSONEncoder().encode(input.rehearsals)
            #expect(try JSONDecoder().decode(RehearsalLedger.self, from: data) == input.rehearsals)
        }
        let text = String(decoding: try JSONEncoder().encode(Self.clean), as: UTF8.self)
        #expect(text == #"{"status":"unchanged"}"#)
    }
}
