// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import SystemsManagerAPI
import Testing

@testable import Planning

@Suite("Verdicts of policies as compliance items")
struct ComplianceTests {
    private static let port = InventoryQuery(
        typeName: "Custom:ListeningSocket",
        condition: .comparison(attribute: "Port", .equal, .number(22))
    )

    /// n000 and n002 are web; the policy is about them.
    private static func fixture(open: [Int], reporting: [Int] = [0, 1, 2, 3]) -> FleetFixture {
        var fixture = FleetFixture.converged()
        fixture.policies = [
            DesiredPolicy(
                name: "ssh-closed",
                description: "Nobody comes in by ssh.",
                targets: [.group("web")],
                complianceSeverity: .critical,
                expectations: [.init(.none, port)],
                source: at(20)
            )
        ]
        fixture.provider.inventory[port] = InventoryAnswer(
            matching: NodeSet(open),
            reporting: NodeSet(reporting),
            evidence: Dictionary(uniqueKeysWithValues: open.map { ($0, ["Port=22 Process=sshd"]) })
        )
        return fixture
    }

    @Test("a node has an item of each policy that judged it, with what was found")
    func items() throws {
        let reports = PolicyCompliance(Self.fixture(open: [2]).input).reports
        #expect(reports.map(\.node.rawValue) == ["mi-n000", "mi-n002"])
        let good = try #require(reports[0].items.first), bad = try #require(reports[1].items.first)
        #expect(good.id == "ssh-closed" && good.title == "Nobody comes in by ssh.")
        #expect(good.status == .compliant && good.severity == .critical)
        #expect(bad.status == .nonCompliant)
        let expected = "none of Custom:ListeningSocket where Port = 22"
        #expect(good.details == ["Expected": expected])
        #expect(bad.details == ["Expected": expected, "Observed": "Port=22 Process=sshd"])
        #expect(reports[0].digest != reports[1].digest)
    }

    @Test("what is unknown has no item, nor has a node that nobody registered")
    func unknown() {
        var fixture = Self.fixture(open: [], reporting: [0])
        #expect(PolicyCompliance(fixture.input).reports.map(\.node.rawValue) == ["mi-n000"])
        fixture.provider.nodes[0].isRegistered = false
        #expect(PolicyCompliance(fixture.input).reports.isEmpty)
    }

    @Test("a digest tells what changed from what did not, and nothing else")
    func digests() {
        func digests(_ change: (inout FleetFixture) -> Void = { _ in }) -> [ContentDigest] {
            var fixture = Self.fixture(open: [0])
            change(&fixture)
            return PolicyCompliance(fixture.input).reports.map(\.digest)
        }
        let before = digests()
        #expect(digests { $0.now = Timestamp(seconds: 2_000_000) } == before)
        #expect(digests { $0.commit = "c2" } == before)
        #expect(digests { $0.policies[0].source = at(99) } == before)
        let renamed = digests { $0.policies[0].description = "Other words." }
        #expect(zip(renamed, before).allSatisfy { $0 != $1 })
        let more = digests { $0.provider.inventory[Self.port]?.evidence[0] = ["Port=22 PID=1"] }
        #expect(more[0] != before[0] && more[1] == before[1])
        let added = digests { fixture in
            var second = fixture.policies[0]
            second.name = "ssh-closed-too"
            second.targets = [.nodes(["n002"])]
            fixture.policies.append(second)
        }
        #expect(added[0] == before[0] && added[1] != before[1])
    }

    @Test("words are cut to what Systems Manager takes")
    func limits() throws {
        var fixture = Self.fixture(open: [0])
        fixture.policies[0].description = String(repeating: "ä", count: 600)
        fixture.provider.inventory[Self.port]?.evidence[0] = [String(repeating: "x", count: 5000)]
        let item = try #require(PolicyCompliance(fixture.input).reports.first?.items.first)
        #expect(item.title?.count == 500)
        #expect(item.details?["Observed"]?.count == 4096)
    }

    @Test("what nodes were told is kept by digest, and read again as it was")
    func memory() {
        let digests: [NodeID: ContentDigest] = ["mi-1": "a", "mi-2": "b", "mi-3": "a"]
        #expect(ComplianceMemory(digests).digests == digests)
    }
}
