// SPDX-License-Identifier: Apache-2.0
import AWSWire
import Crypto
import FleetModel
import FoundationEssentials
import SystemsManagerAPI

/// Makes page tokens that are good for one operation, one question and one key only.
///
/// A token is what the engine answered, and a code over it and everything that it belongs to. The code's key is
/// the caller's own secret: nothing is stored, and tokens outlive a restart.
struct PageTokens {
    private static let codeBytes = 16

    let operation: String
    let secret: String
    /// The question without its token and its page size, which may change from page to page.
    let question: [UInt8]

    init(operation: String, secret: String, body: JSONValue) {
        self.operation = operation
        self.secret = secret
        var body = body
        body.set("NextToken", nil)
        body.set("MaxResults", nil)
        question = body.bytes
    }

    func seal(_ token: String) -> String {
        Self.text(Array(code(for: token)) + Array(token.utf8))
    }

    /// *Errors*: `InvalidNextToken`.
    func open(_ sealed: String) throws(SystemsManagerError) -> String {
        let invalid = SystemsManagerError(.invalidNextToken, "The specified token is not valid.")
        guard let bytes = Self.bytes(sealed), bytes.count > Self.codeBytes,
            let token = String(validating: bytes.dropFirst(Self.codeBytes), as: UTF8.self)
        else { throw invalid }
        let difference = zip(bytes, code(for: token)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { throw invalid }
        return token
    }

    private func code(for token: String) -> ArraySlice<UInt8> {
        var hash = HMAC<SHA256>(key: SymmetricKey(data: Array("aplomb-page\(secret)".utf8)))
        for part in [Array(operation.utf8), question, Array(token.utf8)] {
            hash.update(data: Array("\(part.count):".utf8))
            hash.update(data: part)
        }
        return Array(hash.finalize()).prefix(Self.codeBytes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain).map { [UInt8]($0) }
    }
}
