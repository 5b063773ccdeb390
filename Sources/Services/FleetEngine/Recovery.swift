// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore

extension EmbeddedEngine {
    /// How long what ended is kept.
    ///
    /// *Source*: command history of Run Command and inventory of Systems Manager, 30 days.
    private static let historySeconds: Int64 = 30 * 24 * 3600

    /// Closes what a process that was killed left unfinished, truthfully; twice is once.
    ///
    /// What was running is `Interrupted`: it may or may not have run to its end, and nobody guesses.
    /// What was never sent is `Cancelled` and its target counts as never run, so that the next plan
    /// covers it. Each command is closed in one transaction.
    func recover() async throws {
        let open = try await store.read { try $0.openCommands() }
        let time = configuration.now()
        for command in open {
            try await store.write { try $0.close(abandoned: command, at: time) }
        }
        let horizon = time.advanced(bySeconds: -Self.historySeconds)
        if try await store.read({ try $0.hasHistory(finishedBefore: horizon) }) {
            try await store.write { try $0.deleteHistory(finishedBefore: horizon) }
        }
        if try await store.read({ try $0.hasInventoryHistory(supersededBefore: horizon) }) {
            try await store.write { try $0.deleteInventoryHistory(supersededBefore: horizon) }
        }
        if try await store.read({ try $0.inventoryDeletions().contains { $0.deletedAt < horizon } })
        {
            try await store.write { try $0.deleteInventoryDeletions(before: horizon) }
        }
    }
}

extension StoreWriter {
    fileprivate func close(abandoned command: CommandRecord, at time: Timestamp) throws {
        let execution = try reader.execution(ofCommand: command.number)
        var neverSent: [Int] = []
        var wasInterrupted = false
        for row in try reader.invocations(command: command.number) where row.finishedAt == nil {
            if row.startedAt == nil {
                neverSent.append(row.node)
                try end(
                    command.number,
                    row.node,
                    .cancelled,
                    message: "the engine ended before it was sent",
                    steps: [],
                    of: nil,
                    at: time
                )
            } else {
                wasInterrupted = true
                try end(
                    command.number,
                    row.node,
                    .interrupted,
                    message: "the engine ended while it ran; nobody saw its end",
                    steps: [],
                    of: execution,
                    at: time
                )
            }
        }
        if let execution { try removeTargets(NodeSet(neverSent), of: execution) }
        var counts: [InvocationState: Int] = [:]
        for (details, count) in try reader.invocationCounts(command: command.number) {
            counts[InvocationState(rawValue: details) ?? .failed, default: 0] += count
        }
        let wasCancelled =
            command.statusDetails == CommandState.cancelling.rawValue
            || (!neverSent.isEmpty && !wasInterrupted)
        let end = CommandState(
            finalOf: counts,
            errorsAllowed: command.maxErrors.allowedErrors(of: command.targetCount),
            wasCancelled: wasCancelled
        )
        try finish(command.number, end, at: time)
    }
}
