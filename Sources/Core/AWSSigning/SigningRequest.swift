// SPDX-License-Identifier: Apache-2.0
import Crypto
import FleetModel

/// A request as a signature sees it.
package struct SigningRequest: Hashable, Sendable {
    package var method: String
    /// The path as it is sent: percent-encoded, without the query.
    package var path: String
    /// The query as it is sent: percent-encoded, without the question mark.
    package var query: String
    /// In the order of sending; `host` is one of them.
    package var headers: [Header]
    package var body: [UInt8]

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        method: String,
        path: String = "/",
        query: String = "",
        headers: [Header],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The values of a header, several joined by commas; `nil` when there is none.
    package subscript(header name: String) -> String? {
        let name = name.lowercased()
        let values = headers.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// The SHA-256 of the body in hexadecimal digits.
    package var bodyHash: String { hexadecimal(SHA256.hash(data: body)) }
}
