// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import AgentJournal

/// The restart decision of reliability C.0, row by row; FT-20, FT-22, FT-23, FT-34.
@Suite("restart table")
struct RestartTableTests {
    enum Last: String, CaseIterable { case received, started }
    enum Found: String, CaseIterable { case ended, alive, gone }
    enum Boot: String, CaseIterable { case same, other }

    struct Row: CustomStringConvertible {
        var last: Last
        var found: Found
        var boot: Boot
        var attemptsMax: Int

        var description: String {
            "\(last), supervisor \(found), \(boot) boot, at most \(attemptsMax)"
        }

        static let all = Last.allCases.flatMap { last in
            Found.allCases.flatMap { found in
                Boot.allCases.flatMap { boot in
                    [1, 3].map { Row(last: last, found: found, boot: boot, attemptsMax: $0) }
                }
            }
        }

        /// What the table says that the agent does.
        var expected: String {
            switch (last, found, boot) {
            case (.received, _, .same): "run it"
            // How long the machine was off nobody knows: the budget counts as gone.
            case (.received, _, .other): "expired"
            case (.started, .ended, _): "take the result"
            case (.started, .alive, .same): "watch"
            // Nothing that is alive was started before the boot: the number was used again.
            case (.started, .alive, .other), (.started, .gone, _):
                attemptsMax > 1 ? "run it" : "interrupted"
            }
        }
    }

    @Test("an agent that starts goes on as the table says", arguments: Row.all)
    func row(_ row: Row) {
        let command: CommandID = "c1"
        let then = BootTime(bootID: "before", seconds: 5)
        let supervisor = Supervisor(processID: 7, startTime: 70)
        let order = WorkOrder(
            command: command,
            document: AgentDocument(name: "d", version: "1", steps: []),
            startsWithin: 60,
            attemptsMax: row.attemptsMax
        )
        var records: [JournalRecord] = [.received(order, at: then)]
        if row.last == .started {
            records.append(.started(command, attempt: 1, supervisor, at: then))
        }
        let now = BootTime(bootID: row.boot == .same ? "before" : "after", seconds: 30)
        let (machine, effects) = AgentMachine.recovering(records, now: now) { _, _ in
            switch row.found {
            case .ended: .ended(DocumentResult(status: .success, steps: []))
            case .alive: .alive
            case .gone: .gone([])
            }
        }
        #expect(effects.map(\.words).contains(row.expected), "\(row): \(effects)")
        // One thing or the other, never two of them.
        let decisions = effects.map(\.words).filter { !$0.isEmpty }
        #expect(decisions == [row.expected], "\(row): \(effects)")
        #expect(machine.state == JournalState(records + effects.compactMap(\.record)))
    }

    @Test("FT-31: behind a damaged journal no result gets a number, and what can be read is told")
    func damaged() {
        let boot = BootTime(bootID: "b", seconds: 0)
        func order(_ name: String) -> WorkOrder {
            WorkOrder(
                command: CommandID(name),
                document: AgentDocument(name: "d", version: "1", steps: []),
                startsWithin: 60
            )
        }
        let records: [JournalRecord] = [
            .received(order("c1"), at: boot),
            .ended("c1", attempt: 1, .expired, sequence: 1),
            .received(order("c2"), at: boot),
            .started("c2", attempt: 1, Supervisor(processID: 7, startTime: 70), at: boot),
            .received(order("c3"), at: boot),
        ]
        var (machine, effects) = AgentMachine.recovering(
            records,
            refusal: .journalCorrupt,
            now: boot,
            find: { _, _ in .gone([]) }
        )
        #expect(effects.isEmpty)
        #expect(
            machine.handle(.connected(resumeFrom: 0), now: boot)
                == [.send(.result(sequence: 1, "c1", attempt: 1, .expired))]
        )
        let late = BootTime(bootID: "b", seconds: 999)
        for event: AgentEvent in [.tick, .cancel("c2"), .acknowledged(through: 1)] {
            #expect(machine.handle(event, now: late).isEmpty)
        }
        #expect(
            machine.handle(.order(order("c4")), now: boot)
                == [.send(.rejected("c4", .journalCorrupt))]
        )
    }

    @Test("a queue that waited too long expires, and is never run")
    func expires() {
        let order = WorkOrder(
            command: "c1",
            document: AgentDocument(name: "d", version: "1", steps: []),
            startsWithin: 60
        )
        let boot = BootTime(bootID: "b", seconds: 0)
        var machine = AgentMachine(limits: .init(running: 0))
        _ = machine.handle(.order(order), now: boot)
        #expect(machine.handle(.tick, now: BootTime(bootID: "b", seconds: 60)).isEmpty)
        let late = machine.handle(.tick, now: BootTime(bootID: "b", seconds: 61))
        #expect(late.map(\.words).contains("expired"))
    }

    @Test("what was refused left no trace, and a full backlog refuses new work alone")
    func backlog() {
        func order(_ number: Int) -> WorkOrder {
            WorkOrder(
                command: CommandID("c\(number)"),
                document: AgentDocument(name: "d", version: "1", steps: []),
                startsWithin: 60
            )
        }
        let boot = BootTime(bootID: "b", seconds: 0)
        var machine = AgentMachine(limits: .init(running: 1, backlog: 2))
        _ = machine.handle(.order(order(1)), now: boot)
        _ = machine.handle(.order(order(2)), now: boot)
        #expect(
            machine.handle(.order(order(3)), now: boot) == [.send(.rejected("c3", .backlogFull))]
        )
        #expect(machine.state.open["c3"] == nil)
        // A double of what is known is no new work.
        #expect(machine.handle(.order(order(2)), now: boot) == [.send(.accepted("c2"))])
        machine.refusal = .diskFull
        #expect(machine.handle(.order(order(4)), now: boot) == [.send(.rejected("c4", .diskFull))])
    }
}

extension AgentEffect {
    /// The decision that the effect is, in the words of the table; empty for its housekeeping.
    fileprivate var words: String {
        switch self {
        case .prepare: "run it"
        case .watch: "watch"
        case .append(.ended(_, _, .expired, _)): "expired"
        case .append(.ended(_, _, .ran(let result), _)):
            result.status == .interrupted ? "interrupted" : "take the result"
        default: ""
        }
    }

    fileprivate var record: JournalRecord? {
        switch self {
        case .append(let record), .note(let record): record
        default: nil
        }
    }
}
