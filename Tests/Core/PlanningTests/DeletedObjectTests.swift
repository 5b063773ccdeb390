// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import Planning

/// Objects that someone deleted behind git's back, told from those that never were.
@Suite("deleted objects")
struct DeletedObjectTests {
    private func converged(_ mode: DesiredFleet.DriftMode) -> (FleetFixture, AppliedObjects) {
        let fixture = FleetFixture.converged { $0.fleet.driftMode = mode }
        return (fixture, AppliedObjects().updated(with: fixture.input))
    }

    private func plan(_ fixture: FleetFixture, _ applied: AppliedObjects) -> Plan {
        var input = fixture.input
        input.applied = applied
        return Planner.plan(input)
    }

    private func delete(_ kind: ObjectReference.Kind, from provider: inout ObservedState) {
        switch kind {
        case .document: provider.documents.removeAll { $0.name == "motd" }
        case .group: provider.groups.removeAll { $0.name == "web" }
        default: provider.associations.removeAll { $0.name == "motd" }
        }
    }

    @Test(
        "where drift is corrected it is made again, and someone outside git is named",
        arguments: [ObjectReference.Kind.document, .group, .association]
    )
    func corrected(kind: ObjectReference.Kind) throws {
        var (fixture, applied) = converged(.correct)
        delete(kind, from: &fixture.provider)
        let plan = plan(fixture, applied)
        let change = try #require(plan.changes.first { $0.object.kind == kind })
        #expect(change.action == .create)
        #expect(change.cause == .external)
        #expect(plan.summary.drift == 1)
    }

    @Test(
        "where drift is only reported it stays deleted, and nothing runs because of it",
        arguments: [ObjectReference.Kind.document, .group, .association]
    )
    func reported(kind: ObjectReference.Kind) throws {
        var (fixture, applied) = converged(.report)
        delete(kind, from: &fixture.provider)
        let plan = plan(fixture, applied)
        #expect(plan.changes.isEmpty)
        #expect(plan.runs.isEmpty)
        let finding = try #require(plan.findings.first)
        #expect(finding.observed == "was deleted outside git")
        // It goes on being missed, look after look.
        let next = applied.updated(with: fixture.input)
        #expect(self.plan(fixture, next).findings == plan.findings)
    }

    @Test("a change in git is made, deleted or not")
    func gitMoved() throws {
        var (fixture, applied) = converged(.report)
        delete(.document, from: &fixture.provider)
        fixture.documents = [FleetFixture.document("motd", "2")]
        let change = try #require(plan(fixture, applied).changes.first)
        #expect(change.cause == .git)
        #expect(change.action == .create)
    }

    @Test("a provider that has nothing of ours is a new one")
    func newProvider() {
        var (fixture, applied) = converged(.report)
        fixture.provider = ObservedState(
            observedAt: fixture.provider.observedAt,
            nodes: fixture.provider.nodes
        )
        #expect(plan(fixture, applied).changes.allSatisfy { $0.cause == .git })
    }

    @Test("what a plan deletes, or git no longer declares, nobody misses")
    func pruned() throws {
        var (fixture, applied) = converged(.report)
        fixture.associations = []
        let plan = plan(fixture, applied)
        #expect(plan.changes.map(\.action) == [.delete])
        let forgotten = applied.forgetting(deletionsOf: plan)
        #expect(!forgotten.contains(plan.changes[0].object, fixture.digest(of: "motd")))
        fixture.reconcile()
        let after = applied.updated(with: fixture.input)
        #expect(!after.contains(plan.changes[0].object, fixture.digest(of: "motd")))
    }

    @Test("an incomplete observation teaches nothing")
    func incomplete() {
        var (fixture, applied) = converged(.report)
        fixture.provider.documents = []
        fixture.provider.completeness = .incomplete(reasons: ["denied"])
        #expect(applied.updated(with: fixture.input) == applied)
    }
}

extension FleetFixture {
    /// What the provider's tags say was applied of an association.
    fileprivate func digest(of association: String) -> ContentDigest {
        let converged = FleetFixture.converged { $0.fleet.driftMode = .report }
        let tags = converged.provider.associations.first { $0.name == association }?.tags ?? [:]
        return ContentDigest(tags[Ownership.TagKey.digest] ?? "")
    }
}
