// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FoundationEssentials
import Glibc
package import Planning
package import SystemPackage

/// What a run has begun and done, written before it goes on, so that the next run can tell.
///
/// One file per fleet holds the newest run only: a line of JSON for each step, each forced to disk
/// before the effect it announces (P-13). It is read and written under the fleet's lock.
package struct RunJournal: Sendable {
    /// One line of the journal.
    package enum Entry: Hashable, Sendable, Codable {
        case began(
            runID: String,
            fleet: String,
            commit: String,
            plan: ContentDigest,
            at: Timestamp
        )
        case changing(ObjectReference)
        case changed(RunRecord.Change)
        case running(ObjectReference, nodes: Int)
        case ran(ObjectReference, RunRecord.Run.Status)
        case ended(RunRecord.Outcome, at: Timestamp)
    }

    package let path: FilePath

    package init(path: FilePath) { self.path = path }

    /// Starts the journal of a new run; what an earlier run left is replaced in one step.
    package func begin(_ entry: Entry) throws {
        let temporary = FilePath(path.string + ".new")
        try write(entry, to: temporary, options: [.create, .truncate])
        try system { rename(temporary.string, path.string) }
        try Self.synchronizeDirectory(of: path)
    }

    /// Adds a line and forces it to disk.
    package func append(_ entry: Entry) throws { try write(entry, to: path, options: [.append]) }

    /// The entries of the newest run; a torn last line, which a pulled plug leaves, is dropped.
    package func entries() throws -> [Entry] {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, .readOnly)
        } catch Errno.noSuchFileOrDirectory {
            return []
        }
        defer { try? descriptor.close() }
        let text = String(decoding: try Self.readAll(descriptor), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            try? JSONDecoder().decode(Entry.self, from: Data(line.utf8))
        }
    }

    /// What the last run was, if it was cut short; `nil` when it ended or there was none.
    package func interruptedRun(foundAt now: Timestamp) throws -> RunRecord? {
        let entries = try entries()
        guard case .began(let runID, let fleet, let commit, let plan, let at)? = entries.first
        else {
            return nil
        }
        if case .ended? = entries.last { return nil }
        var record = RunRecord(
            runID: runID,
            fleet: fleet,
            commit: commit,
            planDigest: plan,
            startedAt: at,
            finishedAt: now,
            outcome: .interrupted,
            messages: ["the run was cut short; the next run goes on from what it had done"]
        )
        for case .changed(let change) in entries { record.changes.append(change) }
        return record
    }

    private func write(
        _ entry: Entry,
        to path: FilePath,
        options: FileDescriptor.OpenOptions
    ) throws {
        let descriptor = try FileDescriptor.open(
            path,
            .writeOnly,
            options: options,
            permissions: [.ownerReadWrite]
        )
        defer { try? descriptor.close() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        _ = try descriptor.writeAll(try encoder.encode(entry) + [UInt8(ascii: "\n")])
        try system { fsync(descriptor.rawValue) }
    }

    private static func readAll(_ descriptor: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    private static func synchronizeDirectory(of path: FilePath) throws {
        let descriptor = try FileDescriptor.open(path.removingLastComponent(), .readOnly)
        defer { try? descriptor.close() }
        try system { fsync(descriptor.rawValue) }
    }
}

/// Turns the return value of a system call into an error.
private func system(_ call: () -> CInt) throws {
    if call() != 0 { throw Errno(rawValue: errno) }
}
