// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import AgentJournal

/// FT-31: a journal that was torn, cut or changed.
@Suite("agent journal")
struct JournalTests {
    private let boot = BootTime(bootID: "b1", seconds: 7)

    private var sample: [JournalRecord] {
        let document = AgentDocument(
            name: "motd",
            version: "3",
            steps: [
                AgentStep(name: "one", action: .runShellScript(ShellScript(script: "echo ä\n")))
            ]
        )
        let result = DocumentResult(
            status: .success,
            steps: [StepResult(name: "one", status: .success)]
        )
        return [
            .received(WorkOrder(command: "c1", document: document, startsWithin: 60), at: boot),
            .started("c1", attempt: 1, Supervisor(processID: 9, startTime: 1234), at: boot),
            .cancelled("c2"),
            .ended("c1", attempt: 1, .ran(result), sequence: 1),
            .acknowledged(through: 1),
            .received(WorkOrder(command: "c3", document: document, startsWithin: 9), at: boot),
            .ended("c3", attempt: 0, .expired, sequence: 2),
            .finalThrough(1),
        ]
    }

    private func bytes(_ records: [JournalRecord]) throws -> [UInt8] {
        try records.reduce(into: JournalFraming.header) { $0 += try JournalFraming.encode($1) }
    }

    @Test("cut at any byte, what was whole before the cut stands, and nothing else")
    func torn() throws {
        let whole = try bytes(sample)
        var ends = [JournalFraming.header.count]
        for record in sample {
            ends.append(ends[ends.count - 1] + (try JournalFraming.encode(record)).count)
        }
        for length in 0...whole.count {
            let count = ends.lastIndex { $0 <= length } ?? 0
            let valid = length < ends[0] ? 0 : ends[count]
            #expect(
                JournalFraming.read(Array(whole.prefix(length)))
                    == .records(Array(sample.prefix(count)), validBytes: valid),
                "cut at \(length)"
            )
        }
    }

    @Test("a byte that changed before the last record is damage, and what stands before it is read")
    func damaged() throws {
        let whole = try bytes(sample)
        let lastStart = whole.count - (try JournalFraming.encode(sample[sample.count - 1])).count
        for place in stride(from: 0, to: lastStart, by: 7) {
            var changed = whole
            changed[place] ^= 0x40
            switch JournalFraming.read(changed) {
            case .damaged(let records, let byte):
                #expect(byte <= place)
                #expect(sample.starts(with: records))
            case .records(let records, let valid):
                // A length that reaches beyond the end looks like a write that was cut short.
                #expect(records.count < sample.count)
                #expect(valid <= place)
            }
        }
    }

    @Test("the shortest journal of a state gives the state")
    func compacted() {
        let state = JournalState(sample)
        #expect(JournalState(state.records).open == state.open)
        #expect(JournalState(state.records).ended == state.ended)
        #expect(JournalState(state.records).nextSequence == state.nextSequence)
        #expect(JournalState(state.records).acknowledgedThrough == state.acknowledgedThrough)
    }
}
