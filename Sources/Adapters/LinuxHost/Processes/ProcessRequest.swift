// SPDX-License-Identifier: Apache-2.0

/// Says what to run, with which limits.
package struct ProcessRequest: Sendable {
    /// Says what becomes of processes that outlive the main one.
    package enum Leftovers: Sendable, Equatable {
        /// They are killed before the result is returned (the default).
        case kill
        /// They go on, without anybody reading their output.
        case keep
    }

    /// Names a stream of the process.
    package enum Stream: Sendable, Equatable { case standardOutput, standardError }

    /// Program and arguments.
    ///
    /// A name without "/" is looked up in the environment's `PATH`, on the host where it runs.
    /// Everybody on that host can read these: no secrets here.
    package var arguments: [String]
    /// A script, which the program reads as `/proc/self/fd/3` (see `script(_:)`); never on disk,
    /// never in argv.
    package var script: [UInt8]?
    /// The whole environment, nothing is inherited.
    package var environment: [String: String]
    /// The root directory by default.
    package var workingDirectory: String
    /// After this long the tree gets SIGTERM; none by default.
    package var timeout: Duration?
    /// Between SIGTERM and SIGKILL, after a timeout or a cancellation.
    package var grace: Duration
    package var outputLimit: OutputLimit
    package var errorLimit: OutputLimit
    package var leftovers: Leftovers
    /// User and group ids to run as; without supplementary groups.
    package var identity: (user: UInt32, group: UInt32)?
    /// Gets every piece of output as it comes, on the thread that serves all processes: it must
    /// return at once.
    package var onOutput: (@Sendable (Stream, [UInt8]) -> Void)?

    package init(
        _ arguments: [String],
        environment: [String: String] = Self.baseEnvironment,
        workingDirectory: String = "/",
        timeout: Duration? = nil,
        grace: Duration = .seconds(10),
        leftovers: Leftovers = .kill
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeout = timeout
        self.grace = grace
        self.leftovers = leftovers
        outputLimit = .standardOutput
        errorLimit = .standardError
    }

    /// Makes a request that runs a script.
    ///
    /// With `#!` in its first line the script is executed by the kernel, otherwise the interpreter
    /// gets its name as last argument.
    package static func script(
        _ text: String,
        interpreter: [String] = ["/bin/sh"]
    ) -> ProcessRequest {
        let isExecutable = text.utf8.starts(with: "#!".utf8)
        var request = ProcessRequest(
            isExecutable ? [scriptPath] : interpreter + [scriptPath]
        )
        request.script = Array(text.utf8)
        return request
    }

    /// Where the script is, for the process.
    package static let scriptPath = "/proc/self/fd/3"

    /// The environment of a process that was given none.
    package static let baseEnvironment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
    ]
}

/// Says how a process ended.
package struct ProcessResult: Sendable, Equatable {
    package enum Termination: Sendable, Equatable {
        /// It ended by itself with this code.
        case exited(Int32)
        /// A signal ended it.
        case signalled(Int32)
        /// Nobody knows: the supervisor was killed, and with it what it ran.
        case interrupted
    }

    package var termination: Termination
    /// The timeout passed, and the tree was ended for it.
    package var timedOut: Bool
    /// The task was cancelled, and the tree was ended for it.
    package var cancelled: Bool
    package var output: CapturedOutput
    package var error: CapturedOutput
    /// From the start until nothing of the tree was left.
    package var duration: Duration
    /// Processes that were still there when the main one had ended, and were killed.
    package var leftoversKilled: Int
    /// Some process could not be killed in time (uninterruptible sleep).
    package var treeRemains: Bool

    /// Whether it exited with 0, in time and by itself.
    package var isSuccess: Bool { termination == .exited(0) && !timedOut && !cancelled }
}
