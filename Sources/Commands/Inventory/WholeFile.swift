// SPDX-License-Identifier: Apache-2.0
import Glibc
import SystemPackage

/// A file that appears under its name when all of it is written, or not at all.
final class WholeFile {
    private let path: FilePath
    private let partial: FilePath
    private let descriptor: FileDescriptor
    private var isOpen = true

    /// *Errors*: `CommandError`.
    init(_ path: FilePath) throws {
        self.path = path
        partial = FilePath(path.string + ".partial")
        do {
            descriptor = try FileDescriptor.open(
                partial,
                .writeOnly,
                options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead]
            )
        } catch {
            throw CommandError(.failed, "cannot write '\(path)': \(error)")
        }
    }

    deinit {
        guard isOpen else { return }
        try? descriptor.close()
        try? Self.remove(partial)
    }

    func append(_ text: String) throws {
        do {
            try descriptor.writeAll(text.utf8)
        } catch {
            throw CommandError(.failed, "cannot write '\(path)': \(error)")
        }
    }

    /// Gives the file its name, in place of one that has it.
    func finish() throws {
        isOpen = false
        try descriptor.close()
        try Self.rename(partial, to: path)
    }

    static func rename(_ partial: FilePath, to path: FilePath) throws {
        guard Glibc.rename(partial.string, path.string) == 0 else {
            throw CommandError(.failed, "cannot write '\(path)': \(Errno(rawValue: errno))")
        }
    }

    /// Removes what an earlier try may have left.
    static func remove(_ path: FilePath) throws {
        guard unlink(path.string) == 0 || errno == ENOENT else {
            throw CommandError(.failed, "cannot remove '\(path)': \(Errno(rawValue: errno))")
        }
    }
}
