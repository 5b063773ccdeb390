// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Holds a state directory for sandboxes that are thrown away.
///
/// Shape: `<directory>/lock` and, each with a lock that its process holds, `<directory>/<id>/`.
/// What a killed process left is removed by the next `make`.
package final class SandboxScratch: Sendable {
    /// A state directory of its own.
    package let path: String
    private let lock: Descriptor

    private init(_ path: String, _ lock: Descriptor) {
        self.path = path
        self.lock = lock
    }

    /// Makes a scratch directory, after removing those whose processes are gone.
    package static func make(
        id: String,
        in directory: String,
        runner: ProcessRunner
    ) async throws(HostError) -> SandboxScratch {
        try SandboxConfiguration.validate(name: id)
        let cgroups = runner.cgroups
        let (scratch, left) = try await Threads.run { () throws(HostError) in
            cgroups.sweep()
            try makeDirectories(directory, mode: 0o700)
            // Whoever makes or sweeps holds this, so that nothing is swept before it is locked.
            let all = try take(directory + "/lock", LOCK_EX)
            defer { withExtendedLifetime(all) {} }
            var left: [SandboxScratch] = []
            for name in names(in: directory) where name != "lock" {
                let path = directory + "/" + name
                guard let lock = try? take(path + "/lock", LOCK_EX | LOCK_NB) else { continue }
                left.append(SandboxScratch(path, lock))
            }
            let path = directory + "/" + id
            try makeDirectories(path, mode: 0o700)
            let lock = try take(path + "/lock", LOCK_EX | LOCK_NB)
            return (SandboxScratch(path, lock), left)
        }
        for old in left {
            // Not a reason to fail: the next one tries again.
            try? await old.remove()
        }
        return scratch
    }

    /// Removes the directory with everything that the sandboxes in it wrote.
    ///
    /// They must have been stopped (`busy`).
    package func remove() async throws(HostError) {
        for name in SandboxDirectory.names(in: path) {
            try await SandboxNode.reset(name: name, in: path)
        }
        let path = path
        try await Threads.run { () throws(HostError) in
            for name in names(in: path) where name != "lock" { try removeTree(path + "/" + name) }
            // The lock goes with its folder while nobody sweeps: who finds the one without the other
            // would make a new lock.
            let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)
            let all = try Self.take(parent + "/lock", LOCK_EX)
            defer { withExtendedLifetime(all) {} }
            try removeTree(path)
        }
        withExtendedLifetime(lock) {}
    }

    private static func take(_ path: String, _ operation: Int32) throws(HostError) -> Descriptor {
        let lock = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard retrying({ flock(lock.number, operation) }) == 0 else {
            throw HostError(errno: errno, "cannot lock \(path)")
        }
        return lock
    }
}
