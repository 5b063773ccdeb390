// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A clock that moves only when a test says so.
///
/// Sleepers wake, earliest first, when `advance` passes their time.
package final class TestClock: Sendable {
    private struct Sleeper {
        var number: Int
        var wakeAt: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Duration = .zero
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var nextNumber = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The time since the clock was made.
    package var now: Duration { state.withLock { $0.now } }

    /// How many wait now.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Waits until the clock was advanced by the duration.
    ///
    /// *Errors*: `CancellationError`.
    package func sleep(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let wasCancelled = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return true }
                    state.sleepers.append(
                        Sleeper(
                            number: number,
                            wakeAt: state.now + duration,
                            continuation: continuation
                        )
                    )
                    return false
                }
                if wasCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number })
                else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes those whose time has come.
    package func advance(by duration: Duration) {
        let due = state.withLock { state -> [Sleeper] in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.wakeAt <= now }
            state.sleepers.removeAll { $0.wakeAt <= now }
            return due.sorted { $0.wakeAt < $1.wakeAt }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
