import FleetModel
// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@testable import Planning

@Suite("Properties of plans over random states")
struct PlanPropertyTests {
    static let seeds = Array(0..<600)

    /// A random fleet: declared, carried out with some failures, and then moved on both sides.
    static func random(_ seed: Int) -> FleetFixture {
        var random = Seeded(seed)
        var fixture = FleetFixture(nodes: 2 + random.below(12))
        for number in 0..<random.below(3) {
            fixture.documents.append(FleetFixture.document("d\(number)", "\(random.below(3))"))
        }
        for number in 0..<random.below(5) {
            var association = FleetFixture.association(
                "a\(number)",
                document: fixture.documents[random.below(fixture.documents.count)].name,
                on: random.chance(50) ? "web" : "db",
                dependsOn: number > 0 && random.chance(40) ? ["a\(random.below(number))"] : []
            )
            if random.chance(20) { association.targets.append(.nodes(["n000", "n001"])) }
            if random.chance(20) { association.scheduleExpression = "rate(30 minutes)" }
            association.maxConcurrency = random.chance(50) ? .count(1) : .percent(random.below(100))
            fixture.associations.append(association)
        }
        fixture.fleet.driftMode = random.chance(50) ? .report : .correct
        for _ in 0..<random.below(3) {
            var outcome = ProviderModel.Outcome()
            if random.chance(50) { outcome.failing = ["n00\(random.below(9))"] }
            let statuses: [AssociationTargetStatus] = [
                .failed, .terminated, .interrupted, .cancelled, .timedOut,
            ]
            outcome.status = statuses[random.below(statuses.count)]
            if random.chance(30) { outcome.operationsMax = random.below(30) }
            fixture.reconcile(outcome)
            move(&fixture, &random)
        }
        fixture.fleet.limits = DesiredFleet.Limits(
            changedNodes: random.chance(30) ? .percent(random.below(101)) : nil,
            prunedObjects: random.chance(30) ? random.below(3) : nil,
            worstCaseBrokenNodes: random.chance(30) ? .count(random.below(5)) : nil
        )
        except(&fixture, &random)
        return fixture
    }

    /// Some exceptions, of which some have lapsed.
    static func except(_ fixture: inout FleetFixture, _ random: inout Seeded) {
        for number in 0..<random.below(4) {
            let node = fixture.nodes[random.below(fixture.nodes.count)].name
            let association = fixture.associations[random.below(fixture.associations.count)].name
            let effect: DesiredException.Effect =
                switch random.below(5) {
                case 0: .suspend(.init(targets: [.nodes([node])]))
                case 1: .suspend(.init(targets: [.group("db")], associations: [association]))
                case 2: .ignore(.objects([.init(kind: .association, name: association)]))
                case 3:
                    .ignore(
                        .objects([
                            .init(kind: .node, name: node, fields: ["spec.tags.Role"]),
                            .init(kind: .document, name: "motd"),
                        ])
                    )
                default:
                    .ignore(
                        .objects([
                            .init(
                                kind: .association,
                                name: association,
                                fields: ["spec.parameters", "spec.maxErrors"]
                            )
                        ])
                    )
                }
            fixture.exceptions.append(
                DesiredException(
                    name: "e\(number)",
                    reason: "r",
                    owner: "o",
                    expires: fixture.now.advanced(bySeconds: random.chance(80) ? 1_000_000 : 0),
                    effect: effect,
                    source: at(40 + number)
                )
            )
        }
    }

    static func move(_ fixture: inout FleetFixture, _ random: inout Seeded) {
        for _ in 0..<random.below(5) {
            let place = random.below(fixture.provider.nodes.count)
            switch random.below(12) {
            case 0: fixture.nodes[random.below(fixture.nodes.count)].tags["Role"] = "web"
            case 1: fixture.documents[0] = FleetFixture.document("motd", "\(random.below(9))")
            case 2: fixture.associations[0].parameters["message"] = ["\(random.below(9))"]
            case 3: fixture.provider.nodes[place].pingStatus = .connectionLost
            case 4: fixture.provider.nodes[place].tags["Role"] = "db"
            case 5: fixture.now = fixture.now.advanced(bySeconds: 1000)
            case 6 where fixture.nodes.count > 2: fixture.nodes.remove(at: random.below(2))
            case 7 where fixture.associations.count > 1: fixture.associations.removeLast()
            case 8 where !fixture.provider.associations.isEmpty:
                PlanChangeTests.editLive(&fixture, "theirs")
            case 9: fixture.fleet.prune.toggle()
            case 10:
                var query = fixture.groups[0].selection.tagQuery ?? TagQuery(tags: [:])
                query.not = ["Role": random.chance(50) ? ["db"] : []]
                fixture.groups[0].selection = .query(GroupQuery(tags: query))
            default: fixture.failedTargets = random.chance(20) ? .retry : .hold
            }
        }
    }

