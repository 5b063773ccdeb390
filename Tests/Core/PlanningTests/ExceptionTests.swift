// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import Testing

@testable import Planning

@Suite("Exceptions: what is otherwise for a time, and lapses by itself")
struct ExceptionTests {
    static let expires = Timestamp(seconds: 2_000_000)
    static let words = "suspended until 1970-01-24 03:33:20 UTC by kim: move"

    static func exception(
        _ effect: DesiredException.Effect,
        name: String = "move",
        expires: Timestamp = expires
    ) -> DesiredException {
        DesiredException(
            name: name,
            reason: "move",
            owner: "kim",
            expires: expires,
            effect: effect,
            source: at(30)
        )
    }

    static func suspend(
        nodes: [String] = [],
        associations: [String] = [],
        expires: Timestamp = expires
    ) -> DesiredException {
        let targets: [DesiredAssociation.Target] = nodes.isEmpty ? [] : [.nodes(nodes)]
        return exception(
            .suspend(.init(targets: targets, associations: associations)),
            expires: expires
        )
    }

    static func ignore(
        _ kind: DesiredException.Object.Kind,
        _ name: String,
        _ fields: String...
    ) -> DesiredException {
        exception(.ignore(.objects([.init(kind: kind, name: name, fields: fields)])))
    }

    /// n000 and n002 are web, and `motd` is edited in git.
    static func edited(_ exception: DesiredException) -> FleetFixture {
        var fixture = FleetFixture.converged()
        fixture.associations[0].parameters["message"] = ["bye"]
        fixture.exceptions = [exception]
        return fixture
    }

    /// The plan, once it has passed the check that knows nothing of the planner.
    static func sound(_ fixture: FleetFixture) -> Plan {
        let plan = fixture.plan
        #expect(PlanCheck.violations(of: plan, input: fixture.input) == [])
        return plan
    }

    // MARK: - Suspend

    @Test("nothing runs on a suspended node, and the others go on")
    func suspendedNode() {
        var fixture = Self.edited(Self.suspend(nodes: ["n002"]))
        let plan = Self.sound(fixture)
        #expect(plan.changes.map(\.object.name) == ["motd"])
        #expect(plan.runs.map(\.nodes) == [["n000"]])
        #expect(plan.waits.map(\.nodes) == [["n002"]])
        #expect(plan.waits.map(\.reason) == [.suspended])
        #expect(plan.waits.map(\.message) == [Self.words])
        #expect(plan.waits.map(\.until) == [Self.expires])
        #expect(plan.exceptions.map(\.nodes) == [["n002"]])
        #expect(plan.exceptions.map(\.state) == [.inForce])
        fixture.reconcile()
        let after = Self.sound(fixture)
        #expect(after.isEmpty && after.waits.map(\.nodes) == [["n002"]])
        fixture.now = Self.expires
        let lapsed = Self.sound(fixture)
        #expect(lapsed.runs.map(\.nodes) == [["n002"]])
        #expect(lapsed.waits.isEmpty)
        #expect(lapsed.exceptions.map(\.state) == [.lapsed])
        fixture.reconcile()
        #expect(fixture.plan.isInSyncForTests)
    }

    @Test("a suspended association neither changes nor runs, and what depends on it waits")
    func suspendedAssociation() {
        var fixture = FleetFixture.converged {
            $0.associations.append(
                FleetFixture.association("second", on: "web", dependsOn: ["motd"])
            )
        }
        fixture.documents[0] = FleetFixture.document("motd", "2")
        fixture.exceptions = [Self.suspend(associations: ["motd"])]
        let plan = Self.sound(fixture)
        #expect(plan.changes.map(\.object.description) == ["Document/motd", "Association/second"])
        #expect(plan.runs.isEmpty)
        #expect(plan.waits.map(\.reason) == [.suspended, .dependency])
        #expect(plan.waits.map(\.message) == [Self.words, "Association/motd is suspended"])
        #expect(plan.waits[0].nodes == ["n000", "n002"])
        fixture.now = Self.expires
        let lapsed = Self.sound(fixture)
        #expect(lapsed.changes.count == 3 && lapsed.runs.map(\.wave) == [1, 2])
    }

    @Test("a suspended association with nothing to do is no line")
    func idle() {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [
            Self.suspend(nodes: ["n001"]),
            Self.exception(.suspend(.init(associations: ["motd"])), name: "other"),
        ]
        let plan = Self.sound(fixture)
        #expect(plan.isInSyncForTests)
        #expect(plan.exceptions.map(\.nodes) == [["n001"], ["n000", "n002"]])
    }

    @Test("a suspended node that is offline waits for the exception, and not for its return")
    func offline() {
        for exception in [
            Self.suspend(nodes: ["n002"]), Self.suspend(associations: ["motd"]),
        ] {
            var fixture = Self.edited(exception)
            fixture.provider.nodes[0].pingStatus = .connectionLost
            fixture.provider.nodes[2].pingStatus = .connectionLost
            let plan = Self.sound(fixture)
            let waits = Dictionary(grouping: plan.waits, by: \.reason).mapValues {
                $0.flatMap(\.nodes)
            }
            let isWhole = plan.exceptions[0].associations == ["motd"]
            #expect(waits[.suspended] == (isWhole ? ["n000", "n002"] : ["n002"]))
            #expect(waits[.offline] == (isWhole ? nil : ["n000"]))
        }
    }

