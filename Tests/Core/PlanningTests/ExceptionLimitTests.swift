// SPDX-License-Identifier: Apache-2.0
import FleetModel
import TestSupport
import Testing

@testable import Planning

@Suite("exceptions: limits that are raised, and how plans tell of them")
struct ExceptionLimitTests {
    private static func allow(
        _ limits: DesiredFleet.Limits,
        name: String = "move",
        now: Timestamp? = nil,
        _ move: (inout FleetFixture) -> Void
    ) -> Plan {
        var fixture = FleetFixture.converged(nodes: 10)
        fixture.fleet.limits = DesiredFleet.Limits(
            changedNodes: .percent(10),
            prunedObjects: 0,
            worstCaseBrokenNodes: .count(1)
        )
        fixture.exceptions = [ExceptionTests.exception(.allow(limits), name: name)]
        if let now { fixture.now = now }
        move(&fixture)
        return ExceptionTests.sound(fixture)
    }

    @Test("limits are raised until then, and the plan says by whom")
    func allowed() {
        let limits = DesiredFleet.Limits(
            changedNodes: .percent(100),
            worstCaseBrokenNodes: .count(10)
        )
        let plan = Self.allow(limits, LimitTests.edit)
        #expect(plan.limits.refused.isEmpty)
        #expect(
            plan.limits.allowed == [
                "5 nodes in service would change; limits.changedNodes 10% allows 1 of 10; "
                    + "Exception/move of kim allows 100% until 1970-01-24 03:33:20 UTC",
                "5 nodes in service could break at worst in one wave; "
                    + "limits.worstCaseBrokenNodes 1 allows 1; "
                    + "Exception/move of kim allows 10 until 1970-01-24 03:33:20 UTC",
            ]
        )
        let lapsed = Self.allow(limits, now: ExceptionTests.expires, LimitTests.edit)
        #expect(lapsed.limits.allowed.isEmpty && lapsed.limits.refused.count == 2)
    }

    @Test("an exception that is not enough refuses, and is named")
    func notEnough() {
        let plan = Self.allow(.init(changedNodes: .count(4)), LimitTests.edit)
        #expect(plan.limits.allowed.isEmpty)
        #expect(plan.limits.refused.count == 2)
        #expect(plan.limits.refused[0].hasSuffix("allows 1 of 10, and Exception/move 4"))
    }

    @Test("deletions are allowed, and a plan within the limits needs nobody's word")
    func deletions() {
        let plan = Self.allow(.init(prunedObjects: 1)) { $0.associations = [] }
        #expect(plan.summary.delete == 1 && plan.limits.refused.isEmpty)
        #expect(plan.limits.allowed.count == 1)
        let quiet = Self.allow(.init(prunedObjects: 1)) { _ in }
        #expect(quiet.limits.allowed.isEmpty && quiet.isInSyncForTests)
    }

    @Test("of several that are enough the least is named")
    func least() {
        var fixture = FleetFixture.converged(nodes: 10)
        fixture.fleet.limits.changedNodes = .count(1)
        fixture.exceptions = [
            ExceptionTests.exception(.allow(.init(changedNodes: .count(9))), name: "a"),
            ExceptionTests.exception(.allow(.init(changedNodes: .count(5))), name: "b"),
            ExceptionTests.exception(.allow(.init(changedNodes: .count(2))), name: "c"),
        ]
        LimitTests.edit(&fixture)
        #expect(
            ExceptionTests.sound(fixture).limits.allowed.first?.contains("Exception/b of kim")
                == true
        )
    }

    // MARK: - The list

    struct Moment: CustomTestStringConvertible, Sendable {
        /// Seconds before the end.
        var left: Int64
        var state: PlannedException.State
        var remark: String?
        var testDescription: String { "\(left) seconds before its end" }
    }

    @Test(
        "a plan says how an exception stands",
        arguments: [
            Moment(left: 400 * 86_400, state: .inForce, remark: "as a rule does"),
            Moment(left: 366 * 86_400, state: .inForce),
            Moment(left: 3 * 86_400 + 1, state: .inForce),
            Moment(left: 3 * 86_400, state: .lapsing, remark: "lapses soon"),
            Moment(left: 1, state: .lapsing, remark: "lapses soon"),
            Moment(left: 0, state: .lapsed, remark: "remove it"),
            Moment(left: -1, state: .lapsed, remark: "remove it"),
        ]
    )
    func standing(_ test: Moment) {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [
            ExceptionTests.suspend(
                nodes: ["n000"],
                expires: fixture.now.advanced(bySeconds: test.left)
            )
        ]
        let found = ExceptionTests.sound(fixture).exceptions[0]
        #expect(found.state == test.state)
        if let remark = test.remark {
            #expect(found.remark?.contains(remark) == true)
        } else {
            #expect(found.remark == nil)
        }
        #expect(found.nodes == (test.state == .lapsed ? [] : ["n000"]))
    }

    @Test("the digest tells what is excepted, and not how long it still is")
    func digest() {
        let fixture = ExceptionTests.edited(ExceptionTests.suspend(nodes: ["n001"]))
        var later = fixture
        later.now = ExceptionTests.expires.advanced(bySeconds: -1)
        #expect(later.plan.exceptions != fixture.plan.exceptions)
        #expect(later.plan.digest == fixture.plan.digest)
        var without = fixture
        without.exceptions = []
        #expect(without.plan.digest != fixture.plan.digest)
        var lapsed = fixture
        lapsed.now = ExceptionTests.expires
        #expect(lapsed.plan.digest == without.plan.digest)
        var reworded = fixture
        reworded.exceptions[0].reason = "another"
        #expect(reworded.plan.digest != fixture.plan.digest)
    }

    @Test("the order of exceptions, and of what they meet, means nothing")
    func orderless() {
        var fixture = ExceptionTests.broken(ExceptionTests.suspend(nodes: ["n002"]))
        fixture.associations.append(FleetFixture.association("second", on: "db"))
        fixture.provider.groups[0].description = "theirs"
        fixture.exceptions += [
            ExceptionTests.exception(.suspend(.init(associations: ["second"])), name: "b"),
            ExceptionTests.exception(.ignore(.policies(["ssh-closed"], targets: [])), name: "c"),
            ExceptionTests.exception(
                .ignore(.policies(["ssh-closed"], targets: [.group("web")])),
                name: "d"
            ),
            ExceptionTests.exception(
                .ignore(
                    .objects([.init(kind: .group, name: "web"), .init(kind: .node, name: "n001")])
                ),
                name: "e"
            ),
        ]
        let plan = ExceptionTests.sound(fixture)
        for seed in 0..<20 {
            var random = Seeded(seed)
            var other = fixture
            other.exceptions.shuffle(using: &random)
            other.associations.shuffle(using: &random)
            other.provider.groups.shuffle(using: &random)
            let found = other.plan
            #expect(found == plan, "seed \(seed)")
        }
    }

    static let mutations: [(String, @Sendable (inout Plan) -> Void)] = [
        ("runs and is suspended", { $0.runs[0].object.name = "second" }),
        (
            "changes and is suspended",
            {
                let change = $0.changes.firstIndex { $0.object.kind == .association } ?? 0
                $0.changes[change].object.name = "second"
            }
        ),
        (
            "'n002', which is suspended",
            {
                $0.runs[0].nodes = ["n002"]
                $0.runs[0].nodeIDs = ["mi-n002"]
            }
        ),
        ("no exception in force raises", { $0.limits.allowed = ["Exception/suspend of kim"] }),
        ("does not list the exceptions", { $0.exceptions.removeLast() }),
        ("is not what its expiry says", { $0.exceptions[0].state = .lapsed }),
        (
            "ignores what it may not",
            {
                $0.exceptions[0].ignored = [
                    Finding(
                        .init(.group, "web"),
                        severity: .low,
                        cause: .external,
                        expected: "",
                        observed: ""
                    )
                ]
            }
        ),
    ]

    @Test("a planted fault is found", arguments: mutations.map(\.0))
    func planted(_ sentence: String) throws {
        var fixture = ExceptionTests.edited(
            ExceptionTests.suspend(nodes: ["n002"], associations: ["second"])
        )
        fixture.associations.append(FleetFixture.association("second", on: "db"))
        var plan = ExceptionTests.sound(fixture)
        let mutate = try #require(Self.mutations.first { $0.0 == sentence }).1
        mutate(&plan)
        let violations = PlanCheck.violations(of: plan, input: fixture.input)
        #expect(violations.contains { $0.contains(sentence) }, "\(violations)")
    }
}
