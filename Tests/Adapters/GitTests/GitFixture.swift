// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

/// A folder of its own with what a test needs, deleted at the end.
final class Sandbox: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("aplomb-git-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.resolvingSymlinksInPath().path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a bare repository.
    func bare(_ name: String = "remote.git") throws -> TestRepository {
        try run(["git", "init", "-q", "--bare", "-b", "main", path + "/" + name])
        return TestRepository(path: path + "/" + name)
    }

    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// The folder of the built programs.
var programs: String {
    let arguments = CommandLine.arguments
    if let index = arguments.firstIndex(of: "--test-bundle-path"), index + 1 < arguments.count {
        return (arguments[index + 1] as NSString).deletingLastPathComponent
    }
    return Bundle.main.bundlePath
}

/// The path of the built `aplomb-git`.
var helper: String { programs + "/aplomb-git" }

struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs a program and returns what it printed.
@discardableResult
func run(
    _ command: [String],
    input: Data? = nil,
    in folder: String? = nil,
    environment: [String: String] = [:]
) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    var variables = ProcessInfo.processInfo.environment
    variables["GIT_CONFIG_GLOBAL"] = "/dev/null"
    variables["GIT_CONFIG_NOSYSTEM"] = "1"
    for who in ["AUTHOR", "COMMITTER"] {
        variables["GIT_\(who)_NAME"] = "Ada"
        variables["GIT_\(who)_EMAIL"] = "ada@example.org"
    }
    variables.merge(environment) { _, new in new }
    process.environment = variables
    let output = Pipe()
    let errors = Pipe()
    let source = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = source
    try process.run()
    if let input { source.fileHandleForWriting.write(input) }
    try source.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw CommandFailure(
            description: "\(command): \(String(decoding: said, as: UTF8.self))"
        )
    }
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}

/// A repository driven with the git program.
struct TestRepository: Sendable {
    let path: String

    @discardableResult
    func git(_ arguments: String..., input: Data? = nil, time: Int = 1_700_000_000) throws -> String
    {
        try run(
            ["git", "-C", path] + arguments,
            input: input,
            environment: [
                "GIT_AUTHOR_DATE": "@\(time) +0000", "GIT_COMMITTER_DATE": "@\(time) +0000",
            ]
        )
    }

    func blob(_ text: String) throws -> String {
        try git("hash-object", "-w", "--stdin", input: Data(text.utf8))
    }

    /// Writes a tree of raw entries, however bad.
    func rawTree(_ entries: [(mode: String, name: [UInt8], id: String)]) throws -> String {
        var data = Data()
        for entry in entries {
            data += Data("\(entry.mode) ".utf8) + Data(entry.name) + [0]
            data += Data(try #require(ObjectID(hex: entry.id)).bytes)
        }
        return try git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", input: data)
    }

    func tree(_ files: [String: String]) throws -> String {
        let index = path + "/test-index-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: index) }
        var lines = ""
        for (name, text) in files { lines += "100644 \(try blob(text))\t\(name)\n" }
        let environment = ["GIT_INDEX_FILE": index]
        try run(
            ["git", "-C", path, "update-index", "--add", "--index-info"],
            input: Data(lines.utf8),
            environment: environment
        )
        return try run(["git", "-C", path, "write-tree"], environment: environment)
    }

    func commit(
        tree: String,
        parents: [String] = [],
        message: String = "test",
        time: Int = 1_700_000_000
    ) throws -> ObjectID {
        var arguments = ["git", "-C", path, "commit-tree", tree, "-m", message]
        for parent in parents { arguments += ["-p", parent] }
        let date = "@\(time) +0000"
        let hex = try run(
            arguments,
            environment: ["GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date]
        )
        return try #require(ObjectID(hex: hex))
    }

    /// Commits files on a branch, on top of nothing or of the branch.
    @discardableResult
    func commit(
        _ files: [String: String],
        branch: String = "main",
        parent: ObjectID? = nil,
        message: String = "test",
        time: Int = 1_700_000_000
    ) throws -> ObjectID {
        let id = try commit(
            tree: tree(files),
            parents: parent.map { [$0.hex] } ?? [],
            message: message,
            time: time
        )
        try git("update-ref", "refs/heads/" + branch, id.hex)
        return id
    }
}

/// Text that does not get smaller in a pack.
func noise(_ count: Int) -> String {
    String(decoding: (0..<count).map { _ in UInt8.random(in: 33...126) }, as: UTF8.self)
}

let ada = Signature(name: "Ada", email: "ada@example.org", time: 1_700_000_100)