    @Test("a plan is sound, and its digest is that of its content", arguments: seeds)
    func sound(seed: Int) {
        let fixture = Self.random(seed)
        let plan = fixture.plan
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty, "seed \(seed)")
    }

    @Test("planning what was just applied yields an empty plan", arguments: seeds)
    func idempotent(seed: Int) {
        var fixture = Self.random(seed)
        fixture.fleet.limits = DesiredFleet.Limits()
        fixture.failedTargets = .hold
        fixture.reconcile()
        let plan = fixture.plan
        #expect(plan.changes.isEmpty, "seed \(seed)")
        // What was held up by something that this plan settled may follow, and then nothing.
        for _ in fixture.associations where !fixture.plan.isEmpty { fixture.reconcile() }
        #expect(fixture.plan.isEmpty, "seed \(seed)")
    }

    @Test("the order of inputs and the time of observing do not matter", arguments: seeds)
    func orderless(seed: Int) {
        let fixture = Self.random(seed)
        var random = Seeded(seed)
        var other = fixture
        other.nodes.shuffle(using: &random)
        other.groups.shuffle(using: &random)
        other.documents.shuffle(using: &random)
        other.associations.shuffle(using: &random)
        other.exceptions.shuffle(using: &random)
        let provider = other.provider
        var associations = provider.associations.shuffled(using: &random)
        for index in associations.indices { associations[index].cohorts.shuffle(using: &random) }
        other.provider = ObservedState(
            observedAt: Timestamp(seconds: 5),
            completeness: provider.completeness,
            nodes: provider.nodes.shuffled(using: &random),
            groups: provider.groups.shuffled(using: &random),
            documents: provider.documents.shuffled(using: &random),
            associations: associations
        )
        #expect(other.plan.digest == fixture.plan.digest, "seed \(seed)")
    }

    @Test("an incomplete observation never deletes", arguments: seeds)
    func incomplete(seed: Int) {
        var fixture = Self.random(seed)
        fixture.provider.completeness = .incomplete(reasons: ["x"])
        #expect(!fixture.plan.changes.contains { $0.action == .delete }, "seed \(seed)")
    }

    @Test("limits are never exceeded but in a refused plan", arguments: seeds)
    func limited(seed: Int) {
        let fixture = Self.random(seed)
        let (plan, limits) = (fixture.plan, fixture.fleet.limits)
        guard plan.limits.refused.isEmpty else { return }
        let ran = Set(
            fixture.provider.associations.flatMap(\.cohorts).filter {
                ![.cancelled, .terminated, .pending].contains($0.status)
            }.flatMap(\.nodes.members).map { fixture.provider.nodes[$0].name }
        )
        let touched = Set(plan.runs.flatMap(\.nodes)).intersection(ran).count
        let size = fixture.provider.nodes.count
        #expect(touched <= limits.changedNodes?.allowedErrors(of: size) ?? .max, "seed \(seed)")
        #expect(plan.summary.delete <= limits.prunedObjects ?? .max, "seed \(seed)")
    }

    @Test("a plan survives its JSON form, and equal plans have equal digests", arguments: seeds)
    func serialised(seed: Int) throws {
        let plan = Self.random(seed).plan
        let copy = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
        #expect(copy == plan, "seed \(seed)")
    }

    @Test("the random states are worth their name: every cause, wait and action occurs")
    func variety() {
        let plans = Self.seeds.map { Self.random($0).plan }
        #expect(Set(plans.flatMap(\.runs).map(\.cause)).isSuperset(of: [.git, .node, .membership]))
        #expect(plans.flatMap(\.runs).contains { $0.cause == .clock })
        #expect(Set(plans.flatMap(\.changes).map(\.cause)).isSuperset(of: [.git, .external]))
        #expect(Set(plans.flatMap(\.changes).map(\.action)).count == 3)
        #expect(
            Set(plans.flatMap(\.waits).map(\.reason))
                .isSuperset(of: [.dependency, .offline, .budget, .suspended])
        )
        #expect(plans.flatMap(\.exceptions).contains { !$0.ignored.isEmpty })
        #expect(plans.flatMap(\.exceptions).contains { !$0.isInForce })
        #expect(plans.contains { !$0.limits.refused.isEmpty })
        #expect(plans.contains { ($0.runs.map(\.wave).max() ?? 0) > 1 })
        #expect(plans.contains { $0.isEmpty })
    }

    @Test("the digest changes when, and only when, the content does")
    func digests() {
        let plans = Self.seeds.map { Self.random($0).plan }
        for group in Dictionary(grouping: plans, by: \.digest).values {
            let contents = Set(group.map { PlanContent($0) })
            #expect(contents.count == 1, "one digest, \(contents.count) contents")
        }
        #expect(Set(plans.map(\.digest)).count == Set(plans.map { PlanContent($0) }).count)
    }

    /// What a plan's digest speaks for.
    private struct PlanContent: Hashable {
        var changes: [PlannedChange], runs: [PlannedRun], waits: [PlannedWait]
        var findings: [Finding], exceptions: [PlannedException]

        init(_ plan: Plan) {
            changes = plan.changes.map { change in
                var change = change
                change.diff = nil
                change.operations = []
                return change
            }
            runs = plan.runs.map { run in
                var run = run
                run.worstCaseBrokenNodes = 0
                return run
            }
            waits = plan.waits
            findings = plan.findings.map { finding in
                var finding = finding
                finding.since = nil
                return finding
            }
            exceptions = plan.exceptions.filter(\.isInForce).map { exception in
                var exception = exception
                exception.state = .inForce
                exception.remark = nil
                exception.nodes = []
                return exception
            }
        }
    }
}
