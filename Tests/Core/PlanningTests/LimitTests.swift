// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import Planning

@Suite("Limits, and the rules that every plan keeps")
struct LimitTests {
    static func refused(
        _ limits: DesiredFleet.Limits,
        _ move: (inout FleetFixture) -> Void
    ) -> [String] {
        var fixture = FleetFixture.converged(nodes: 10)
        fixture.fleet.limits = limits
        move(&fixture)
        return fixture.plan.limits.refused
    }

    static func edit(_ fixture: inout FleetFixture) { fixture.associations[0].parameters = [:] }

    @Test("too many nodes in service")
    func changedNodes() {
        #expect(Self.refused(.init(changedNodes: .percent(50)), Self.edit).isEmpty)
        #expect(Self.refused(.init(changedNodes: .percent(49)), Self.edit).count == 1)
        #expect(Self.refused(.init(changedNodes: .count(4)), Self.edit).count == 1)
    }

    @Test("too many deletions")
    func pruned() {
        #expect(Self.refused(.init(prunedObjects: 1)) { $0.associations = [] }.isEmpty)
        #expect(Self.refused(.init(prunedObjects: 0)) { $0.associations = [] }.count == 1)
    }

    @Test("too many nodes that could break in one wave")
    func worstCase() {
        let limits = DesiredFleet.Limits(worstCaseBrokenNodes: .count(2))
        let careful: (inout FleetFixture) -> Void = {
            $0.associations[0].maxConcurrency = .count(1)
            $0.associations[0].maxErrors = .count(1)
            Self.edit(&$0)
        }
        #expect(Self.refused(limits, careful).isEmpty)
        #expect(Self.refused(limits, Self.edit).count == 1)
        #expect(
            Self.refused(limits) {
                careful(&$0)
                $0.associations.append(FleetFixture.association("b", on: "db"))
                $0.reconcile()
                $0.associations[0].parameters = ["message": ["again"]]
                $0.associations[1].parameters = [:]
            }.count == 1,
            "two associations of one wave add up"
        )
    }

    @Test("a first convergence is not held against the limits, nor is what it never reached")
    func newNodes() {
        var fixture = FleetFixture(nodes: 10)
        fixture.fleet.limits = .init(changedNodes: .count(1), worstCaseBrokenNodes: .count(1))
        #expect(fixture.plan.limits.refused.isEmpty)
        #expect(fixture.plan.limits.newNodes == 5)
        fixture.reconcile()
        for node in ["n002", "n004", "n006"] { fixture.setStatus(.terminated, of: node) }
        fixture.failedTargets = .retry
        #expect(fixture.plan.limits.refused.isEmpty)
        #expect(fixture.plan.limits.newNodes == 3)
    }

    @Test("rate control counts over all lines of one association")
    func sharedBudget() {
        var fixture = FleetFixture.converged(nodes: 38) {
            for place in $0.nodes.indices { $0.nodes[place].tags["Role"] = "web" }
            $0.associations[0].maxConcurrency = .percent(10)
        }
        for place in 0..<19 {
            fixture.setStatus(.interrupted, of: fixture.nodes[place].name)
            fixture.setStatus(.failed, of: fixture.nodes[place + 19].name)
        }
        fixture.failedTargets = .retry
        #expect(fixture.plan.runs.map(\.worstCaseBrokenNodes) == [1, 1])
        #expect(fixture.plan.limits.worstCaseBrokenNodes == 3)
    }

    static let mutations: [(String, @Sendable (inout Plan) -> Void)] = [
        (
            "runs on no node",
            {
                $0.runs[0].nodes = []; $0.runs[0].nodeIDs = []
            }
        ),
        ("was not observed", { $0.runs[0].nodeIDs[0] = "mi-other" }),
        (
            "out of order or twice",
            {
                $0.runs[0].nodes.swapAt(0, 1); $0.runs[0].nodeIDs.swapAt(0, 1)
            }
        ),
        ("not one id for each", { $0.runs[0].nodeIDs.removeLast() }),
        ("runs twice on one node", { $0.runs.append($0.runs[0]) }),
        ("has no wave", { $0.runs[0].wave = 0 }),
        ("not after Association/motd", { $0.runs[1].wave = $0.runs[0].wave }),
        ("not owned by this fleet", { $0.changes[0].action = .delete }),
        ("is changed 2 times", { $0.changes.append($0.changes[0]) }),
        ("the digest is not", { $0.runs[0].document = "other" }),
        ("the limits count", { $0.limits.changedNodes = 0 }),
    ]

    @Test("a planted fault is found", arguments: mutations.map(\.0))
    func planted(_ sentence: String) throws {
        var fixture = FleetFixture.converged {
            $0.associations.append(
                FleetFixture.association("second", on: "web", dependsOn: ["motd"])
            )
        }
        fixture.documents[0] = FleetFixture.document("motd", "2")
        fixture.documents.append(FleetFixture.document("another", "1"))
        var plan = fixture.plan
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
        let mutate = try #require(Self.mutations.first { $0.0 == sentence }).1
        mutate(&plan)
        let violations = PlanCheck.violations(of: plan, input: fixture.input)
        #expect(violations.contains { $0.contains(sentence) }, "\(violations)")
    }

    @Test("deletions without prune, or without a whole observation, are found")
    func plantedDeletions() {
        var fixture = FleetFixture.converged()
        fixture.associations = []
        let plan = fixture.plan
        #expect(plan.summary.delete == 1)
        fixture.fleet.prune = false
        fixture.provider.completeness = .incomplete(reasons: [])
        #expect(PlanCheck.violations(of: plan, input: fixture.input).count == 2)
    }
}
