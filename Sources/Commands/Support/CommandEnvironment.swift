// SPDX-License-Identifier: Apache-2.0
package import Controller
package import FleetModel
package import SystemPackage

/// Everything of the outside world that a command may use, made once by the executable.
package struct CommandEnvironment: Sendable {
    package var openProvider: ProviderOpener
    package var rehearse: Rehearser
    package var serve: Server
    /// Makes a database file for an export.
    package var makeDatabase: @Sendable (_ path: String) throws -> ExportDatabase
    package var now: @Sendable () -> Timestamp
    package var makeRunID: @Sendable () -> String
    /// Bytes that nobody can guess.
    package var randomBytes: @Sendable (_ count: Int) -> [UInt8]
    /// Waits; returns early when the task is cancelled.
    package var pause: @Sendable (_ milliseconds: Int) async -> Void
    /// A fraction in 0..<1 by which retries are spread.
    package var jitter: @Sendable () -> Double
    package var variables: [String: String]
    package var userID: UInt32
    package var processID: Int32
    package var workingDirectory: FilePath
    /// The program that does git's network work in a process of its own.
    package var gitHelper: FilePath
    package var console: Console

    package init(
        openProvider: @escaping ProviderOpener,
        rehearse: @escaping Rehearser,
        serve: @escaping Server,
        makeDatabase: @escaping @Sendable (_ path: String) throws -> ExportDatabase,
        now: @escaping @Sendable () -> Timestamp,
        makeRunID: @escaping @Sendable () -> String,
        randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8],
        pause: @escaping @Sendable (_ milliseconds: Int) async -> Void,
        jitter: @escaping @Sendable () -> Double,
        variables: [String: String],
        userID: UInt32,
        processID: Int32,
        workingDirectory: FilePath,
        gitHelper: FilePath,
        console: Console
    ) {
        self.openProvider = openProvider
        self.rehearse = rehearse
        self.serve = serve
        self.makeDatabase = makeDatabase
        self.now = now
        self.makeRunID = makeRunID
        self.randomBytes = randomBytes
        self.pause = pause
        self.jitter = jitter
        self.variables = variables
        self.userID = userID
        self.processID = processID
        self.workingDirectory = workingDirectory
        self.gitHelper = gitHelper
        self.console = console
    }
}
