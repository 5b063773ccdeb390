// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import Foundation
import Synchronization
import SystemsManagerAPI
import TestSupport
import Testing

@testable import FleetEngine

/// An engine over a real store in a folder of its own, with scripted nodes.
final class EngineFixture: Sendable {
    let folder: String
    let clock = TestClock()
    private let uuids = Atomic<Int>(0)

    init() throws {
        folder = NSTemporaryDirectory() + "aplomb-engine-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open() async throws -> EmbeddedEngine {
        let store = try FleetStore.open(folder + "/fleet.sqlite", mode: .readWrite)
        let clock = clock
        return try await EmbeddedEngine.open(
            store,
            configuration: EmbeddedEngine.Configuration(
                now: { Timestamp(seconds: 1_700_000_000 + clock.now.components.seconds) },
                makeUUID: { [self] in
                    let number = uuids.wrappingAdd(1, ordering: .relaxed).newValue
                    let text = String(number, radix: 16)
                    let padded = String(repeating: "0", count: 8 - text.count) + text
                    return "\(padded)-1111-4111-8111-\(padded)0000"
                },
                sleep: { try await clock.sleep($0) }
            )
        )
    }

    static let document = """
        schemaVersion: "2.2"
        description: says something
        parameters:
          message: {type: String, default: hello}
        mainSteps:
          - action: aws:runShellScript
            name: say
            inputs:
              runCommand: ["echo {{ message }}"]
        """
}

/// A node that does what a test says.
final class ScriptedLink: NodeLink {
    private let script: @Sendable (AgentDocument) async -> StepResult.Status
    private let runs = Mutex<[CommandID]>([])
    let inventory = Mutex<[InventoryReport]>([])

    init(_ script: @escaping @Sendable (AgentDocument) async -> StepResult.Status) {
        self.script = script
    }

    convenience init(_ status: StepResult.Status = .success) { self.init { _ in status } }

    /// The commands that it was asked to run, each as often as it was.
    var asked: [CommandID] { runs.withLock { $0 } }

    func run(_ document: AgentDocument, for command: CommandID) async -> DocumentResult {
        runs.withLock { $0.append(command) }
        let status = await script(document)
        return DocumentResult(
            status: status,
            steps: document.steps.map {
                StepResult(
                    name: $0.name,
                    status: status,
                    responseCode: status == .success ? 0 : 1,
                    standardOutput: "hello\n",
                    standardOutputBytes: 6
                )
            }
        )
    }

    func collectInventory(
        types: Set<String>,
        knownHashes: [String: String]
    ) async throws -> [InventoryReport] {
        inventory.withLock { reports in
            reports.map { report in
                var report = report
                if knownHashes[report.typeName] == report.contentHash { report.content = nil }
                return report
            }
        }
    }
}

/// Lets tasks wait until a test opens it.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }

    /// Waits for the gate or for the task's cancellation.
    func wait() async { for await _ in stream {} }
}

extension EmbeddedEngine {
    @discardableResult
    func attach(
        _ name: String,
        tags: [String: String] = [:],
        _ link: ScriptedLink = ScriptedLink()
    ) async throws -> NodeID {
        let id = try await attach(NodeRegistration(name: name)) { _ in link }
        if !tags.isEmpty {
            _ = try await perform(
                AddTagsToResource(
                    resourceType: .managedInstance,
                    resourceId: id.rawValue,
                    tags: tags.asTags
                )
            )
        }
        return id
    }

    @discardableResult
    func makeAssociation(
        _ targets: [TargetExpression],
        maxConcurrency: String = "50",
        maxErrors: String = "0"
    ) async throws -> AssociationID {
        if (try? await perform(DescribeDocument(name: "motd"))) == nil {
            _ = try await perform(
                CreateDocument(
                    content: EngineFixture.document,
                    name: "motd",
                    documentFormat: "YAML"
                )
            )
        }
        return try await perform(
            CreateAssociation(
                name: "motd",
                associationName: "web-motd",
                targets: targets,
                maxConcurrency: RateBound(maxConcurrency),
                maxErrors: RateBound(maxErrors)
            )
        ).associationDescription.associationId
    }

    func start(_ id: AssociationID, on nodes: [NodeID]? = nil) async throws -> StartedExecution {
        try #require(
            try await perform(StartAssociationsOnce(associationIds: [id], instanceIds: nodes))
                .executions.first
        )
    }

    func cohorts() async throws -> [AssociationTargetCohort] {
        try await perform(ListAssociationTargetStatuses()).cohorts
    }
}

/// Expects an operation to be refused with a code of the API.
func expectError<O: FleetEngineOperation>(
    _ code: SystemsManagerError.Code,
    _ engine: EmbeddedEngine,
    _ operation: O,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    do {
        _ = try await engine.perform(operation)
        Issue.record("\(O.operationName) was not refused", sourceLocation: sourceLocation)
    } catch {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    }
}

typealias FleetEngineOperation = SystemsManagerAPI.Operation
