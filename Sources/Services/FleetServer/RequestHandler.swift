// SPDX-License-Identifier: Apache-2.0
package import AWSSigning
import AWSWire
package import FleetModel
package import SystemsManagerAPI

/// Answers requests of the API: who asks, may he, what does he ask, and what is the answer.
///
/// Invariant: nothing but the two health checks is answered without a signature that was verified.
package struct RequestHandler: Sendable {
    /// What the handler takes from outside.
    package struct Configuration: Sendable {
        /// The key of an id, if there is one.
        package var findKey: @Sendable (_ id: String) -> AccessKey?
        package var now: @Sendable () -> Timestamp
        package var makeRequestID: @Sendable () -> String
        /// Whether the engine answers.
        package var isReady: @Sendable () async -> Bool
        /// Told of what went wrong here rather than at the caller's.
        package var report: @Sendable (_ message: String) -> Void

        package init(
            findKey: @escaping @Sendable (_ id: String) -> AccessKey?,
            now: @escaping @Sendable () -> Timestamp,
            makeRequestID: @escaping @Sendable () -> String,
            isReady: @escaping @Sendable () async -> Bool = { true },
            report: @escaping @Sendable (_ message: String) -> Void = { _ in }
        ) {
            self.findKey = findKey
            self.now = now
            self.makeRequestID = makeRequestID
            self.isReady = isReady
            self.report = report
        }
    }

    /// The largest body that is read.
    ///
    /// *Source*: a report of inventory may have 1 MB of items (PutInventory); twice that is ample.
    package static let bodyBytesMax = 2 << 20

    private static let services: Set = ["ssm", "resource-groups"]

    private let engine: any SystemsManager
    private let configuration: Configuration
    private let replays = ReplayGuard()

    package init(engine: any SystemsManager, configuration: Configuration) {
        self.engine = engine
        self.configuration = configuration
    }

    /// Answers one request; of one that is too large the body was not read.
    package func answer(_ request: SigningRequest, isTooLarge: Bool = false) async -> APIResponse {
        if let health = await health(request) { return health }
        let id = configuration.makeRequestID()
        let style: APIProtocol = request.path == "/" || request.path.isEmpty ? .json : .rest
        do {
            guard !isTooLarge else {
                throw SystemsManagerError(
                    .requestTooLarge,
                    "the body is larger than \(Self.bodyBytesMax) bytes"
                )
            }
            let caller = try authenticate(request)
            let answer: JSONValue
            switch style {
            case .json: answer = try await answerJSON(request, caller)
            case .rest: answer = try await answerREST(request, caller)
            }
            return style.answer(answer, id: id)
        } catch {
            let failure = Self.failure(error)
            if failure.code == .internalServerError {
                configuration.report("request \(id) failed: \(failure)")
            }
            return style.failure(failure, id: id)
        }
    }

    private func health(_ request: SigningRequest) async -> APIResponse? {
        guard ["GET", "HEAD"].contains(request.method) else { return nil }
        switch request.path {
        case "/healthz": return .plain(200, "ok")
        case "/readyz":
            return await configuration.isReady() ? .plain(200, "ok") : .plain(503, "not ready")
        default: return nil
        }
    }

    private static func failure(_ error: any Error) -> SystemsManagerError {
        switch error {
        case let error as SystemsManagerError: error
        case let error as WireProblem: error.error
        case let error as SigningError:
            SystemsManagerError(.init(rawValue: error.code.rawValue), error.message)
        case let error as JSONProblem:
            SystemsManagerError(.serialization, "the body is no JSON: \(error)")
        default: SystemsManagerError(.internalServerError, "\(error)")
        }
    }

    // MARK: - Who asks

    /// Who asks, and the proof of it.
    private struct Caller {
        var key: AccessKey
        var proof: SignedRequest
    }

    /// *Errors*: `SigningError`.
    private func authenticate(_ request: SigningRequest) throws(SigningError) -> Caller {
        let signed = try SignedRequest(request)
        guard let key = configuration.findKey(signed.authorization.accessKeyID) else {
            throw SigningError.unrecognizedClient
        }
        try signed.verify(key.credentials, services: Self.services, now: configuration.now())
        return Caller(key: key, proof: signed)
    }

    /// Whether the caller's role may do it, and whether it was not done already.
    ///
    /// A request that changes something is good once. Whoever sends the same again within a second, which
    /// signs it alike, is told to wait: every SDK then tries again with another time, a replay cannot.
    ///
    /// *Errors*: `AccessDeniedException`, `ThrottlingException`.
    private func authorise(_ caller: Caller, _ operation: String) throws {
        let key = caller.key
        guard AccessPolicy.allows(operation, to: key.role) else {
            throw SystemsManagerError(
                .accessDenied,
                "The access key \(key.id) with the role \(key.role.rawValue) is not authorized to "
                    + "perform: \(operation)"
            )
        }
        guard AccessPolicy.levels[operation] != .read else { return }
        switch replays.check(caller.proof, now: configuration.now()) {
        case .new: return
        case .replayed:
            throw SystemsManagerError(
                .throttling,
                "Rate exceeded: a request with this signature was already received; sign it anew."
            )
        case .full: throw SystemsManagerError(.throttling, "Rate exceeded")
        }
    }

    // MARK: - What is asked

    private func answerJSON(_ request: SigningRequest, _ caller: Caller) async throws -> JSONValue {
        guard request.method == "POST" else {
            throw SystemsManagerError(.unknownOperation, "the API is called with POST")
        }
        let type = request[header: "content-type"]?.split(separator: ";").first ?? ""
        guard type.lowercased() == "application/x-amz-json-1.1" else {
            throw SystemsManagerError(
                .unsupportedMediaType,
                "the content type must be application/x-amz-json-1.1"
            )
        }
        let operation = try operation(target: request[header: "x-amz-target"] ?? "")
        try authorise(caller, operation.name)
        return try await operation.perform(
            try body(of: request),
            secret: caller.key.credentials.secretAccessKey,
            on: engine
        )
    }

    private func operation(target: String) throws -> ServedOperation {
        let tables = [
            (SSMOperations.targetPrefix, SSMOperations.byName),
            (AplombOperations.targetPrefix, AplombOperations.byName),
        ]
        for (prefix, table) in tables where target.hasPrefix(prefix) {
            if let operation = table[String(target.dropFirst(prefix.count))] { return operation }
        }
        throw SystemsManagerError(.unknownOperation, "there is no operation '\(target)'")
    }

    private func answerREST(_ request: SigningRequest, _ caller: Caller) async throws -> JSONValue {
        let operations = ResourceGroupOperations(region: caller.proof.authorization.scope.region)
        switch operations.match((request.method, request.path, request.query)) {
        case .unknown:
            throw SystemsManagerError(.unknownOperation, "there is nothing at \(request.path)")
        case .wrongMethod:
            throw SystemsManagerError(
                .methodNotAllowed,
                "\(request.path) is not called with \(request.method)"
            )
        case .route(let route):
            try authorise(caller, route.operation.name)
            var body = try body(of: request)
            for member in route.members { body.set(member.name, member.value) }
            return try await route.operation.perform(
                body,
                secret: caller.key.credentials.secretAccessKey,
                on: engine
            )
        }
    }

    private func body(of request: SigningRequest) throws -> JSONValue {
        guard !request.body.isEmpty else { return .object([]) }
        let body = try JSONValue(parsing: request.body)
        guard case .object = body else {
            throw SystemsManagerError(.serialization, "the body is no JSON object")
        }
        return body
    }
}
