// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The API over HTTP: a listener, and the handler behind it.
package struct APIServer: Sendable {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 takes any port that is free.
        package var port: Int
        package var tls: TLSFiles?
        /// Whether a listener without TLS may be reached from other machines.
        package var allowsInsecure: Bool

        package init(
            host: String,
            port: Int,
            tls: TLSFiles? = nil,
            allowsInsecure: Bool = false
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.allowsInsecure = allowsInsecure
        }
    }

    /// A certificate with its chain, and its key, in PEM.
    package struct TLSFiles: Sendable {
        package var certificateChain: String
        package var privateKey: String

        package init(certificateChain: String, privateKey: String) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }

    private static let idleSeconds: Int64 = 60
    /// Each may hold a body of `RequestHandler.bodyBytesMax`; more of them wait to be accepted.
    private static let connectionsMax = 256

    private let configuration: Configuration
    private let handler: RequestHandler

    package init(configuration: Configuration, handler: RequestHandler) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Serves until the task is cancelled; then no connection is taken any more, and what is being answered
    /// is answered.
    ///
    /// - Parameter ready: told the port once connections are accepted.
    /// *Errors*: `ServerError` for a place that cannot be listened on and for files that are no certificate.
    package func run(ready: @escaping @Sendable (_ port: Int) -> Void) async throws {
        try checkExposure()
        let application = Application(
            responder: Responder(handler: handler),
            server: try builder(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "aplomb",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax)
            ),
            onServerRunning: { channel in
                ready(channel.localAddress?.port ?? configuration.port)
            },
            logger: Logger(label: "api") { _ in SwiftLogNoOpLogHandler() }
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application],
                logger: Logger(label: "api") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        do {
            try await withTaskCancellationHandlerForShutdown(of: group) { try await group.run() }
        } catch let error as IOError {
            throw ServerError(
                "cannot listen on \(configuration.host):\(configuration.port): \(error)"
            )
        }
    }

    /// Turns the cancellation of this task into a graceful end of a group of services.
    private func withTaskCancellationHandlerForShutdown(
        of group: ServiceGroup,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        // The group runs in a task of its own, which is ended by the group and not by cancellation.
        let running = Task { try await body() }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    private func checkExposure() throws {
        let isLoopback =
            ["localhost", "::1"].contains(configuration.host)
            || configuration.host.hasPrefix("127.")
        guard configuration.tls == nil, !isLoopback, !configuration.allowsInsecure else { return }
        throw ServerError(
            "without TLS the API listens on this machine only, not on \(configuration.host)",
            hint: "give --tls-certificate and --tls-key, or --insecure-listen behind a proxy"
        )
    }

    private func builder() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                idleTimeout: .seconds(Self.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10,
                    maxHeaderListSize: 64 << 10,
                    maxHeaderFieldCount: 100
                )
            )
        )
        guard let files = configuration.tls else { return plain }
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificateChain)
                    .map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
                )
            )
            tls.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: tls)
        } catch {
            throw ServerError(
                "the certificate '\(files.certificateChain)' or its key "
                    + "'\(files.privateKey)' cannot be used: \(error)"
            )
        }
    }
}

/// Turns a request of HTTP into one of the API, and an answer back.
private struct Responder: HTTPResponder {
    let handler: RequestHandler

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var request = request
        var body: [UInt8] = []
        var isTooLarge = false
        do {
            let buffer = try await request.collectBody(upTo: RequestHandler.bodyBytesMax)
            body = Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            isTooLarge = true
        }
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers = request.headers.map {
            SigningRequest.Header($0.name.rawName, $0.value)
        }
        if let host = request.head.authority { headers.append(.init("Host", host)) }
        let answer = await handler.answer(
            SigningRequest(
                method: request.method.rawValue,
                path: String(parts[0]),
                query: parts.count > 1 ? String(parts[1]) : "",
                headers: headers,
                body: body
            ),
            isTooLarge: isTooLarge
        )
        var fields = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields[name] = header.value
        }
        // The rest of a body that is too large is not read.
        if isTooLarge { fields[.connection] = "close" }
        return Response(
            status: .init(code: answer.status),
            headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}
