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
    private static func broken(_ exception: DesiredException) -> FleetFixture {
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

    // MARK: - Fields

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
            exception: ignore(.association, "motd", "spec.maxErrors"),
            ignored: ["spec.maxErrors"],
            corrected: ["spec.scheduleExpression"],
            move: {
                $0.provider.associations[0].maxErrors = .count(7)
                $0.provider.associations[0].scheduleExpression = "rate(1 day)"
            }
        ),
        Drift(
            name: "one parameter, with all others corrected",
            exception: ignore(.association, "motd", "spec.parameters.extra"),
            ignored: ["spec.parameters.extra"],
            corrected: ["spec.parameters.message"],
            move: {
                $0.provider.associations[0].parameters = ["message": ["theirs"], "extra": ["x"]]
            }
        ),
        Drift(
            name: "every field of an association",
            exception: ignore(.association, "motd"),
            ignored: ["spec.documentVersion", "spec.maxErrors"],
            move: {
                $0.provider.associations[0].documentVersion = "7"
                $0.provider.associations[0].maxErrors = .count(7)
            }
        ),
        Drift(
            name: "the targets of an association",
            exception: ignore(.association, "motd", "spec.targets"),
            ignored: ["spec.targets.group", "spec.targets.nodes"],
            move: {
                $0.provider.associations[0].targets = [
                    TargetExpression(key: TargetExpression.instanceIDs, values: ["mi-n001"])
                ]
            }
        ),
        Drift(
            name: "one tag of a node",
            exception: ignore(.node, "n001", "spec.tags.Role"),
            ignored: ["spec.tags.Role"],
            corrected: ["spec.tags.Other"],
            move: {
                $0.provider.nodes[1].tags["Role"] = "web"
                $0.provider.nodes[1].tags["Other"] = "x"
            }
        ),
        Drift(
            name: "a group's query",
            exception: ignore(.group, "db", "spec.query.tags"),
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
            exception: ignore(.document, "motd", "content"),
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
            let plan = Self.sound(fixture)
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
            let after = Self.sound(fixture)
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
            fixture.now = Self.expires
            let plan = Self.sound(fixture)
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
            #expect(Self.sound(fixture).isEmpty)
            var bare = fixture
            bare.exceptions = []
            #expect(bare.plan.isEmpty && bare.plan.findings.isEmpty)
        }
    }

    @Test("git moves other fields of the object, and the ignored one stays")
    func gitMovesToo() {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [Self.ignore(.association, "motd", "spec.maxErrors")]
        fixture.provider.associations[0].maxErrors = .count(7)
        fixture.associations[0].parameters["message"] = ["bye"]
        let plan = Self.sound(fixture)
        #expect(plan.changes.flatMap(\.fields).map(\.path) == ["spec.parameters.message"])
        #expect(plan.changes.map(\.cause) == [.git])
        #expect(plan.runs.map(\.nodes) == [["n000", "n002"]])
        fixture.reconcile()
        #expect(fixture.provider.associations[0].maxErrors == .count(7))
        #expect(fixture.provider.associations[0].parameters["message"] == ["bye"])
        #expect(Self.sound(fixture).isEmpty)
        fixture.now = Self.expires
        fixture.fleet.driftMode = .correct
        #expect(fixture.plan.changes.flatMap(\.fields).map(\.path) == ["spec.maxErrors"])
    }

    @Test("a field that git moves while it is ignored is git's once the exception has lapsed")
    func gitMovesTheIgnored() {
        var fixture = FleetFixture.converged()
        fixture.exceptions = [Self.ignore(.association, "motd", "spec.maxErrors")]
        fixture.associations[0].maxErrors = .count(3)
        let plan = Self.sound(fixture)
        #expect(plan.isEmpty && plan.findings.isEmpty)
        #expect(plan.exceptions[0].ignored.map(\.cause) == [.git])
        fixture.reconcile()
        fixture.now = Self.expires
        let lapsed = Self.sound(fixture)
        #expect(lapsed.changes.map(\.cause) == [.git] && lapsed.findings.isEmpty)
    }

    @Test("what someone else made an association do is ignored, and run on nobody")
    func frozen() {
        var fixture = Self.broken(Self.ignore(.association, "motd", "spec.parameters"))
        fixture.associations[0].scheduleExpression = "rate(30 minutes)"
        fixture.reconcile()
        fixture.provider.inventory = Self.broken(fixture.exceptions[0]).provider.inventory
        PlanChangeTests.editLive(&fixture, "theirs")
        fixture.provider.associations[0].scheduleExpression = "rate(30 minutes)"
        fixture.now = fixture.now.advanced(bySeconds: 7200)
        fixture.nodes[1].tags["Role"] = "web"
        let plan = Self.sound(fixture)
        #expect(plan.isFrozen(ObjectReference(.association, "motd")))
        #expect(plan.runs.isEmpty)
        #expect(plan.findings.map(\.object.name) == ["ssh-closed"], "the remedy does not run")
        fixture.now = Self.expires
        fixture.fleet.driftMode = .correct
        let lapsed = Self.sound(fixture)
        #expect(lapsed.runs.flatMap(\.nodes) == ["n000", "n001", "n002"])
        #expect(!lapsed.isFrozen(ObjectReference(.association, "motd")))
    }

    @Test("a node keeps an ignored tag and is selected by it")
    func ignoredTagSelects() {
        var fixture = FleetFixture.converged()
        fixture.fleet.driftMode = .correct
        fixture.exceptions = [Self.ignore(.node, "n001")]
        fixture.provider.nodes[1].tags["Role"] = "web"
        let plan = Self.sound(fixture)
        #expect(plan.changes.isEmpty)
        #expect(plan.runs.map(\.nodes) == [["n001"]])
    }

    // MARK: - Limits

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
        fixture.exceptions = [exception(.allow(limits), name: name)]
        if let now { fixture.now = now }
        move(&fixture)
        return sound(fixture)
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
        let lapsed = Self.allow(limits, now: Self.expires, LimitTests.edit)
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
            Self.exception(.allow(.init(changedNodes: .count(9))), name: "a"),
            Self.exception(.allow(.init(changedNodes: .count(5))), name: "b"),
            Self.exception(.allow(.init(changedNodes: .count(2))), name: "c"),
        ]
        LimitTests.edit(&fixture)
        #expect(Self.sound(fixture).limits.allowed.first?.contains("Exception/b of kim") == true)
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
            Self.suspend(nodes: ["n000"], expires: fixture.now.advanced(bySeconds: test.left))
        ]
        let found = Self.sound(fixture).exceptions[0]
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
        let fixture = Self.edited(Self.suspend(nodes: ["n001"]))
        var later = fixture
        later.now = Self.expires.advanced(bySeconds: -1)
        #expect(later.plan.exceptions != fixture.plan.exceptions)
        #expect(later.plan.digest == fixture.plan.digest)
        var without = fixture
        without.exceptions = []
        #expect(without.plan.digest != fixture.plan.digest)
        var lapsed = fixture
        lapsed.now = Self.expires
        #expect(lapsed.plan.digest == without.plan.digest)
        var reworded = fixture
        reworded.exceptions[0].reason = "another"
        #expect(reworded.plan.digest != fixture.plan.digest)
    }

    @Test("the order of exceptions, and of what they meet, means nothing")
    func orderless() {
        var fixture = Self.broken(Self.suspend(nodes: ["n002"]))
        fixture.associations.append(FleetFixture.association("second", on: "db"))
        fixture.provider.groups[0].description = "theirs"
        fixture.exceptions += [
            Self.exception(.suspend(.init(associations: ["second"])), name: "b"),
            Self.exception(.ignore(.policies(["ssh-closed"], targets: [])), name: "c"),
            Self.exception(.ignore(.policies(["ssh-closed"], targets: [.group("web")])), name: "d"),
            Self.exception(
                .ignore(
                    .objects([.init(kind: .group, name: "web"), .init(kind: .node, name: "n001")])
                ),
                name: "e"
            ),
        ]
        let plan = Self.sound(fixture)
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
        var fixture = Self.edited(Self.suspend(nodes: ["n002"], associations: ["second"]))
        fixture.associations.append(FleetFixture.association("second", on: "db"))
        var plan = Self.sound(fixture)
        let mutate = try #require(Self.mutations.first { $0.0 == sentence }).1
        mutate(&plan)
        let violations = PlanCheck.violations(of: plan, input: fixture.input)
        #expect(violations.contains { $0.contains(sentence) }, "\(violations)")
    }
}

extension Plan {
    /// Whether there is nothing to do, to wait for or to tell.
    fileprivate var isInSyncForTests: Bool { isEmpty && waits.isEmpty && findings.isEmpty }
}
