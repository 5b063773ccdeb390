// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Runs an actor's blocking work on a thread of its own queue, never on the cooperative pool.
///
/// `DispatchSerialQueue` is not there on Linux. A serial queue may change threads between jobs;
/// libgit2 keeps its last error per thread, and every job reads it before it ends.
final class GitExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor; the label shows in a debugger.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
