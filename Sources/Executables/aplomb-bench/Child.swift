// SPDX-License-Identifier: Apache-2.0
import Foundation

struct BenchError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Starts programs the cheapest way there is, so that a floor is one.
enum Child {
    /// Runs a program to its end; what it prints is dropped.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        accepting statuses: Set<Int32> = [0]
    ) throws -> Sample {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let process = try spawn(program, arguments, environment, &actions)
        var status: Int32 = 0
        var usage = rusage()
        wait4(process, &status, 0, &usage)
        let seconds = (clock.now - start) / .seconds(1)
        guard status & 0x7f == 0, statuses.contains(status >> 8 & 0xff) else {
            throw BenchError("\(program) \(arguments.joined(separator: " ")) ended with \(status)")
        }
        return Sample(seconds: seconds, peakBytes: usage.ru_maxrss << 10)
    }

    static func spawn(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        let all = ProcessInfo.processInfo.environment.merging(gitEnvironment) { $1 }
            .merging(environment) { $1 }
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        let code = posix_spawnp(&process, program, &actions, nil, &argv, &envp)
        guard code == 0 else { throw BenchError("cannot start \(program): error \(code)") }
        return process
    }

    /// git as on a machine that nobody has configured.
    private static let gitEnvironment = [
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@localhost",
        "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "bench@localhost",
    ]
}

/// A peer that stays: it times its own rounds, so that its start is no part of them.
final class Peer {
    private let process: pid_t
    private let input: Int32
    private let output: UnsafeMutablePointer<FILE>

    init(_ program: String, _ arguments: [String]) throws {
        var toPeer: [Int32] = [0, 0], fromPeer: [Int32] = [0, 0]
        guard pipe(&toPeer) == 0, pipe(&fromPeer) == 0,
            let file = fdopen(fromPeer[0], "r")
        else { throw BenchError("no pipe for \(program)") }
        for end in toPeer + fromPeer { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toPeer[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromPeer[1], 1)
        process = try Child.spawn(program, arguments, [:], &actions)
        close(toPeer[0])
        close(fromPeer[1])
        input = toPeer[1]
        output = file
    }

    deinit {
        close(input)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        fclose(output)
    }

    /// One round.
    func round() throws -> Sample {
        var line = [CChar](repeating: 0, count: 64)
        guard write(input, "\n", 1) == 1, fgets(&line, 64, output) != nil,
            let text = String(validating: line.prefix { $0 != 0 }, as: UTF8.self),
            let numbers = Optional(text.dropLast().split(separator: " ").compactMap { Double($0) }),
            let nanoseconds = numbers.first
        else {
            throw BenchError("the peer ended; does it lack a package of 'scripts/setup bench'?")
        }
        let peakBytes = numbers.count > 1 ? Int(numbers[1]) : nil
        return Sample(seconds: nanoseconds / 1e9, peakBytes: peakBytes)
    }

    /// A verb of `scripts/bench/peer.py`; Debian's interpreter has Debian's packages.
    static func python(_ arguments: String...) throws -> Peer { try python(arguments) }

    static func python(_ arguments: [String]) throws -> Peer {
        try Peer("/usr/bin/python3", [Scratch.script("peer.py")] + arguments)
    }
}