    @Test("a new association that is suspended is not made")
    func newAssociation() {
        var fixture = FleetFixture.converged()
        fixture.associations.append(FleetFixture.association("second", on: "db"))
        fixture.exceptions = [Self.suspend(associations: ["second"])]
        let plan = Self.sound(fixture)
        #expect(plan.isEmpty)
        #expect(plan.waits.map(\.object.name) == ["second"])
        #expect(plan.waits.map(\.nodes) == [["n001", "n003"]])
    }

    @Test("of two exceptions on one node the one that ends last is named")
    func overlapping() {
        var fixture = Self.edited(Self.suspend(nodes: ["n000", "n002"]))
        let later = Self.expires.advanced(bySeconds: 60)
        fixture.exceptions.append(
            Self.exception(
                .suspend(.init(targets: [.nodes(["n002"])])),
                name: "later",
                expires: later
            )
        )
        let plan = Self.sound(fixture)
        #expect(plan.runs.isEmpty)
        #expect(Set(plan.waits.map(\.until)) == [Self.expires, later])
        #expect(plan.waits.first { $0.until == later }?.nodes == ["n002"])
        fixture.now = Self.expires
        #expect(Self.sound(fixture).runs.map(\.nodes) == [["n000"]])
    }

    @Test("a fleet that is suspended is planned as ever, and the plan says that it is")
    func wholeFleet() {
        let without = Self.edited(Self.suspend(nodes: ["n001"])).plan
        let plan = Self.sound(
            Self.edited(Self.exception(.suspend(.init(isWholeFleet: true))))
        )
        #expect(plan.changes == without.changes && plan.runs == without.runs)
        #expect(plan.suspension?.name == "move")
        #expect(without.suspension == nil)
    }

    // MARK: - Policies

    private static let port = InventoryQuery(
        typeName: "Custom:ListeningSocket",
        condition: .comparison(attribute: "Port", .equal, .number(22))
    )

    /// A policy on the web nodes, which both break it and which `motd` remedies.
    static func broken(_ exception: DesiredException) -> FleetFixture {
        var fixture = FleetFixture.converged()
        fixture.policies = [
            DesiredPolicy(
                name: "ssh-closed",
                targets: [.group("web")],
                enforcement: .remediate,
                expectations: [.init(.none, port)],
                remedy: .association("motd"),
                source: at(20)
            )
        ]
        let time = Timestamp(seconds: 1_000_500)
        fixture.provider.inventory[port] = InventoryAnswer(
            matching: NodeSet([0, 2]),
            reporting: NodeSet([0, 2]),
            reportedAt: [0: time, 2: time],
            evidence: [0: ["Port=22"], 2: ["Port=22"]]
        )
        fixture.exceptions = [exception]
        return fixture
    }

    @Test("no remedy runs on a suspended node, and the policy waits")
    func suspendedRemedy() {
        let plan = Self.sound(Self.broken(Self.suspend(nodes: ["n002"])))
        #expect(plan.runs.map(\.nodes) == [["n000"]])
        #expect(plan.waits.map(\.object.description) == ["Policy/ssh-closed"])
        #expect(plan.waits.map(\.nodes) == [["n002"]])
    }

    @Test("a suspended node is not asked for its inventory either")
    func notAsked() {
        var fixture = Self.broken(Self.suspend(nodes: ["n002"]))
        #expect(Planner.nodesToAsk(fixture.input, maxAge: 0).map(\.rawValue) == ["mi-n000"])
        fixture.now = Self.expires
        #expect(Planner.nodesToAsk(fixture.input, maxAge: 0).count == 2)
    }

    @Test("a policy that is ignored on a node is no finding there, and is not remedied")
    func ignoredPolicy() {
        var fixture = Self.broken(
            Self.exception(.ignore(.policies(["ssh-closed"], targets: [.nodes(["n002", "n001"])])))
        )
        let plan = Self.sound(fixture)
        #expect(plan.runs.map(\.nodes) == [["n000"]])
        #expect(plan.findings.isEmpty && plan.waits.isEmpty)
        #expect(plan.exceptions[0].nodes == ["n002"])
        #expect(plan.exceptions[0].ignored.map(\.nodes) == [["n002"]])
        #expect(plan.exceptions[0].ignored.map(\.observed) == ["Port=22"])
        fixture.now = Self.expires
        let lapsed = Self.sound(fixture)
        #expect(lapsed.runs.map(\.nodes) == [["n000", "n002"]])
        #expect(lapsed.exceptions[0].ignored.isEmpty)
    }

    @Test("a policy that is ignored everywhere is judged nowhere")
    func ignoredEverywhere() {
        var fixture = Self.broken(
            Self.exception(.ignore(.policies(["ssh-closed"], targets: [])))
        )
        fixture.provider.inventory[Self.port]?.reporting = NodeSet([0])
        let plan = Self.sound(fixture)
        #expect(plan.isInSyncForTests)
        #expect(plan.exceptions[0].ignored.map(\.nodes) == [["n000"]])
    }
}

extension Plan {
    /// Whether there is nothing to do, to wait for or to tell.
    var isInSyncForTests: Bool { isEmpty && waits.isEmpty && findings.isEmpty }
}
