// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import Testing

@testable import Planning

@Suite("Policies: what must be true, and what is done about it")
struct PolicyTests {
    private static let port = InventoryQuery(
        typeName: "Custom:ListeningSocket",
        condition: .comparison(attribute: "Port", .equal, .number(22))
    )

    /// A converged fleet of n000 to n003, of which n000 and n002 are web, with a policy on all web
    /// nodes: port 22 is closed.
    ///
    /// `open` nodes have it open, and every node reported at `reportedAt`.
    private static func fixture(
        open: [Int],
        reporting: [Int] = [0, 1, 2, 3],
        reportedAt: Int64 = 1_000_500,
        _ change: (inout DesiredPolicy) -> Void = { _ in }
    ) -> FleetFixture {
        var fixture = FleetFixture.converged()
        var policy = DesiredPolicy(
            name: "ssh-closed",
            targets: [.group("web")],
            complianceSeverity: .critical,
            enforcement: .remediate,
            expectations: [.init(.none, port)],
            remedy: .association("motd"),
            source: at(20)
        )
        change(&policy)
        fixture.policies = [policy]
        let asked = policy.expectations[0].asked
        fixture.provider.inventory[asked] = InventoryAnswer(
            matching: NodeSet(open),
            reporting: NodeSet(reporting),
            reportedAt: Dictionary(
                uniqueKeysWithValues: reporting.map { ($0, Timestamp(seconds: reportedAt)) }
            ),
            evidence: Dictionary(uniqueKeysWithValues: open.map { ($0, ["Port=22 Process=sshd"]) })
        )
        return fixture
    }

    @Test("a policy that holds is no line of the plan")
    func holds() {
        let plan = Self.fixture(open: []).plan
        #expect(plan.isEmpty && plan.waits.isEmpty && plan.findings.isEmpty)
    }

    @Test("a policy that only reports names the nodes, what was wanted and what was found")
    func reports() {
        let plan = Self.fixture(open: [0, 1, 2]) { $0.enforcement = .report }.plan
        #expect(plan.isEmpty)
        #expect(plan.findings.count == 1)
        let finding = plan.findings.first
        #expect(finding?.object == ObjectReference(.policy, "ssh-closed"))
        #expect(finding?.nodes == ["n000", "n002"])
        #expect(finding?.severity == .critical && finding?.cause == .node)
        #expect(finding?.expected == "none of Custom:ListeningSocket where Port = 22")
        #expect(finding?.observed == "n000: Port=22 Process=sshd")
        let byTags = Self.fixture(open: [0, 1, 2]) {
            $0.enforcement = .report
            $0.targets = [.tags(TagQuery(tags: ["Role": ["web"]]))]
        }
        #expect(byTags.plan.findings == plan.findings)
    }

    struct Case: CustomTestStringConvertible {
        var quantifier: DesiredPolicy.Expectation.Quantifier
        var matching: [Int]
        var failing: [Int]
        var testDescription: String { "\(quantifier) with matches on \(matching)" }
    }

    @Test(
        "none, any and all",
        arguments: [
            Case(quantifier: .none, matching: [0], failing: [0]),
            Case(quantifier: .any, matching: [0], failing: [2]),
            // What is asked for `all` is the entries that break it.
            Case(quantifier: .all, matching: [2], failing: [2]),
        ]
    )
    func quantifiers(_ test: Case) {
        let fixture = Self.fixture(open: test.matching) {
            $0.expectations = [.init(test.quantifier, Self.port)]
        }
        let input = fixture.input
        let verdict = PolicyVerdict(fixture.policies[0], NodeTable(input), input.observed)
        #expect(verdict.failing.members == test.failing)
        #expect(verdict.compliant.members == [0, 2].filter { !test.failing.contains($0) })
    }

    @Test("a node that never reported is unknown, and is not judged")
    func unknown() {
        let plan = Self.fixture(open: [0, 2], reporting: [0]) { $0.enforcement = .report }.plan
        #expect(plan.findings.map(\.nodes) == [["n000"]])
        #expect(plan.waits.map(\.nodes) == [["n002"]])
        #expect(plan.waits.first?.message == "no report of Custom:ListeningSocket yet")
    }

