// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// `aplomb serve` of a workspace, with a key that may do everything; ended by its process id alone.
final class ServedFleet {
    let endpoint: String
    let accessKeyID: String
    private let secret: String
    private let process: Process
    private let log: URL

    /// Starts the server and waits until it says that it is ready.
    init(_ work: borrowing Workspace, _ arguments: [String] = [".", "--api", "127.0.0.1:0"]) throws
    {
        let made = try work.aplomb("access-key", "create", "--output", "json").json
        accessKeyID = try #require(made["accessKeyId"] as? String)
        secret = try #require(made["secretAccessKey"] as? String)
        log = work.root.appending(path: "serve-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        process = Process()
        process.executableURL = Workspace.programs.appending(path: "aplomb")
        process.arguments = ["serve"] + arguments
        process.currentDirectoryURL = work.checkout
        process.environment = ProcessInfo.processInfo.environment.merging(work.environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        let (log, process) = (log, process)
        var address = ""
        try eventually {
            let text = try String(contentsOf: log, encoding: .utf8)
            guard process.isRunning else { throw ScenarioError("serve ended: \(text)") }
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready: ") })
            else { return false }
            address = String(line.split(separator: " ")[1])
            return true
        }
        endpoint = address
    }

    /// What the server wrote to standard error.
    var messages: String { get throws { try String(contentsOf: log, encoding: .utf8) } }

    /// What AWS's clients read their credentials from.
    var credentials: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": accessKeyID, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-central-1",
        ]
    }

    var port: String { String(endpoint.split(separator: ":").last ?? "") }

    /// Asks the server to end, and answers with which status it did.
    func stop(_ signal: Int32 = SIGTERM) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Runs a script beside this folder with boto3, and answers the JSON that it printed.
    func boto(_ name: String, _ arguments: [String]) throws -> [String: Any] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../boto3/\(name)")
        let data = try Boto.run(
            try String(contentsOf: file, encoding: .utf8),
            arguments,
            environment: credentials
        )
        let value = try JSONSerialization.jsonObject(with: data)
        return try #require(value as? [String: Any])
    }
}
