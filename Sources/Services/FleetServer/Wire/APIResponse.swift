// SPDX-License-Identifier: Apache-2.0
import AWSWire
import FleetModel
import SystemsManagerAPI

/// An answer as it goes over HTTP.
package struct APIResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [Header]
    package var body: [UInt8]

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers.map { Header(name: $0.0, value: $0.1) }
        self.body = body
    }

    static func plain(_ status: Int, _ text: String) -> APIResponse {
        APIResponse(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8")],
            body: Array("\(text)\n".utf8)
        )
    }
}

/// How a protocol of AWS writes answers and errors.
enum APIProtocol: Sendable {
    /// *Source*: AWS JSON 1.1, which Systems Manager speaks.
    case json
    /// *Source*: REST-JSON, which Resource Groups speaks.
    case rest

    private var contentType: String {
        switch self {
        case .json: "application/x-amz-json-1.1"
        case .rest: "application/json"
        }
    }

    func answer(_ value: JSONValue, id: String) -> APIResponse {
        APIResponse(
            status: 200,
            headers: [("Content-Type", contentType), ("x-amzn-RequestId", id)],
            body: value.bytes
        )
    }

    /// The message is there in both spellings: models differ, and strict clients follow their model.
    func failure(_ error: SystemsManagerError, id: String) -> APIResponse {
        let (code, status) = translate(error.code)
        let body = JSONValue.object([
            .init("__type", .string(code)), .init("Message", .string(error.message)),
            .init("message", .string(error.message)),
        ])
        return APIResponse(
            status: status,
            headers: [
                ("Content-Type", contentType), ("x-amzn-RequestId", id), ("x-amzn-ErrorType", code),
            ],
            body: body.bytes
        )
    }

    private func translate(_ code: SystemsManagerError.Code) -> (String, Int) {
        switch self {
        case .json: (code.rawValue, Self.statuses[code] ?? 400)
        case .rest:
            Self.restCodes[code] ?? (code.rawValue, Self.restStatuses[code] ?? 400)
        }
    }

    /// *Source*: "Common errors" of the API: everything is 400 but these.
    private static let statuses: [SystemsManagerError.Code: Int] = [
        .internalServerError: 500, .requestTooLarge: 413, .unsupportedMediaType: 415,
        .serviceUnavailable: 503,
    ]

    /// *Source*: the errors of Resource Groups, which has few.
    private static let restCodes: [SystemsManagerError.Code: (String, Int)] = [
        .validation: ("BadRequestException", 400),
        .serialization: ("BadRequestException", 400),
        .invalidNextToken: ("BadRequestException", 400),
        .unknownOperation: ("NotFoundException", 404),
        .accessDenied: ("ForbiddenException", 403),
        .throttling: ("TooManyRequestsException", 429),
        .internalServerError: ("InternalServerErrorException", 500),
    ]

    private static let restStatuses: [SystemsManagerError.Code: Int] = [
        .notFound: 404, .requestTooLarge: 413, .methodNotAllowed: 405, .serviceUnavailable: 503,
        "MissingAuthenticationTokenException": 403, "IncompleteSignatureException": 403,
        "InvalidSignatureException": 403, "UnrecognizedClientException": 403,
        "ExpiredTokenException": 403,
    ]
}

extension SystemsManagerError.Code {
    static let accessDenied: Self = "AccessDeniedException"
    static let methodNotAllowed: Self = "MethodNotAllowedException"
    static let requestTooLarge: Self = "RequestEntityTooLargeException"
    static let serviceUnavailable: Self = "ServiceUnavailableException"
    static let throttling: Self = "ThrottlingException"
    static let unsupportedMediaType: Self = "UnsupportedMediaTypeException"
}
