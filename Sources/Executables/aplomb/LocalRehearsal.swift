// SPDX-License-Identifier: Apache-2.0
import Commands
import Controller
import FleetModel
import Foundation
import LinuxHost
import NodeRehearsal
import Rehearsals
import SystemPackage

/// Rehearses on clones of this machine and of the sandbox nodes on it.
enum LocalRehearsal {
    static func run(_ request: RehearsalRequest) async throws -> RehearsalFacts {
        do {
            try StateFile.makePrivateDirectory(request.stateDirectory)
            guard case .sandbox = request.node.host,
                FileManager.default.fileExists(atPath: request.directory.path.string)
            else { return try await rehearse(request) }
            // A run and a rehearsal of the same sandboxes exclude each other.
            let lock = try FleetLock(path: request.directory.lock, holder: request.holder)
            defer { withExtendedLifetime(lock) {} }
            return try await rehearse(request)
        } catch let error as HostError {
            throw CommandError(
                error.code == .busy ? .notRun : .failed,
                error.message,
                hint: error.remedy
            )
        }
    }

    /// The same, for whoever holds the fleet's lock, and has seen to it that the sandbox is stopped.
    static func runUnlocked(_ request: RehearsalRequest) async throws -> RehearsalFacts {
        do {
            return try await rehearse(request)
        } catch let error as HostError {
            throw CommandError(.failed, error.message, hint: error.remedy)
        }
    }

    private static func rehearse(_ request: RehearsalRequest) async throws -> RehearsalFacts {
        let rehearsal = Rehearsal(
            stateDirectory: try resolved(request.stateDirectory),
            runner: try ProcessRunner(),
            makeID: { UUID().uuidString.lowercased() },
            now: { Timestamp(Date()) }
        )
        let origin: Rehearsal.Node.Origin =
            switch request.node.host {
            case .sandbox: .sandbox(stateDirectory: request.directory.path.string)
            case .local, .managed: .machine(hostName: hostName)
            }
        return try await rehearsal.run(
            Rehearsal.Request(
                subject: request.subject,
                node: Rehearsal.Node(
                    name: request.node.name,
                    origin: origin,
                    network: request.network,
                    initializer: request.initializer
                ),
                makeDocument: { try request.makeDocument($0.name, $0.version) }
            )
        )
    }

    /// The path without links: what a clone hides is hidden by its true name.
    private static func resolved(_ path: FilePath) throws -> String {
        guard let resolved = realpath(path.string, nil) else { throw Errno(rawValue: errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static var hostName: String {
        let data = FileManager.default.contents(atPath: "/proc/sys/kernel/hostname") ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
