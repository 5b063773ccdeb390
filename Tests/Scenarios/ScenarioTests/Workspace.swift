// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A fleet repository, a state directory, and the built programs: one per test, thrown away after.
struct Workspace: ~Copyable {
    let root: URL
    /// The work tree, a clone whose `origin` is `bare`.
    let checkout: URL
    let bare: URL
    let state: URL

    init(bare isBare: Bool = false) throws {
        root = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-scenario-\(UUID().uuidString.prefix(8))")
        checkout = root.appending(path: "fleet")
        bare = root.appending(path: "fleet.git")
        state = root.appending(path: "state")
        try FileManager.default.createDirectory(at: checkout, withIntermediateDirectories: true)
        try git("init", "--quiet", "--initial-branch=main", checkout.path)
        if isBare {
            try git("init", "--quiet", "--bare", "--initial-branch=main", bare.path)
            try git("remote", "add", "origin", bare.path)
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// What a program wrote and how it ended.
    struct Ended {
        var status: Int32
        var output: String
        var error: String

        /// The output as JSON.
        var json: [String: Any] {
            get throws {
                let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
                return try #require(value as? [String: Any])
            }
        }
    }

    /// Whether this process may make sandbox nodes: tests that need them say so and are skipped.
    static let canSandbox = getuid() == 0

    static let programs: URL = {
        var folder = URL(filePath: CommandLine.arguments[0])
        while folder.path != "/" {
            let candidate = folder.appending(path: "aplomb")
            if FileManager.default.isExecutableFile(atPath: candidate.path),
                !candidate.hasDirectoryPath
            {
                return folder
            }
            folder.deleteLastPathComponent()
        }
        return URL(filePath: "/nowhere")
    }()

    @discardableResult
    func git(_ arguments: String...) throws -> String {
        let ended = try Self.run(
            URL(filePath: "/usr/bin/git"),
            ["-C", checkout.path] + arguments,
            environment: [
                "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_AUTHOR_NAME": "Kim Larsen", "GIT_AUTHOR_EMAIL": "kim@example.org",
                "GIT_COMMITTER_NAME": "Kim Larsen", "GIT_COMMITTER_EMAIL": "kim@example.org",
            ]
        )
        guard ended.status == 0 else {
            throw ScenarioError("git \(arguments.joined(separator: " ")): \(ended.error)")
        }
        return ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func write(_ path: String, _ text: String) throws {
        let url = checkout.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: checkout.appending(path: path))
    }

    @discardableResult
    func commit(_ message: String) throws -> String {
        try git("add", "--all")
        try git("commit", "--quiet", "--message", message)
        return try git("rev-parse", "HEAD")
    }

    /// Runs `aplomb` to its end, in the checkout.
    @discardableResult
    func aplomb(_ arguments: String..., environment: [String: String] = [:]) throws -> Ended {
        try Self.run(
            Self.programs.appending(path: "aplomb"),
            arguments,
            environment: self.environment.merging(environment) { $1 },
            directory: checkout
        )
    }

    /// The same, with arguments that were put together elsewhere.
    func run(_ arguments: [String]) throws -> Ended {
        try Self.run(
            Self.programs.appending(path: "aplomb"),
            arguments,
            environment: environment,
            directory: checkout
        )
    }

    var environment: [String: String] {
        ["APLOMB_STATE_DIR": state.path, "TMPDIR": root.path, "HOME": root.path]
    }

    /// Starts `aplomb` and leaves it running.
    func start(_ arguments: String...) throws -> Process {
        let process = Process()
        process.executableURL = Self.programs.appending(path: "aplomb")
        process.arguments = arguments
        process.currentDirectoryURL = checkout
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// A file of a sandbox node's own layer; `nil` when the node never wrote it.
    func file(_ path: String, on node: String) throws -> String? {
        let fleets = state.appending(path: "fleets")
        guard let fleet = try? FileManager.default.contentsOfDirectory(atPath: fleets.path).first
        else { return nil }
        let upper = fleets.appending(path: "\(fleet)/sandboxes/\(node)/layers/root/upper\(path)")
        return try? String(contentsOf: upper, encoding: .utf8)
    }

    /// The subjects of the status branch, the newest first.
    func statusLog() throws -> [String] {
        guard (try? git("rev-parse", "--verify", "--quiet", "aplomb/status")) != nil else {
            return []
        }
        return try git("log", "--format=%s", "aplomb/status").split(separator: "\n").map(
            String.init
        )
    }

    /// Performs an operation of the API on the fleet's provider, behind git's back.
    @discardableResult
    func api(_ operation: String, _ input: String) throws -> [String: Any] {
        let ended = try aplomb("api", operation, "--input", input)
        guard ended.status == 0 else { throw ScenarioError("\(operation): \(ended.error)") }
        return try ended.json
    }

    /// The lines of the drift history on the status branch.
    func driftHistory() throws -> String {
        let files = try git("ls-tree", "-r", "--name-only", "aplomb/status").split(separator: "\n")
        return try files.filter { $0.contains("/history/drift-") }
            .map { try statusFile(String($0)) + "\n" }.joined()
    }

    /// Makes every run of an association seem so many seconds older: the clock has moved on.
    func shiftRuns(backBy seconds: Int) throws {
        let program = """
            import glob, sqlite3, sys
            store = sqlite3.connect(glob.glob(sys.argv[1] + '/fleets/*/store.sqlite')[0])
            shift = int(sys.argv[2]) * 1000
            store.execute('UPDATE target_cohort SET executedAt = executedAt - ?', (shift,))
            store.commit()
            """
        let ended = try Self.run(
            URL(filePath: "/usr/bin/env"),
            ["python3", "-c", program, state.path, "\(seconds)"],
            environment: environment
        )
        guard ended.status == 0 else { throw ScenarioError("python3: \(ended.error)") }
    }

    func statusFile(_ path: String) throws -> String {
        try git("show", "aplomb/status:\(path)")
    }

    static func run(
        _ program: URL,
        _ arguments: [String],
        environment: [String: String],
        directory: URL? = nil
    ) throws -> Ended {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let folder = FileManager.default.temporaryDirectory
        let files = try ["out", "err"].map { kind in
            let url = folder.appending(path: "aplomb-\(kind)-\(UUID().uuidString)")
            _ = FileManager.default.createFile(atPath: url.path, contents: nil)
            return (url, try FileHandle(forWritingTo: url))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { url, handle in
            try handle.close()
            defer { try? FileManager.default.removeItem(at: url) }
            return String(decoding: try Data(contentsOf: url), as: UTF8.self)
        }
        return Ended(status: process.terminationStatus, output: texts[0], error: texts[1])
    }
}

struct ScenarioError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
