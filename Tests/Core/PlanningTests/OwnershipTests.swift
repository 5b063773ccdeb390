// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import TestSupport
import Testing

@testable import Planning

@Suite("Objects that a fleet does not manage, and objects that it takes over")
struct OwnershipTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// What is done to the converged fleet, at the provider or in git.
        var move: @Sendable (inout FleetFixture) -> Void
        /// What an observed object then says; an ignored one says nothing.
        var findings: [String]
        var object: String

        init(
            _ name: String,
            _ object: String,
            _ findings: [String],
            _ move: @escaping @Sendable (inout FleetFixture) -> Void
        ) {
            (testDescription, self.object, self.findings, self.move) = (
                name, object, findings, move
            )
        }
    }

    static let cases: [Case] = [
        Case("a node's tags", "Node/n000", ["spec.tags.Role = api"]) {
            $0.provider.nodes[0].tags["Role"] = "api"
        },
        Case("a node that nobody registered", "Node/n000", ["does not exist"]) {
            $0.provider.nodes[0].tags = [:]
            $0.provider.nodes[0].isRegistered = false
        },
        Case("a group's query", "ResourceGroup/db", ["spec.query.tags.Role = pg"]) {
            $0.provider.groups[0].query = TagQuery(tags: ["Role": ["pg"]])
        },
        Case("a group that is gone", "ResourceGroup/db", ["does not exist"]) {
            $0.provider.groups.removeFirst()
        },
        Case("a document's content", "Document/motd", ["content = \(ContentDigest(of: "x"))"]) {
            $0.provider.documents[0].digest = ContentDigest(of: "x")
        },
        Case(
            "an association, field by field",
            "Association/motd",
            ["spec.parameters.message = theirs"]
        ) { PlanChangeTests.editLive(&$0, "theirs") },
        Case("an association that is gone", "Association/motd", ["does not exist"]) {
            $0.provider.associations = []
        },
        Case("git moves on", "Association/motd", ["spec.maxErrors = 0"]) {
            $0.associations[0].maxErrors = .count(7)
        },
        Case("a failed target is not tried again", "Association/motd", []) {
            $0.setStatus(.interrupted, of: "n000")
            $0.failedTargets = .retry
        },
        Case("nobody's", "Document/motd", []) { $0.provider.documents[0].tags = [:] },
        Case("another fleet's", "Association/motd", []) {
            $0.provider.associations[0].tags =
                Ownership(repository: "elsewhere", fleet: "dev")
                .tags(path: "x", commit: "c", digest: ContentDigest(of: ""))
        },
    ]

    @Test(
        "what is observed is reported and left alone, in either mode of drift",
        arguments: cases,
        DesiredFleet.DriftMode.allCases
    )
    func observed(_ testCase: Case, mode: DesiredFleet.DriftMode) throws {
        var fixture = FleetFixture.converged()
        fixture.fleet.driftMode = mode
        fixture.fleet.ownership = OwnershipRules(observed: [testCase.object])
        testCase.move(&fixture)
        let plan = fixture.plan
        let object = try #require(ObjectReference(typed: testCase.object))
        let findings = plan.findings.filter { $0.object == object }
        #expect(findings.map(\.observed) == testCase.findings)
        #expect(plan.unmanaged == [UnmanagedObject(object: object, ownership: .observed)])
        #expect(!plan.changes.contains { $0.object == object })
        #expect(!plan.runs.contains { $0.object == object })
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test("what is ignored is not even reported", arguments: cases)
    func ignored(_ testCase: Case) throws {
        var fixture = FleetFixture.converged()
        fixture.fleet.driftMode = .correct
        fixture.fleet.ownership = OwnershipRules(ignored: [testCase.object])
        testCase.move(&fixture)
        let plan = fixture.plan
        let object = try #require(ObjectReference(typed: testCase.object))
        let lines =
            plan.changes.map(\.object) + plan.runs.map(\.object) + plan.findings.map(\.object)
        #expect(!lines.contains(object))
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test(
        "what is ignored and no longer in git is not deleted",
        arguments: [
            "Node/n000", "ResourceGroup/web", "Document/motd", "Association/motd",
        ]
    )
    func kept(object: String) {
        var fixture = FleetFixture.converged()
        fixture.nodes.removeFirst()
        fixture.groups.removeAll { $0.name == "web" }
        fixture.documents = []
        fixture.associations = []
        #expect(fixture.plan.changes.map { "\($0.object)" }.contains(object))
        fixture.fleet.ownership = OwnershipRules(ignored: [object])
        #expect(!fixture.plan.changes.map { "\($0.object)" }.contains(object))
    }

    @Test("others may refer to what has no manifest: a document, a group, a dependency")
    func references() throws {
        var fixture = FleetFixture.converged()
        fixture.provider.documents[0].tags = [:]
        fixture.provider.groups[1].tags = [:]
        fixture.provider.associations[0].tags = [:]
        fixture.provider.associations[0].name = "base"
        fixture.documents = []
        fixture.groups.removeAll { $0.name == "web" }
        fixture.associations = [
            FleetFixture.association("more", on: "web", dependsOn: ["base"])
        ]
        fixture.fleet.ownership = OwnershipRules(
            ignored: ["Document/motd", "ResourceGroup/web", "Association/base"]
        )
        let plan = fixture.plan
        let change = try #require(plan.changes.first { $0.object.name == "more" })
        guard case .createAssociation(let request)? = change.operations.first else {
            Issue.record("\(change.operations)")
            return
        }
        #expect(request.documentVersion == "$DEFAULT")
        #expect(request.targets?.map(\.key) == [TargetExpression.resourceGroup])
        #expect(PlanRunTests.lines(plan) == ["1 more git n000,n002"])
        #expect(plan.changes.count == 1)
        fixture.provider.documents = []
        #expect(fixture.plan.isEmpty)
        #expect(
            fixture.plan.waits.map(\.message).contains { $0.hasPrefix("there is no Document/motd") }
        )
    }

    @Test("leaving a document to someone else runs nothing", arguments: ObjectOwnership.allCases)
    func leave(mode: ObjectOwnership) {
        var fixture = FleetFixture.converged()
        fixture.fleet.ownership = OwnershipRules(
            observed: mode == .observed ? ["Document/motd"] : [],
            ignored: mode == .ignored ? ["Document/motd"] : []
        )
        #expect(fixture.plan.isEmpty && fixture.plan.findings.isEmpty)
    }

    @Test("the provider says who is in a group that is only observed")
    func membership() {
        var fixture = FleetFixture.converged()
        fixture.fleet.ownership = OwnershipRules(observed: ["ResourceGroup/web"])
        let place = fixture.provider.groups.firstIndex { $0.name == "web" } ?? 0
        fixture.provider.groups[place].query = TagQuery(tags: ["Role": ["web", "db"]])
        #expect(PlanRunTests.lines(fixture.plan) == ["1 motd membership n001,n003"])
        fixture.provider.groups.remove(at: place)
        fixture.associations[0].targets = [.group("web")]
        let targets = fixture.plan.changes.flatMap { $0.fields.map(\.path) }
        #expect(
            targets.contains("spec.targets.nodes"),
            "what the provider does not have, it cannot follow"
        )
    }

    @Test("what depends on an observed association waits for it, and on an ignored one does not")
    func dependencies() {
        var fixture = FleetFixture.converged()
        fixture.setStatus(.failed, of: "n000")
        fixture.associations.append(
            FleetFixture.association("after", on: "web", dependsOn: ["motd"])
        )
        fixture.fleet.ownership = OwnershipRules(observed: ["Association/motd"])
        #expect(fixture.plan.waits.map(\.message) == ["Association/motd has failed targets"])
        #expect(fixture.plan.runs.isEmpty)
        fixture.fleet.ownership = OwnershipRules(ignored: ["Association/motd"])
        #expect(PlanRunTests.lines(fixture.plan) == ["1 after git n000,n002"])
    }

    @Test("a plan that touches what is not managed is unsound")
    func unsound() {
        var fixture = FleetFixture.converged()
        fixture.associations[0].parameters["message"] = ["new"]
        let plan = fixture.plan
        for rules in [
            OwnershipRules(observed: ["Association/motd"]),
            OwnershipRules(ignored: ["Association/motd"]),
        ] {
            fixture.fleet.ownership = rules
            let violations = PlanCheck.violations(of: plan, input: fixture.input)
            #expect(violations.contains { $0.hasPrefix("Association/motd is ") }, "\(violations)")
        }
        fixture.fleet.ownership = OwnershipRules()
        fixture.provider.associations[0].tags[Ownership.TagKey.fleet] = "dev"
        let violations = PlanCheck.violations(of: plan, input: fixture.input)
        #expect(violations.contains { $0.contains("belongs to fleet 'dev'") }, "\(violations)")
    }

    @Test(
        "unmanaged objects of random fleets are never touched, and the rest settles",
        arguments: PlanPropertyTests.seeds
    )
    func random(seed: Int) {
        var fixture = PlanPropertyTests.random(seed)
        fixture.fleet.limits = DesiredFleet.Limits()
        var random = Seeded(seed)
        var rules: (observed: [String], ignored: [String]) = ([], [])
        let objects =
            fixture.nodes.map { "Node/\($0.name)" }
            + fixture.groups.map { "ResourceGroup/\($0.name)" }
            + fixture.documents.map { "Document/\($0.name)" }
            + fixture.associations.map { "Association/\($0.name)" }
        for object in objects {
            switch random.below(4) {
            case 0: rules.observed.append(object)
            case 1: rules.ignored.append(object)
            default: break
            }
        }
        fixture.fleet.ownership = OwnershipRules(observed: rules.observed, ignored: rules.ignored)
        let unmanaged = Set(rules.observed + rules.ignored)
        for _ in 0..<3 {
            let plan = fixture.plan
            let touched = plan.changes.map(\.object) + plan.runs.map(\.object)
            #expect(unmanaged.isDisjoint(with: touched.map(\.description)), "seed \(seed)")
            #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty, "seed \(seed)")
            fixture.failedTargets = .hold
            fixture.reconcile()
        }
        #expect(fixture.plan.changes.isEmpty, "seed \(seed)")
    }

    // MARK: - Taking over

    /// A converged fleet whose document and association bear no owner, as someone else made them.
    private static func strangers() -> FleetFixture {
        var fixture = FleetFixture.converged()
        fixture.provider.documents[0].tags = [:]
        fixture.provider.associations[0].tags = [:]
        fixture.provider.associations[0].documentVersion = "$DEFAULT"
        fixture.provider.associations[0].maxConcurrency = nil
        fixture.provider.associations[0].maxErrors = nil
        return fixture
    }

    private static func taking(_ fixture: FleetFixture, _ names: String...) -> PlanningInput {
        var input = fixture.input
        input.takes = Set(names.compactMap { ObjectReference(typed: $0) })
        return input
    }

    @Test("with consent, and only with it, what is as git says is tagged and nothing else")
    func take() {
        var fixture = Self.strangers()
        #expect(fixture.plan.changes.isEmpty, "never silently")
        let input = Self.taking(fixture, "Document/motd", "Association/motd")
        let plan = Planner.plan(input)
        #expect(plan.changes.map { "\($0.object)" } == ["Document/motd", "Association/motd"])
        let operations = plan.changes.flatMap(\.operations)
        #expect(
            operations.allSatisfy { operation in
                if case .addTags = operation { true } else { false }
            }
        )
        #expect(plan.runs.isEmpty && plan.findings.isEmpty)
        #expect(PlanCheck.violations(of: plan, input: input).isEmpty)
        fixture.provider = ProviderModel.apply(plan, to: input)
        #expect(fixture.plan.isEmpty && fixture.plan.findings.isEmpty)
    }

    @Test("another fleet's object is not to be had by asking")
    func foreign() {
        var fixture = Self.strangers()
        fixture.provider.documents[0].tags =
            Ownership(repository: "elsewhere", fleet: "dev")
            .tags(path: "x", commit: "c", digest: ContentDigest(of: ""))
        let plan = Planner.plan(Self.taking(fixture, "Document/motd"))
        #expect(!plan.changes.contains { $0.object.kind == .document })
        #expect(plan.findings.contains { $0.observed.contains("fleet 'dev'") })
    }

    @Test("once taken, a change by hand is drift, and only the field that changed")
    func driftAfterTaking() {
        var fixture = Self.strangers()
        let input = Self.taking(fixture, "Document/motd", "Association/motd")
        fixture.provider = ProviderModel.apply(Planner.plan(input), to: input)
        fixture.provider.associations[0].parameters["message"] = ["theirs"]
        #expect(
            fixture.plan.findings.flatMap { $0.fields.map(\.path) } == ["spec.parameters.message"]
        )
        #expect(fixture.plan.isEmpty)
        fixture.fleet.driftMode = .correct
        fixture.reconcile()
        #expect(fixture.plan.isEmpty)
        #expect(fixture.provider.associations[0].parameters["message"] == ["hello"])
    }

    @Test("someone else's version of a taken document says nothing of its associations")
    func documentDrift() {
        var fixture = Self.strangers()
        let input = Self.taking(fixture, "Document/motd", "Association/motd")
        fixture.provider = ProviderModel.apply(Planner.plan(input), to: input)
        let git = fixture.provider.documents[0]
        fixture.provider.documents[0].digest = ContentDigest(of: "theirs")
        fixture.provider.documents[0].latestVersion = 2
        fixture.provider.documents[0].defaultVersion = 2
        #expect(fixture.plan.findings.map { "\($0.object)" } == ["Document/motd"])
        #expect(fixture.plan.isEmpty)
        fixture.provider.documents[0] = git
        #expect(fixture.plan.isEmpty && fixture.plan.findings.isEmpty)
    }

    @Test("a run killed after any operation leaves no node on the old content of a taken document")
    func cutShortAfterTaking() {
        for stop in 0...8 {
            var fixture = Self.strangers()
            let input = Self.taking(fixture, "Document/motd", "Association/motd")
            fixture.provider = ProviderModel.apply(Planner.plan(input), to: input)
            fixture.documents[0] = FleetFixture.document("motd", "2")
            let first = fixture.plan
            #expect(PlanRunTests.lines(first) == ["1 motd git n000,n002"])
            let operations = first.changes.reduce(0) { $0 + $1.operations.count }
            fixture.reconcile(.init(operationsMax: stop))
            let next = fixture.reconcile()
            let isDone = stop > operations
            #expect(
                PlanRunTests.lines(next) == (isDone ? [] : ["1 motd git n000,n002"]),
                "killed after \(stop) of \(operations)"
            )
            #expect(fixture.plan.isEmpty, "killed after \(stop)")
        }
    }
}
