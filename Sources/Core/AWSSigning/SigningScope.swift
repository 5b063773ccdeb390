// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What a signature is good for: a day, a region and a service.
package struct SigningScope: Hashable, Sendable, CustomStringConvertible {
    static let terminator = "aws4_request"

    /// `20150830`.
    package var date: String
    package var region: String
    package var service: String

    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    package var description: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }
}

/// The moment of a signature, `20150830T123600Z`.
///
/// *Units*: whole seconds.
package struct SigningTime: Hashable, Sendable, CustomStringConvertible {
    package let timestamp: Timestamp

    package init(_ timestamp: Timestamp) { self.timestamp = Timestamp(seconds: timestamp.seconds) }

    /// Reads the basic form of ISO 8601 in UTC; `nil` for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z")
        else { return nil }
        func part(_ range: Range<Int>) -> String {
            String(decoding: bytes[range], as: UTF8.self)
        }
        let date = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
        let time = "\(part(9..<11)):\(part(11..<13)):\(part(13..<15))"
        guard let timestamp = Timestamp(rfc3339: "\(date)T\(time)Z") else { return nil }
        self.init(timestamp)
        // What a lenient reader would carry over, such as the 31st of June, is no time.
        guard description == text else { return nil }
    }

    package var description: String {
        timestamp.description.filter { $0 != "-" && $0 != ":" }
    }

    /// `20150830`.
    package var date: String { String(description.prefix(8)) }
}
