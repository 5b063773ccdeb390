// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import GRDB
import Synchronization

/// The one file in which the embedded engine keeps what it knows.
///
/// *Shape*: SQLite in WAL mode, `synchronous` FULL: what a caller was told is stored survives the
/// loss of power. One writer process (`<path>.lock`), any number of readers.
package final class FleetStore: Sendable {
    /// What the store is opened for.
    package enum Mode: Sendable {
        /// Made when it does not exist; excludes other writers until closed.
        case readWrite
        /// A file that does not exist reads as an empty store, and none is made.
        case readOnly
    }

    private struct LockBox: ~Copyable {
        var lock: StoreLock?
    }

    /// Where the file is.
    package let path: String
    private let reader: any DatabaseReader
    private let commits: GroupCommit?
    private let lock: Mutex<LockBox>

    private init(
        path: String,
        reader: any DatabaseReader,
        commits: GroupCommit?,
        lock: consuming StoreLock?
    ) {
        self.path = path
        self.reader = reader
        self.commits = commits
        self.lock = Mutex(LockBox(lock: lock))
    }

    /// Whether changes are taken.
    package var isWritable: Bool { commits != nil }

    /// Opens a store, and brings its schema up to date when it may write.
    ///
    /// The file is checked when the last writer did not close it; a check reads all of it, which is
    /// too much for every start of a one-shot run.
    ///
    /// *Errors*: `StoreLocked`, `StoreCorrupt`, `StoreNewerSchema`, `StoreCannotOpen`.
    package static func open(_ path: String, mode: Mode) throws(StoreError) -> FleetStore {
        switch mode {
        case .readWrite: try openWriting(path)
        case .readOnly: try openReading(path)
        }
    }

    private static func openWriting(_ path: String) throws(StoreError) -> FleetStore {
        let lock = try StoreLock(path: path + ".lock")
        do {
            let mustCheck = !lock.wasClean
            let pool = try DatabasePool(path: path, configuration: configuration())
            // DatabasePool sets NORMAL when it turns WAL on, whatever was prepared before.
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                if mustCheck { try quickCheck(database, path: path) }
            }
            try migrate(pool, path: path)
            return FleetStore(path: path, reader: pool, commits: GroupCommit(pool), lock: lock)
        } catch {
            throw StoreError(error, while: "open the store \(path)")
        }
    }

    private static func openReading(_ path: String) throws(StoreError) -> FleetStore {
        do {
            guard FileManager.default.fileExists(atPath: path) else {
                let queue = try DatabaseQueue()
                try migrate(queue, path: path)
                return FleetStore(path: path, reader: queue, commits: nil, lock: nil)
            }
            try bringUpToDate(path)
            var configuration = configuration()
            configuration.readonly = true
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { try refuseNewerSchema($0, path: path) }
            return FleetStore(path: path, reader: pool, commits: nil, lock: nil)
        } catch {
            throw StoreError(error, while: "open the store \(path) for reading")
        }
    }

    /// What an older version wrote cannot be read as it is: it is opened for writing once.
    private static func bringUpToDate(_ path: String) throws {
        var configuration = configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let isCurrent = try queue.read { database in
            try refuseNewerSchema(database, path: path)
            return try Schema.migrator.hasCompletedMigrations(database)
        }
        try queue.close()
        if !isCurrent { try openWriting(path).close() }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "FleetStore"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
        }
        return configuration
    }

    private static func migrate(_ writer: any DatabaseWriter, path: String) throws {
        try writer.read { try refuseNewerSchema($0, path: path) }
        try Schema.migrator.migrate(writer)
    }

    private static func refuseNewerSchema(_ database: Database, path: String) throws {
        guard try Schema.migrator.hasBeenSuperseded(database) else { return }
        throw StoreError(
            .newerSchema,
            "the store \(path) was written by a newer version of aplomb"
        )
    }

    private static func quickCheck(_ database: Database, path: String) throws {
        let words = try String.fetchAll(database, sql: "PRAGMA quick_check(10)")
        guard words == ["ok"] else {
            throw StoreError(
                .corrupt,
                "the store \(path) is damaged",
                context: ["quick_check": words.joined(separator: "; ")]
            )
        }
    }

    /// Reads one consistent state.
    ///
    /// *Errors*: those of the body, and `StoreError`.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (StoreReader) throws -> T
    ) async throws -> T {
        do {
            return try await reader.read { try body(StoreReader(database: $0)) }
        } catch let error as DatabaseError {
            throw StoreError(error, while: "read the store")
        }
    }

    /// Changes the store, in one transaction with other changes that wait for the disk.
    ///
    /// When it returns, the change survives the loss of power. When it throws, nothing of the body
    /// was done. A transaction that was begun is not stopped by cancelling the task.
    ///
    /// *Errors*: those of the body, and `StoreError`: `StoreNotWritable`, `StoreOutOfSpace`.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (StoreWriter) throws -> T
    ) async throws -> T {
        guard let commits else {
            throw StoreError(.notWritable, "the store \(path) is open for reading only")
        }
        do {
            return try await commits.submit { try body(StoreWriter(database: $0)) }
        } catch let error as DatabaseError {
            throw StoreError(error, while: "write the store")
        }
    }

    /// Looks through the whole file for damage.
    ///
    /// *Errors*: `StoreCorrupt`.
    package func check() async throws {
        let path = path
        do {
            try await reader.read { try Self.quickCheck($0, path: path) }
        } catch let error as DatabaseError {
            throw StoreError(error, while: "check the store")
        }
    }

    /// Closes the file and lets other writers in; twice is once.
    ///
    /// *Errors*: `StoreError` when statements are still running.
    package func close() throws(StoreError) {
        do {
            // The writer alone checkpoints. With a reader in another process it moves what it can.
            if let pool = reader as? DatabasePool, isWritable {
                pool.writeWithoutTransaction { _ = try? $0.checkpoint(.truncate) }
            }
            try reader.close()
        } catch {
            throw StoreError(error, while: "close the store \(path)")
        }
        lock.withLock { $0.lock.take()?.release() }
    }
}
