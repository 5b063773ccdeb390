// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// One thing that an agent must not forget; each is on disk before what follows from it.
package enum JournalRecord: Hashable, Sendable, Codable {
    case received(WorkOrder, at: BootTime)
    /// A cancel; it wins even where it comes before its command.
    case cancelled(CommandID)
    /// A supervisor is ready, and is about to be let go.
    case started(CommandID, attempt: Int, Supervisor, at: BootTime)
    /// Nobody saw the end of an attempt, and another is allowed.
    case interrupted(CommandID, attempt: Int)
    /// The end of the work; a sequence number is given once and never again.
    case ended(CommandID, attempt: Int, WorkOutcome, sequence: Int)
    /// The controller has every result up to this one, durably.
    case acknowledged(through: Int)
    /// Results up to this one are asked for no more, and their commands never sent again.
    case finalThrough(Int)
}

/// What an agent remembers: its journal as a value.
///
/// Applying a journal's records in order gives what applying each when it was written gave.
package struct JournalState: Hashable, Sendable {
    /// Work that has not ended.
    package struct Open: Hashable, Sendable, Codable {
        package var order: WorkOrder
        package var receivedAt: BootTime
        /// The earlier it came, the lower.
        package var place: Int
        /// How often it was started.
        package var attempts: Int
        /// `nil` while nothing of it runs.
        package var running: Running?
    }

    package struct Running: Hashable, Sendable, Codable {
        package var supervisor: Supervisor
        package var startedAt: BootTime
    }

    package struct Ended: Hashable, Sendable, Codable {
        package var command: CommandID
        package var attempt: Int
        package var outcome: WorkOutcome
    }

    package private(set) var open: [CommandID: Open] = [:]
    /// By sequence number.
    package private(set) var ended: [Int: Ended] = [:]
    package private(set) var cancelled: Set<CommandID> = []
    package private(set) var acknowledgedThrough = 0
    package private(set) var finalThrough = 0
    package private(set) var nextSequence = 1
    private var nextPlace = 0
    private var sequences: [CommandID: Int] = [:]

    package init() {}

    package init(_ records: some Sequence<JournalRecord>) {
        for record in records { apply(record) }
    }

    /// The sequence number of a command's result; `nil` while it has none.
    package func sequence(of command: CommandID) -> Int? { sequences[command] }

    /// Results that the controller does not have durably.
    package var unacknowledged: Int { nextSequence - 1 - acknowledgedThrough }

    package mutating func apply(_ record: JournalRecord) {
        switch record {
        case .received(let order, let time):
            guard open[order.command] == nil, sequences[order.command] == nil else { return }
            open[order.command] = Open(
                order: order,
                receivedAt: time,
                place: nextPlace,
                attempts: 0
            )
            nextPlace += 1
        case .cancelled(let command):
            cancelled.insert(command)
        case .started(let command, let attempt, let supervisor, let time):
            open[command]?.attempts = attempt
            open[command]?.running = Running(supervisor: supervisor, startedAt: time)
        case .interrupted(let command, let attempt):
            open[command]?.attempts = attempt
            open[command]?.running = nil
        case .ended(let command, let attempt, let outcome, let sequence):
            open[command] = nil
            ended[sequence] = Ended(command: command, attempt: attempt, outcome: outcome)
            sequences[command] = sequence
            nextSequence = max(nextSequence, sequence + 1)
        case .acknowledged(let sequence):
            acknowledgedThrough = max(acknowledgedThrough, sequence)
            nextSequence = max(nextSequence, sequence + 1)
        case .finalThrough(let sequence):
            finalThrough = max(finalThrough, sequence)
            acknowledgedThrough = max(acknowledgedThrough, sequence)
            nextSequence = max(nextSequence, sequence + 1)
            for (number, result) in ended where number <= finalThrough {
                ended[number] = nil
                sequences[result.command] = nil
                cancelled.remove(result.command)
            }
        }
    }

    /// The shortest journal that gives this state.
    package var records: [JournalRecord] {
        var records: [JournalRecord] = []
        if finalThrough > 0 { records.append(.finalThrough(finalThrough)) }
        for command in cancelled.sorted() { records.append(.cancelled(command)) }
        for (sequence, result) in ended.sorted(by: { $0.key < $1.key }) {
            records.append(
                .ended(result.command, attempt: result.attempt, result.outcome, sequence: sequence)
            )
        }
        if acknowledgedThrough > finalThrough {
            records.append(.acknowledged(through: acknowledgedThrough))
        }
        for (command, work) in open.sorted(by: { $0.value.place < $1.value.place }) {
            records.append(.received(work.order, at: work.receivedAt))
            guard let running = work.running else {
                if work.attempts > 0 {
                    records.append(.interrupted(command, attempt: work.attempts))
                }
                continue
            }
            records.append(
                .started(
                    command,
                    attempt: work.attempts,
                    running.supervisor,
                    at: running.startedAt
                )
            )
        }
        return records
    }
}
