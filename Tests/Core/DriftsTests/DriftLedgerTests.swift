// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import Testing

@testable import Drifts

/// What is remembered of differences, look by look.
@Suite("drift ledger")
struct DriftLedgerTests {
    private static let hour: Int64 = 3600

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000_000 + seconds) }

    @Test("what began at one look lasts, is counted, and ends once")
    func lasts() throws {
        var ledger = DriftLedger()
        ledger.look(.with(), at: at(0), isComplete: true)
        for look in 1...3 {
            ledger.look(.with(.policy(["web-1"])), at: at(Int64(look)), isComplete: true)
        }
        let mark = try #require(ledger.mark("web-1"))
        #expect(mark.since == at(1))
        #expect(mark.seen == 3)
        #expect(mark.lastSeen == at(3))
        #expect(mark.count == 1)
        ledger.look(.with(), at: at(4), isComplete: true)
        ledger.look(.with(), at: at(5), isComplete: true)
        #expect(ledger.mark("web-1")?.end == DriftLedger.End(at: at(4), way: .byItself))
        #expect(ledger.unpublished.map(\.event) == [.began, .ended])
    }

    @Test("each node is remembered for itself")
    func perNode() {
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1"])), at: at(0), isComplete: true)
        ledger.look(.with(.policy(["web-1", "web-2"])), at: at(10), isComplete: true)
        #expect(ledger.newNodes(in: .with(.policy(["web-2", "web-3"]))) == ["web-3"])
        ledger.look(.with(.policy(["web-2"])), at: at(20), isComplete: true)
        #expect(ledger.mark("web-1")?.end?.at == at(20))
        #expect(ledger.mark("web-2")?.since == at(10))
        #expect(ledger.unpublished.map(\.nodes) == [["web-1"], ["web-2"], ["web-1"]])
    }

    @Test("a look that could not read everything ends nothing")
    func incomplete() {
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1"])), at: at(0), isComplete: true)
        ledger.look(.with(), at: at(10), isComplete: false)
        #expect(ledger.mark("web-1")?.end == nil)
        #expect(ledger.lookedAt == at(0))
    }

    @Test(
        "three beginnings within a day are flapping; over more than a day they are not",
        arguments: [(Int64(1), true), (11, true), (13, false)]
    )
    func flapping(hoursApart: Int64, flaps: Bool) {
        var ledger = DriftLedger()
        for turn in 0..<Int64(3) {
            let start = turn * hoursApart * Self.hour
            ledger.look(.with(.policy(["web-1"])), at: at(start), isComplete: true)
            #expect(ledger.mark("web-1")?.isFlapping == (turn == 2 && flaps))
            ledger.look(.with(), at: at(start + 60), isComplete: true)
        }
        #expect(ledger.mark("web-1")?.count == 3)
    }

    @Test("how it ended: corrected by a reconcile, settled in git, or by itself")
    func ways() {
        var corrected = DriftLedger()
        corrected.look(.with(changes: [.edit(.external)]), at: at(0), isComplete: true)
        corrected.settle(.with(), at: at(1), isComplete: true)
        #expect(corrected.ways == [.corrected])
        var settled = DriftLedger()
        settled.look(.with(.edited), at: at(0), isComplete: true)
        settled.look(.with(changes: [.edit(.git)]), at: at(1), isComplete: true)
        #expect(settled.ways == [.git])
        var undone = DriftLedger()
        undone.look(.with(.edited), at: at(0), isComplete: true)
        undone.look(.with(), at: at(1), isComplete: true)
        #expect(undone.ways == [.byItself])
    }

    @Test("a remedy that is tried, waits or is given up is one difference all along")
    func remedy() {
        var ledger = DriftLedger()
        ledger.look(.with(runs: [.remedy(["web-1"])]), at: at(0), isComplete: true)
        ledger.settle(.with(waits: [.untold(["web-1"])]), at: at(1), isComplete: true)
        ledger.look(.with(waits: [.untold(["web-1"])]), at: at(2), isComplete: true)
        ledger.look(.with(.policy(["web-1"])), at: at(3), isComplete: true)
        #expect(ledger.mark("web-1")?.count == 1)
        #expect(ledger.mark("web-1")?.seen == 3)
        #expect(ledger.unpublished.count == 1)
    }

    @Test("it began when the provider says, unless that was before the last look")
    func since() {
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1"], since: at(-500))), at: at(0), isComplete: true)
        #expect(ledger.mark("web-1")?.since == at(-500))
        var known = DriftLedger()
        known.look(.with(), at: at(0), isComplete: true)
        known.look(.with(.policy(["web-1"], since: at(-500))), at: at(50), isComplete: true)
        #expect(known.mark("web-1")?.since == at(50))
        var ahead = DriftLedger()
        ahead.look(.with(.policy(["web-1"], since: at(500))), at: at(0), isComplete: true)
        #expect(ahead.mark("web-1")?.since == at(0))
    }

    @Test("what ended is forgotten after 30 days, what lasts never")
    func retention() {
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1", "web-2"])), at: at(0), isComplete: true)
        ledger.look(.with(.policy(["web-1"])), at: at(10), isComplete: true)
        ledger.look(.with(.policy(["web-1"])), at: at(31 * 24 * Self.hour), isComplete: true)
        #expect(ledger.mark("web-2") == nil)
        #expect(ledger.mark("web-1")?.since == at(0))
    }

    @Test("events wait until the branch has them")
    func publishing() {
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1"])), at: at(0), isComplete: true)
        ledger.look(.with(), at: at(1), isComplete: true)
        #expect(ledger.unpublished.map(\.event) == [.began, .ended])
        ledger.forgetUnpublished()
        ledger.look(.with(.policy(["web-1"])), at: at(2), isComplete: true)
        #expect(ledger.unpublished.map(\.occurrence) == [2])
    }

    @Test("what is gone after a run that was cut short was corrected by it")
    func cutShort() {
        var ledger = DriftLedger()
        ledger.look(.with(changes: [.edit(.external)]), at: at(0), isComplete: true)
        ledger.look(.with(), at: at(1), isComplete: true, afterCutRun: true)
        #expect(ledger.ways == [.corrected])
    }

    @Test("commands are noted on the nodes that began to differ, and on no others")
    func touches() {
        let touch = NodeTouch(commandID: "c1", document: "AWS-RunShellScript", at: at(5))
        var ledger = DriftLedger()
        ledger.look(.with(.policy(["web-1"])), at: at(0), isComplete: true)
        ledger.look(
            .with(.policy(["web-1", "web-2"])),
            at: at(10),
            isComplete: true,
            touches: ["web-1": [touch], "web-2": [touch]]
        )
        #expect(ledger.mark("web-1")?.touches == [])
        #expect(ledger.mark("web-2")?.touches == [touch])
    }

    @Test("a parameter, which may be a secret, is a digest in all that is remembered")
    func secrets() throws {
        let field = PlannedChange.Field(path: "spec.parameters.token", from: "s3cret", to: "other")
        var ledger = DriftLedger()
        ledger.look(.with(.edited([field])), at: at(0), isComplete: true)
        let text = String(describing: ledger)
        #expect(!text.contains("s3cret"))
        #expect(!text.contains("other"))
        #expect(text.contains("sha256:"))
    }
}
