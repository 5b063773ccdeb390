// SPDX-License-Identifier: Apache-2.0
package import FoundationEssentials

/// A moment, to the millisecond.
///
/// *Units*: milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
package struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { self.milliseconds = seconds * 1000 }
    package init(_ date: Date) {
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// Reads RFC 3339 in UTC, with or without a fraction of a second; `nil` for anything else.
    package init?(rfc3339 text: String) {
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        if let date = try? Date(text, strategy: fractional) {
            self.init(date)
        } else if let date = try? Date(text, strategy: .iso8601) {
            self.init(date)
        } else {
            return nil
        }
    }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
    package var seconds: Int64 { milliseconds / 1000 }

    /// `2026-11-24T02:11:00Z`: whole seconds, as Systems Manager prints inventory times.
    package var description: String { date.formatted(.iso8601) }

    /// `2026-11-24T02:11:00.123Z`: exact, which a fraction in floating point is not.
    package var preciseDescription: String {
        let fraction = ((milliseconds % 1000) + 1000) % 1000
        let whole = Timestamp(milliseconds: milliseconds - fraction).description
        let digits = String(fraction)
        return whole.dropLast() + "." + String(repeating: "0", count: 3 - digits.count) + digits
            + "Z"
    }

    package func advanced(bySeconds seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + seconds * 1000)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "'\(text)' is not an RFC 3339 time in UTC"
                )
            )
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds % 1000 == 0 ? description : preciseDescription)
    }
}
