// SPDX-License-Identifier: Apache-2.0
import Foundation
import InventoryQueries
import Testing

@testable import LinuxHost

/// A folder that stands for the root of a machine.
struct FixtureRoot: ~Copyable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = "/var/tmp/aplomb-root-\(UUID().uuidString)"
        try makeDirectories(path, mode: 0o755)
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try write(name, bytes: Array(text.utf8), mode: mode)
    }

    func write(_ name: String, bytes: [UInt8], mode: Int = 0o644) throws {
        let file = path + name
        try makeDirectories(
            String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]),
            mode: 0o755
        )
        try Data(bytes).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    func link(_ name: String, to target: String) throws {
        let file = path + name
        try makeDirectories(
            String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]),
            mode: 0o755
        )
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: target)
    }

    var context: GatherContext { get throws { GatherContext(files: try HostFiles(root: path)) } }

    /// What a gathering finds in this root, and what it says beside it.
    func gather(_ gathering: Gathering) throws -> [[String: String]] { try outcome(gathering).0 }

    func outcome(_ gathering: Gathering) throws -> ([[String: String]], [String]) {
        let outcomes = try InventoryReader.gather(gathering, since: nil, try context)
        guard case .item(let gathered)? = outcomes.first else { return ([], ["\(outcomes)"]) }
        return (gathered.item.entries, gathered.remarks)
    }
}

extension InventoryReader {
    /// The entries of the first item of a gathering on this machine.
    func entries(_ gathering: Gathering, type: String? = nil) async throws -> [[String: String]] {
        for outcome in await gather(gathering) {
            switch outcome {
            case .item(let gathered):
                if type == nil || gathered.item.typeName == type { return gathered.item.entries }
            case .failed(let name, let error): throw GatherFailure(text: "\(name): \(error)")
            case .unchanged: continue
            }
        }
        throw GatherFailure(text: "nothing was gathered")
    }
}

struct GatherFailure: Error { var text: String }

extension ProcessRunner {
    /// What a program that is installed here prints, or a failure that says so.
    func oracle(_ script: String, on machine: Machine = .local) async throws -> [String] {
        var request = ProcessRequest.script(script)
        request.outputLimit = OutputLimit(headBytes: 64 << 20, tailBytes: 0)
        let result = try await run(request, on: machine)
        guard result.isSuccess else { throw GatherFailure(text: result.error.text()) }
        return result.output.text().split(separator: "\n").map(String.init)
    }
}

/// Whether this machine has a program that a test asks.
func has(_ program: String) -> Bool {
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + program)
    }
}
