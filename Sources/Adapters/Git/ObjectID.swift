// SPDX-License-Identifier: Apache-2.0

/// Names a git object: 20 bytes of SHA-1.
package struct ObjectID: Hashable, Sendable, Comparable {
    // Three words instead of an array: ids are keys of large tables.
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// How many bytes an id has.
    package static let byteCount = 20

    /// Makes an id of 20 bytes; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(unchecked: Array(bytes)[...])
    }

    /// Makes an id of bytes whose count is known to be 20.
    init(unchecked bytes: ArraySlice<UInt8>) {
        var position = bytes.startIndex
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        for _ in 0..<8 {
            words.0 = words.0 << 8 | UInt64(bytes[position])
            position += 1
        }
        for _ in 0..<8 {
            words.1 = words.1 << 8 | UInt64(bytes[position])
            position += 1
        }
        for _ in 0..<4 {
            words.2 = words.2 << 8 | UInt64(bytes[position])
            position += 1
        }
        high = words.0
        middle = words.1
        low = UInt32(truncatingIfNeeded: words.2)
    }

    /// Parses 40 hexadecimal digits; nil for anything else.
    package init?(hex: some StringProtocol) {
        guard let bytes = Self.bytes(hex: hex) else { return nil }
        self.init(bytes: bytes)
    }

    private static func bytes(hex: some StringProtocol) -> [UInt8]? {
        let digits = hex.utf8
        guard digits.count == 2 * byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var pending: UInt8?
        for digit in digits {
            guard let value = hexValue(digit) else { return nil }
            if let high = pending {
                bytes.append(high << 4 | value)
                pending = nil
            } else {
                pending = value
            }
        }
        return bytes
    }

    static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The 20 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: high >> UInt64(shift)))
        }
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: middle >> UInt64(shift)))
        }
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: low >> UInt32(shift)))
        }
        return bytes
    }

    /// The 40 lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * Self.byteCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The first ten digits, for people.
    package var short: String {
        String(hex.prefix(10))
    }

    /// Orders by bytes.
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }
}

extension ObjectID: CustomStringConvertible {
    /// The 40 hexadecimal digits.
    package var description: String { hex }
}

extension ObjectID: Codable {
    /// Decodes 40 hexadecimal digits.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ObjectID(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not an object id"
            )
        }
        self = id
    }

    /// Encodes 40 hexadecimal digits.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
