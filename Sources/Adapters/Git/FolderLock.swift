// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Holds a folder for one process: a mirror, or the right to write to a local repository.
///
/// The kernel releases it when the process, and the child that shares it, are gone.
final class FolderLock: Sendable {
    /// The open lock file, which a child inherits.
    let file: Int32

    /// Takes the lock, waiting for another process at most for the given time.
    ///
    /// *Errors*: `.locked`, `.storage`. *Source*: flock(2).
    init(directory: String, patience: Duration) async throws(GitError) {
        try Files.makeFolder(directory)
        let path = directory + "/lock"
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Files.failure("cannot open '\(path)'") }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: patience)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            guard number == EWOULDBLOCK || number == EINTR else {
                let failure = Files.failure("cannot lock '\(path)'", number)
                close(file)
                throw failure
            }
            do {
                guard clock.now < end else { throw CancellationError() }
                try await clock.sleep(for: .milliseconds(20))
            } catch {
                close(file)
                throw GitError(.locked, "another process of Aplomb works in '\(directory)'")
            }
        }
        self.file = file
    }

    deinit {
        close(file)
    }
}
