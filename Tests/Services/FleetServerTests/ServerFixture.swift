// SPDX-License-Identifier: Apache-2.0
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import Synchronization
import SystemsManagerAPI

@testable import AWSSigning
@testable import AWSWire
@testable import FleetServer

/// A handler over an engine and a store in a folder that is thrown away, with a key for each role.
final class ServerFixture: Sendable {
    static let now = Timestamp(seconds: 1_800_000_000)

    let engine: EmbeddedEngine
    let handler: RequestHandler
    let keys: [AccessRole: AccessKey]
    private let folder: URL
    private let count = Mutex(0)

    init() async throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let engine = try await EmbeddedEngine.open(
            try FleetStore.open(folder.appending(path: "store.sqlite").path, mode: .readWrite),
            configuration: EmbeddedEngine.Configuration(
                now: { Self.now },
                makeUUID: { UUID().uuidString.lowercased() }
            )
        )
        self.engine = engine
        let keys = Dictionary(
            uniqueKeysWithValues: AccessRole.allCases.map { role in
                let name = "AKIA" + String(repeating: String(role.rawValue.first ?? "x"), count: 16)
                return (
                    role,
                    AccessKey(
                        credentials: AWSCredentials(
                            accessKeyID: name.uppercased(),
                            secretAccessKey: "secret of \(role.rawValue)"
                        ),
                        role: role,
                        createdAt: Self.now
                    )
                )
            }
        )
        self.keys = keys
        let reported = Reports()
        handler = RequestHandler(
            engine: engine,
            configuration: RequestHandler.Configuration(
                findKey: { id in keys.values.first { $0.id == id } },
                now: { Self.now },
                makeRequestID: { "request" },
                report: { reported.add($0) }
            )
        )
        reportedTexts = reported
    }

    private let reportedTexts: Reports

    /// What the handler reported as its own failure.
    var failures: [String] { reportedTexts.all }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func close() async throws { try await engine.close() }

    /// A request that is signed, and like no other.
    func request(
        _ target: String?,
        _ body: String = "{}",
        as role: AccessRole = .admin,
        method: String = "POST",
        path: String = "/",
        query: String = "",
        service: String = "ssm",
        bytes: [UInt8]? = nil,
        at time: Timestamp = ServerFixture.now
    ) -> SigningRequest {
        let number = count.withLock { count in
            count += 1
            return count
        }
        var request = SigningRequest(
            method: method,
            path: path,
            query: query,
            headers: [
                .init("Host", "127.0.0.1"), .init("amz-sdk-invocation-id", "\(number)"),
                .init("Content-Type", "application/x-amz-json-1.1"),
            ],
            body: bytes ?? Array(body.utf8)
        )
        if let target { request.headers.append(.init("X-Amz-Target", target)) }
        guard let key = keys[role] else { return request }
        return SigningScheme.sign(
            request,
            with: key.credentials,
            region: "eu-central-1",
            service: service,
            at: time
        )
    }

    func answer(_ request: SigningRequest) async -> Answer {
        Answer(await handler.answer(request))
    }

    /// Performs an operation of the served API.
    func ssm(_ operation: String, _ body: String = "{}", as role: AccessRole = .admin) async
        -> Answer
    {
        await answer(request("AmazonSSM.\(operation)", body, as: role))
    }

    func groups(
        _ method: String,
        _ path: String,
        _ body: String = "{}",
        query: String = "",
        as role: AccessRole = .admin
    ) async -> Answer {
        await answer(
            request(
                nil,
                body,
                as: role,
                method: method,
                path: path,
                query: query,
                service: "resource-groups"
            )
        )
    }

    struct Answer {
        var response: APIResponse
        var json: JSONValue

        init(_ response: APIResponse) {
            self.response = response
            json = (try? JSONValue(parsing: response.body)) ?? .null
        }

        var status: Int { response.status }
        /// The code of the error; `nil` for a success.
        var code: String? { json["__type"]?.text }
        var message: String { json["Message"]?.text ?? "" }
        var text: String { String(decoding: response.body, as: UTF8.self) }
    }

    private final class Reports: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    static let document = #"""
        {\"schemaVersion\": \"2.2\", \"mainSteps\": [{\"action\": \"aws:runShellScript\", \"name\": \"work\", \"inputs\": {\"runCommand\": [\"true\"]}}]}
        """#
}