    @Test("a remedy runs on exactly the nodes that do not comply, and is no finding meanwhile")
    func remedy() {
        let fixture = Self.fixture(open: [2])
        let plan = fixture.plan
        #expect(plan.runs.map(\.nodes) == [["n002"]])
        #expect(plan.runs.first?.object == ObjectReference(.association, "motd"))
        #expect(plan.runs.first?.reason == "Policy/ssh-closed does not hold")
        #expect(plan.runs.first?.policy == "ssh-closed")
        #expect(plan.runs.first?.source.line == 20)
        #expect(plan.findings.isEmpty)
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test("a remedy waits for a report that is newer than its last run")
    func stale() {
        let plan = Self.fixture(open: [2], reportedAt: 1).plan
        #expect(plan.runs.isEmpty)
        #expect(plan.waits.map(\.nodes) == [["n002"]])
        #expect(
            plan.waits.first?.message == "Association/motd has run, and no newer report has come"
        )
    }

    @Test("a remedy that does not help stops after its attempts, and says so")
    func attempts() {
        var input = Self.fixture(open: [2]).input
        for _ in 1...3 {
            let plan = Planner.plan(input)
            #expect(plan.runs.count == 1)
            input.remedies.note(plan, input.desired)
            input.remedies.settle(input)
        }
        let plan = Planner.plan(input)
        #expect(plan.runs.isEmpty)
        #expect(plan.waits.first?.reason == .budget)
        #expect(plan.waits.first?.message.hasPrefix("Association/motd was tried 3 times") == true)
        #expect(plan.findings.map(\.nodes) == [["n002"]])
        var retried = input
        retried.failedTargets = .retry
        #expect(Planner.plan(retried).runs.map(\.nodes) == [["n002"]])
        // Another version of the policy begins anew.
        var edited = input
        edited.desired.policies[0].maxAttempts = 4
        #expect(Planner.plan(edited).runs.count == 1)
        // A node that complies is forgotten.
        input.observed.inventory[Self.port]?.matching = NodeSet()
        input.remedies.settle(input)
        input.observed.inventory[Self.port]?.matching = NodeSet([2])
        #expect(Planner.plan(input).runs.count == 1)
    }

    @Test("the association of a remedy's document runs for the policy alone")
    func remedyOnly() {
        var fixture = Self.fixture(open: []) { $0.remedy = .document("motd") }
        var remedy = FleetFixture.association("remedy-ssh-closed", on: "web")
        remedy.trigger = .policy
        fixture.associations.append(remedy)
        let quiet = fixture.plan
        #expect(quiet.changes.map(\.object.name) == ["remedy-ssh-closed"])
        #expect(quiet.runs.isEmpty)
        fixture.provider.inventory[Self.port]?.matching = NodeSet([0])
        let plan = fixture.plan
        #expect(plan.runs.map(\.object.name) == ["remedy-ssh-closed"])
        #expect(plan.runs.map(\.nodes) == [["n000"]])
    }

    @Test("a remedy runs on its own targets alone, and nodes beyond them are reported")
    func remedyTargets() {
        let fixture = Self.fixture(open: [0, 1]) { $0.targets = [.group("web"), .group("db")] }
        let plan = fixture.plan
        #expect(plan.runs.map(\.nodes) == [["n000"]])
        #expect(plan.findings.map(\.nodes) == [["n001"]])
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test("what nobody can be asked for on demand is not asked for")
    func askable() {
        var fixture = Self.fixture(open: [], reporting: [0], reportedAt: 999_900)
        #expect(Planner.nodesToAsk(fixture.input, maxAge: 300).map(\.rawValue) == ["mi-n002"])
        #expect(Planner.nodesToAsk(fixture.input, maxAge: 0).count == 2)
        let early = Self.fixture(open: [], reportedAt: 2_000_000)
        #expect(Planner.nodesToAsk(early.input, maxAge: 300).count == 2)
        fixture.policies[0].expectations = [.init(.none, InventoryQuery(typeName: "AWS:File"))]
        #expect(Planner.nodesToAsk(fixture.input, maxAge: 0).isEmpty)
    }

    @Test("a remedy that runs anyway is not run twice, and an offline node is reported")
    func once() {
        var fixture = Self.fixture(open: [0, 2])
        fixture.associations[0].parameters["message"] = ["other"]
        fixture.provider.nodes[2].pingStatus = .connectionLost
        let plan = fixture.plan
        #expect(plan.runs.map(\.nodes) == [["n000"]])
        #expect(plan.runs.first?.policy == nil)
        #expect(plan.findings.map(\.nodes) == [["n002"]])
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }
}
