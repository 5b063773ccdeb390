// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import Testing

@testable import Planning

@Suite("Groups: algebra, inventory, and who moved")
struct GroupTests {
    /// Nodes n000 to n007: web at even places, db at odd ones.
    private static func fixture(_ groups: [String: GroupSelection]) -> FleetFixture {
        var fixture = FleetFixture(nodes: 8)
        for (name, selection) in groups.sorted(by: { $0.key < $1.key }) {
            fixture.groups.append(
                DesiredGroup(name: name, selection: selection, source: at(4))
            )
        }
        return fixture
    }

    private static let nginx = InventoryQuery(
        typeName: "AWS:Application",
        condition: .comparison(attribute: "Name", .equal, .text("nginx"))
    )

    struct Case: CustomTestStringConvertible {
        var name: String
        var selection: GroupSelection
        var members: [Int]
        var testDescription: String { name }

    }

    @Test(
        "the members of a group",
        arguments: [
            Case(name: "union", selection: .union(["web", "db"]), members: Array(0...7)),
            Case(
                name: "union with nobody",
                selection: .union(["web", "gone"]),
                members: [0, 2, 4, 6]
            ),
            Case(name: "intersection", selection: .intersection(["web", "db"]), members: []),
            Case(
                name: "difference",
                selection: .difference(from: "web", minus: ["first", "db"]),
                members: [2, 4, 6]
            ),
            Case(
                name: "of another made group",
                selection: .union(["first", "db"]),
                members: [0, 1, 3, 5, 7]
            ),
            Case(
                name: "inventory",
                selection: .query(
                    GroupQuery(tags: TagQuery(tags: ["Role": ["web"]]), inventory: [nginx])
                ),
                members: [0, 2]
            ),
            Case(
                name: "not in inventory: what never reported is not in",
                selection: .query(
                    GroupQuery(tags: TagQuery(tags: ["Role": ["web"]]), notInventory: [nginx])
                ),
                members: [4]
            ),
            Case(
                name: "a question that nobody answered",
                selection: .query(
                    GroupQuery(
                        tags: TagQuery(tags: [:]),
                        notInventory: [InventoryQuery(typeName: "Custom:Other")]
                    )
                ),
                members: []
            ),
            Case(
                name: "a group of itself is empty",
                selection: .union(["tested", "web"]),
                members: []
            ),
        ]
    )
    func members(_ test: Case) {
        var fixture = Self.fixture([
            "first": .query(GroupQuery(tags: TagQuery(tags: ["Role": ["web"], "First": []]))),
            "tested": test.selection,
        ])
        fixture.nodes[0].tags["First"] = "yes"
        fixture.provider.inventory[Self.nginx] = InventoryAnswer(
            matching: NodeSet([0, 1, 2]),
            reporting: NodeSet([0, 1, 2, 3, 4])
        )
        let table = NodeTable(fixture.input)
        #expect(table.members(ofGroup: "tested").members == test.members)
    }

    @Test("a sample is the same each time, and moves by one node at most")
    func sample() {
        func members(_ count: Int, seed: String, size: RateBound = .percent(25)) -> Set<String> {
            var fixture = FleetFixture(nodes: count)
            fixture.groups.append(
                DesiredGroup(
                    name: "canary",
                    selection: .sample(of: "web", size: size, seed: seed),
                    source: at(4)
                )
            )
            let table = NodeTable(fixture.input)
            return Set(table.names(of: table.members(ofGroup: "canary")))
        }
        let sample = members(80, seed: "a")
        #expect(sample.count == 10)
        #expect(members(80, seed: "a") == sample)
        #expect(members(80, seed: "b") != sample)
        #expect(members(82, seed: "a").subtracting(sample).count <= 1)
        #expect(members(80, seed: "a", size: .count(3)).isSubset(of: sample))
        #expect(members(2, seed: "a", size: .percent(1)).count == 1)
    }

    @Test("what tags alone do not decide is resolved here, and frozen in the plan")
    func lowering() {
        var fixture = Self.fixture(["some": .difference(from: "web", minus: ["db"])])
        fixture.associations = [FleetFixture.association("motd", on: "some")]
        let plan = fixture.plan
        #expect(!plan.changes.contains { $0.object == ObjectReference(.group, "some") })
        #expect(plan.runs.map(\.nodes) == [["n000", "n002", "n004", "n006"]])
        let created = plan.changes.first { $0.object.kind == .association }
        #expect(created?.fields.contains { $0.path == "spec.targets.nodes" } == true)
        #expect(PlanCheck.violations(of: plan, input: fixture.input).isEmpty)
    }

    @Test("who entered and who left since the last reconcile is a line of the plan")
    func moves() {
        var fixture = FleetFixture.converged()
        var input = fixture.input
        input.previousMembers = Planner.members(input)
        #expect(Planner.plan(input).memberships.isEmpty)
        input.previousMembers?["web"] = ["n000", "zz-gone"]
        input.previousMembers?["forgotten"] = ["n001"]
        let plan = Planner.plan(input)
        #expect(plan.memberships.map(\.group.name) == ["web"])
        #expect(plan.memberships.first?.entered == ["n002"])
        #expect(plan.memberships.first?.left == ["zz-gone"])
        #expect(plan.isEmpty)
        #expect(PlanCheck.violations(of: plan, input: input).isEmpty)
        fixture.groups.removeAll()
        input = fixture.input
        #expect(Planner.plan(input).memberships.isEmpty)
    }
}
