// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import AWSSystemsManager
import FleetEngine
import FleetModel
import FleetServer
import FleetStore
import Foundation
import Synchronization
import SystemsManagerAPI

/// The ways to reach an engine that must not differ.
enum Access: String, CaseIterable, Sendable, CustomStringConvertible {
    case inProcess
    /// A client, HTTP on loopback, the server, the engine.
    case overHTTP

    var description: String { rawValue }
}

/// An engine with two nodes, reached one way; everything that it does is written down.
final class Provider: SystemsManager {
    let engine: EmbeddedEngine
    private let manager: any SystemsManager
    private let client: AWSClient?
    private let server: Task<Void, any Error>?
    private let folder: URL
    private let lines = Mutex<[String]>([])

    var traits: SystemsManagerTraits { manager.traits }

    /// One line for each operation: its request, and its response or error.
    var transcript: [String] { lines.withLock { $0 } }

    init(_ access: Access) async throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-conformance-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let count = Counter()
        let now = Timestamp(milliseconds: 1_800_000_000_123)
        let engine = try await EmbeddedEngine.open(
            try FleetStore.open(folder.appending(path: "store.sqlite").path, mode: .readWrite),
            configuration: EmbeddedEngine.Configuration(now: { now }, makeUUID: { count.uuid() })
        )
        self.engine = engine
        for name in ["web-1", "web-2"] {
            _ = try await engine.attach(NodeRegistration(name: name, agentVersion: "1")) { _ in
                ScriptedNode(now: now)
            }
        }
        guard access == .overHTTP else {
            (manager, client, server) = (engine, nil, nil)
            return
        }
        let key = AccessKey(
            credentials: AWSCredentials(
                accessKeyID: "AKIACONFORMANCE00000",
                secretAccessKey: "secret"
            ),
            role: .admin,
            createdAt: now
        )
        let api = APIServer(
            configuration: APIServer.Configuration(host: "127.0.0.1", port: 0),
            handler: RequestHandler(
                engine: engine,
                configuration: RequestHandler.Configuration(
                    findKey: { $0 == key.id ? key : nil },
                    now: { now },
                    makeRequestID: { count.uuid(of: "request") }
                )
            )
        )
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        server = Task { try await api.run { continuation.yield($0) } }
        var port = 0
        for await bound in ports {
            port = bound
            break
        }
        let client = try AWSClient(
            AWSClient.Configuration(
                url: "http://127.0.0.1:\(port)",
                region: "r",
                credentials: key.credentials,
                now: { now },
                makeUUID: { count.uuid(of: "invocation") },
                pause: { _ in },
                jitter: { 0 }
            )
        )
        (self.client, manager) = (client, client)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func perform<O: SystemsManagerAPI.Operation>(
        _ request: O
    ) async throws(SystemsManagerError) -> O.Response {
        do {
            let response = try await manager.perform(request)
            note(request, Self.text(response))
            return response
        } catch {
            note(request, error.description)
            throw error
        }
    }

    private func note<O: SystemsManagerAPI.Operation>(_ request: O, _ answer: String) {
        lines.withLock { $0.append("\(O.operationName) \(Self.text(request)) → \(answer)") }
    }

    private static func text(_ value: some Encodable) -> String {
        (try? WireCodec.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }

    /// Waits for the end of a command, which is no part of the transcript.
    func finish(_ command: CommandID) async throws { _ = try await engine.waitForCommand(command) }

    func close() async throws {
        await client?.close()
        server?.cancel()
        try await server?.value
        try await engine.close()
    }
}

/// Numbers in the form of UUIDs, each kind counted on its own.
private final class Counter: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func uuid(of kind: String = "") -> String {
        let number = counts.withLock { counts in
            counts[kind, default: 0] += 1
            return counts[kind, default: 0]
        }
        let digits = String(10_000_000 + number)
        return "\(digits)-1111-4111-8111-\(digits)0000"
    }
}

/// A node that fails where a script says `fail-here`.
private struct ScriptedNode: NodeLink {
    let now: Timestamp

    func run(_ document: AgentDocument, for command: CommandID) async -> DocumentResult {
        let fails = "\(document)".contains("fail-here")
        return DocumentResult(
            status: fails ? .failed : .success,
            steps: document.steps.map {
                StepResult(
                    name: $0.name,
                    status: fails ? .failed : .success,
                    responseCode: fails ? 1 : 0,
                    standardOutput: "über\u{1F600}\n",
                    standardOutputBytes: 10
                )
            }
        )
    }

    func collectInventory(
        types: Set<String>,
        knownHashes: [String: String]
    ) async throws -> [InventoryReport] {
        [
            InventoryReport(
                typeName: "AWS:Application",
                schemaVersion: "1.1",
                capturedAt: now,
                contentHash: "hash",
                content: [
                    ["Name": "openssl", "Version": "3.0"], ["Name": "zlib", "Version": "1"],
                ]
            )
        ]
    }
}
