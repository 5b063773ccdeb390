// SPDX-License-Identifier: Apache-2.0

/// Why a request is not accepted as signed, in AWS's codes and words.
package struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error codes of AWS that every service has in common.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let rawValue: String

        package static let missingAuthenticationToken =
            Code(rawValue: "MissingAuthenticationTokenException")
        package static let incompleteSignature = Code(rawValue: "IncompleteSignatureException")
        package static let invalidSignature = Code(rawValue: "InvalidSignatureException")
        package static let unrecognizedClient = Code(rawValue: "UnrecognizedClientException")
        package static let expiredToken = Code(rawValue: "ExpiredTokenException")

        package var description: String { rawValue }
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }

    /// A key that is not known and a token that is not the right one look alike from outside.
    package static let unrecognizedClient = SigningError(
        .unrecognizedClient,
        "The security token included in the request is invalid."
    )
}
