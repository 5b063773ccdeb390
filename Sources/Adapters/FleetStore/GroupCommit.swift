// SPDX-License-Identifier: Apache-2.0
import GRDB
import Synchronization

/// Commits what arrives while the disk is busy in one transaction.
///
/// A commit costs one wait for the disk whatever it holds, so a thousand results that arrive
/// together cost one or two waits instead of a thousand. Each mutation has its own savepoint: one
/// that fails takes nothing else with it. Nobody is told "done" before the commit.
final class GroupCommit: Sendable {
    /// Bounds one transaction, and with it the time that the first mutation waits for the last.
    private static let mutationsMax = 512

    private struct Mutation: Sendable {
        /// Runs it; what it returns tells the caller how the commit went.
        var run: @Sendable (Database) -> @Sendable ((any Error)?) -> Void
        /// Tells the caller that it never ran.
        var refuse: @Sendable (any Error) -> Void
    }

    private struct State {
        var pending: [Mutation] = []
        var isDraining = false
    }

    private let writer: any DatabaseWriter
    private let state = Mutex(State())

    init(_ writer: any DatabaseWriter) { self.writer = writer }

    /// Performs a mutation and returns once it is on the disk.
    func submit<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let mutation = Mutation(
                run: { database in
                    let result = Result { try Self.value(of: body, in: database) }
                    return { commitError in
                        if let commitError, case .success = result {
                            continuation.resume(throwing: commitError)
                        } else {
                            continuation.resume(with: result)
                        }
                    }
                },
                refuse: { continuation.resume(throwing: $0) }
            )
            enqueue(mutation)
        }
    }

    private static func value<T>(
        of body: (Database) throws -> T,
        in database: Database
    ) throws -> T {
        var value: T?
        try database.inSavepoint {
            value = try body(database)
            return .commit
        }
        guard let value else { throw StoreError(.database, "a savepoint was not run") }
        return value
    }

    private func enqueue(_ mutation: Mutation) {
        let mustDrain = state.withLock { state in
            state.pending.append(mutation)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustDrain { writer.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    private func drain(_ database: Database) {
        while let batch = nextBatch() {
            var finishers: [@Sendable ((any Error)?) -> Void] = []
            var failure: (any Error)?
            do {
                try database.inTransaction(.immediate) {
                    for mutation in batch {
                        finishers.append(mutation.run(database))
                        // A full disk makes SQLite roll back everything by itself; what came
                        // before is undone and what comes after must not commit alone.
                        guard database.isInsideTransaction else {
                            throw StoreError(.outOfSpace, "the transaction was rolled back")
                        }
                    }
                    return .commit
                }
            } catch {
                failure = error
            }
            for finish in finishers { finish(failure) }
            if let failure {
                for mutation in batch.dropFirst(finishers.count) { mutation.refuse(failure) }
            }
        }
    }

    private func nextBatch() -> [Mutation]? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isDraining = false
                return nil
            }
            let batch = Array(state.pending.prefix(Self.mutationsMax))
            state.pending.removeFirst(batch.count)
            return batch
        }
    }
}
