// SPDX-License-Identifier: Apache-2.0
import Glibc
package import SystemPackage

/// The lock that one run of a fleet holds.
///
/// The kernel lets go of it when the process ends, however it ends: there are no stale locks.
package struct FleetLock: ~Copyable, Sendable {
    /// Another run holds the lock.
    package struct Held: Error, Sendable, CustomStringConvertible {
        /// What the holder wrote about itself, such as `pid 4711 since 2026-11-24T02:11:00Z`.
        package var holder: String

        package var description: String { "another run holds the lock: \(holder)" }
    }

    private let descriptor: FileDescriptor

    /// Takes the lock or says at once who has it.
    ///
    /// *Errors*: `Held`, and `Errno` when the file cannot be opened. *Source*: flock(2).
    package init(path: FilePath, holder: String) throws {
        let file = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .closeOnExec],
            permissions: [.ownerReadWrite]
        )
        do {
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK else { throw Errno(rawValue: errno) }
                throw Held(holder: Self.text(of: file))
            }
            try file.resize(to: 0)
            _ = try file.writeAll(toAbsoluteOffset: 0, Array(holder.utf8))
        } catch {
            try? file.close()
            throw error
        }
        descriptor = file
    }

    deinit { try? descriptor.close() }

    private static func text(of descriptor: FileDescriptor) -> String {
        let bytes = try? [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = try descriptor.read(
                fromAbsoluteOffset: 0,
                into: UnsafeMutableRawBufferPointer(buffer)
            )
        }
        let text = bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.isEmpty ? "unknown" : text
    }
}
