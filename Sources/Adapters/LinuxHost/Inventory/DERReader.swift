// SPDX-License-Identifier: Apache-2.0

/// Reads the distinguished encoding of ASN.1 (X.690), as certificates are written in it.
///
/// Our own, because the agent needs seven fields of one structure: `swift-certificates` would be
/// the largest part of it, and `openssl` is not on every machine and would be a process per file.
struct DERReader {
    struct Element {
        var tag: UInt8
        var content: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next element; `nil` at the end and for what is not well-formed.
    mutating func next() -> Element? {
        guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let first = rest.popFirst() else {
            return nil
        }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard rest.count >= length else { return nil }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return Element(tag: tag, content: content)
    }

    /// The next element, if it has the tag.
    mutating func next(_ tag: UInt8) -> ArraySlice<UInt8>? {
        var copy = self
        guard let element = copy.next(), element.tag == tag else { return nil }
        self = copy
        return element.content
    }

    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31
    static let integer: UInt8 = 0x02
    static let octets: UInt8 = 0x04
    static let objectIdentifier: UInt8 = 0x06

    /// Writes an object identifier with dots.
    static func dotted(_ bytes: ArraySlice<UInt8>) -> String {
        var numbers: [UInt64] = []
        var value: UInt64 = 0
        for byte in bytes {
            guard value < 1 << 56 else { return "" }
            value = value << 7 | UInt64(byte & 0x7F)
            guard byte & 0x80 == 0 else { continue }
            if numbers.isEmpty {
                let first = min(value / 40, 2)
                numbers = [first, value - 40 * first]
            } else {
                numbers.append(value)
            }
            value = 0
        }
        return numbers.map(String.init).joined(separator: ".")
    }

    /// Reads a text of any of the string types; `nil` for other elements.
    static func text(_ element: Element) -> String? {
        switch element.tag {
        case 0x0C, 0x12, 0x13, 0x16, 0x1A: String(decoding: element.content, as: UTF8.self)
        case 0x14: String(String.UnicodeScalarView(element.content.map { UnicodeScalar($0) }))
        case 0x1E:
            String(
                decoding: stride(
                    from: element.content.startIndex,
                    to: element.content.endIndex - 1,
                    by: 2
                ).map { UInt16(element.content[$0]) << 8 | UInt16(element.content[$0 + 1]) },
                as: UTF16.self
            )
        default: nil
        }
    }

    /// Reads a UTCTime or GeneralizedTime in the form of RFC 5280 as `2006-01-02T15:04:05Z`.
    static func time(_ element: Element) -> String? {
        var digits = String(decoding: element.content, as: UTF8.self)
        guard digits.hasSuffix("Z") else { return nil }
        digits.removeLast()
        if element.tag == 0x17, digits.utf8.count == 12 {
            // RFC 5280, 4.1.2.5.1: 50 and above are of the last century.
            digits = (digits < "50" ? "20" : "19") + digits
        }
        let bytes = Array(digits.utf8)
        guard element.tag == 0x17 || element.tag == 0x18, bytes.count == 14,
            bytes.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let part = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
            + "T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
    }
}
