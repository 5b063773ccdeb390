// SPDX-License-Identifier: Apache-2.0
package import AWSSigning
import AWSWire
import AsyncHTTPClient
package import FleetModel
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
package import SystemsManagerAPI

/// Systems Manager over the network: AWS JSON 1.1, signed, tried again where that is safe.
///
/// It speaks to a server of Aplomb, by the target `Aplomb.…`, which has every member that the reconciler needs.
package final class AWSClient: SystemsManager {
    /// What the client takes from outside.
    package struct Configuration: Sendable {
        /// `https://aplomb.example:8443`.
        package var url: String
        package var region: String
        package var credentials: AWSCredentials
        /// Certificates in PEM that are trusted instead of the system's.
        package var trustedCertificates: String?
        package var now: @Sendable () -> Timestamp
        package var makeUUID: @Sendable () -> String
        package var pause: @Sendable (Duration) async -> Void
        /// A fraction in 0..<1.
        package var jitter: @Sendable () -> Double

        package init(
            url: String,
            region: String,
            credentials: AWSCredentials,
            trustedCertificates: String? = nil,
            now: @escaping @Sendable () -> Timestamp,
            makeUUID: @escaping @Sendable () -> String,
            pause: @escaping @Sendable (Duration) async -> Void,
            jitter: @escaping @Sendable () -> Double
        ) {
            self.url = url
            self.region = region
            self.credentials = credentials
            self.trustedCertificates = trustedCertificates
            self.now = now
            self.makeUUID = makeUUID
            self.pause = pause
            self.jitter = jitter
        }
    }

    private static let connectSeconds: Int64 = 10
    /// Nodes are asked for their inventory within one request.
    private static let answerSeconds: Int64 = 600
    /// Below what servers keep an idle connection for: one that is closed under a request is not used.
    private static let idleSeconds: Int64 = 20
    private static let answerBytesMax = 512 << 20
    private static let service = "ssm"

    package let traits = SystemsManagerTraits(associationStart: .onRequest)

    private let configuration: Configuration
    private let endpoint: Endpoint
    private let http: HTTPClient
    /// How far the server's clock is ahead of ours.
    private let skewSeconds = Mutex<Int64>(0)

    /// *Errors*: `ValidationException` for an address or certificates that are none.
    package init(_ configuration: Configuration) throws(SystemsManagerError) {
        guard let endpoint = Endpoint(configuration.url) else {
            throw SystemsManagerError(
                .validation,
                "'\(configuration.url)' is not the address of a server"
            )
        }
        self.configuration = configuration
        self.endpoint = endpoint
        var options = HTTPClient.Configuration()
        options.redirectConfiguration = .disallow
        options.timeout.connect = .seconds(Self.connectSeconds)
        options.connectionPool.idleTimeout = .seconds(Self.idleSeconds)
        // Trying again is decided here, where it is known what may be done twice.
        options.connectionPool.retryConnectionEstablishment = false
        options.httpVersion = .http1Only
        if let path = configuration.trustedCertificates {
            do {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
                options.tlsConfiguration = tls
            } catch {
                throw SystemsManagerError(
                    .validation,
                    "the certificates '\(path)' cannot be read: \(error)"
                )
            }
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
    }

    /// Lets go of the connections.
    package func close() async { try? await http.shutdown() }

    package func perform<O: SystemsManagerAPI.Operation>(
        _ request: O
    ) async throws(SystemsManagerError) -> O.Response {
        let body: [UInt8]
        do {
            body = try WireEncoding.encode(request).bytes
        } catch {
            throw SystemsManagerError(.validation, "\(O.operationName): \(error)")
        }
        let answer = try await attempt(O.operationName, body)
        do {
            let value = try JSONValue(parsing: answer)
            return try WireDecoding.decode(O.Response.self, from: value, unknown: .ignore)
        } catch {
            throw SystemsManagerError(
                .internalServerError,
                "\(endpoint.url) answers \(O.operationName) in a form that is not understood: \(error)"
            )
        }
    }

    /// Makes a request until it is answered or must not be made again.
    private func attempt(
        _ operation: String,
        _ body: [UInt8]
    ) async throws(SystemsManagerError) -> [UInt8] {
        let invocation = configuration.makeUUID()
        var attempt = 1
        while true {
            let outcome = await send(operation, body, invocation, attempt)
            let (error, failure): (SystemsManagerError, RetryPolicy.Failure)
            switch outcome {
            case .answer(let bytes): return bytes
            case .failed(let found, let kind): (error, failure) = (found, kind)
            }
            let pause = RetryPolicy.pause(
                after: attempt,
                of: operation,
                failing: failure,
                jitter: configuration.jitter()
            )
            guard let pause, !Task.isCancelled else { throw error }
            await configuration.pause(pause)
            attempt += 1
        }
    }

    private enum Outcome {
        case answer([UInt8])
        case failed(SystemsManagerError, RetryPolicy.Failure)
    }

    private func send(
        _ operation: String,
        _ body: [UInt8],
        _ invocation: String,
        _ attempt: Int
    ) async -> Outcome {
        let signed = sign(operation, body, invocation, attempt)
        var request = HTTPClientRequest(url: endpoint.url + "/")
        request.method = .POST
        for header in signed.headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await http.execute(request, timeout: .seconds(Self.answerSeconds))
            let buffer = try await response.body.collect(upTo: Self.answerBytesMax)
            let bytes = Array(buffer.readableBytesView)
            guard response.status != .ok else { return .answer(bytes) }
            return failure(response, bytes)
        } catch {
            return failure(error)
        }
    }

    private func sign(
        _ operation: String,
        _ body: [UInt8],
        _ invocation: String,
        _ attempt: Int
    ) -> SigningRequest {
        let skew = skewSeconds.withLock { $0 }
        return SigningScheme.sign(
            SigningRequest(
                method: "POST",
                headers: [
                    .init("Host", endpoint.host),
                    .init("Content-Type", "application/x-amz-json-1.1"),
                    .init("X-Amz-Target", "Aplomb.\(operation)"),
                    // What makes two equal requests of one second two.
                    .init("amz-sdk-invocation-id", invocation),
                    .init("amz-sdk-request", "attempt=\(attempt); max=\(RetryPolicy.attemptsMax)"),
                ],
                body: body
            ),
            with: configuration.credentials,
            region: configuration.region,
            service: Self.service,
            at: configuration.now().advanced(bySeconds: skew)
        )
    }

    /// Reads an answer that says that something went wrong.
    private func failure(_ response: HTTPClientResponse, _ body: [UInt8]) -> Outcome {
        let status = Int(response.status.code)
        let json = try? JSONValue(parsing: body)
        let type = json?["__type"]?.text ?? response.headers.first(name: "x-amzn-ErrorType")
        guard let type else {
            let error = SystemsManagerError(
                .internalServerError,
                "\(endpoint.url) answers with HTTP status \(status) and no error of the API"
            )
            return .failed(error, RetryPolicy.failure(status: status, code: error.code))
        }
        // The code may have a name space before it and a list of places behind.
        let name = type.split(separator: "#").last?.split(separator: ":").first ?? ""
        let error = SystemsManagerError(
            .init(rawValue: String(name)),
            json?["message"]?.text ?? json?["Message"]?.text ?? ""
        )
        if correctClock(error, response) { return .failed(error, .throttled) }
        return .failed(error, RetryPolicy.failure(status: status, code: error.code))
    }

    /// Follows the server's clock once it refused ours; `false` when that was not the reason.
    private func correctClock(
        _ error: SystemsManagerError,
        _ response: HTTPClientResponse
    ) -> Bool {
        guard error.code == "InvalidSignatureException",
            error.message.hasPrefix("Signature expired")
                || error.message.hasPrefix("Signature not yet current"),
            let date = response.headers.first(name: "Date").flatMap(HTTPDate.parse)
        else { return false }
        let difference = date.seconds - configuration.now().seconds
        return skewSeconds.withLock { skew in
            defer { skew = difference }
            return abs(skew - difference) > 1
        }
    }

    /// Reads how a connection failed.
    private func failure(_ error: any Error) -> Outcome {
        var message = "\(error)"
        var isUnsent = false
        switch error {
        case is CancellationError:
            return .failed(
                SystemsManagerError("RequestCancelled", "the request was stopped"),
                .final
            )
        case let error as HTTPClientError where error == .cancelled:
            return .failed(
                SystemsManagerError("RequestCancelled", "the request was stopped"),
                .final
            )
        case let error as HTTPClientError:
            isUnsent = [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
            ].contains(error)
            message = error.description
        case let error as IOError:
            isUnsent = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
            message = String(cString: strerror(error.errnoCode)).lowercased()
        case let error as NIOConnectionError:
            isUnsent = true
            message =
                error.connectionErrors.first.map { "\($0.error)" }
                ?? (error.dnsAError ?? error.dnsAAAAError).map { "\($0)" } ?? "no address answers"
        case let error as NIOSSLError:
            return .failed(
                SystemsManagerError(
                    .endpointConnection,
                    "cannot connect to \(endpoint.url) with TLS: \(error)"
                ),
                .final
            )
        default: break
        }
        return .failed(
            SystemsManagerError(
                .endpointConnection,
                isUnsent
                    ? "cannot connect to \(endpoint.url): \(message)"
                    : "the connection to \(endpoint.url) broke: \(message)"
            ),
            isUnsent ? .notSent : .unknown
        )
    }
}

extension SystemsManagerError.Code {
    /// Nobody answered: the name that AWS's clients give it.
    package static let endpointConnection: Self = "EndpointConnectionError"
}
