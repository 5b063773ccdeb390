// SPDX-License-Identifier: Apache-2.0

/// Why some bytes are no JSON.
package struct JSONProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String
    /// How many bytes were good.
    package var offset: Int

    package var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Reads one JSON value, which must be all there is.
    ///
    /// Strict: no member twice, no lone surrogate, valid UTF-8, at most 64 levels.
    /// *Errors*: `JSONProblem`. *Source*: RFC 8259.
    package init(parsing bytes: [UInt8]) throws(JSONProblem) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

private struct JSONParser {
    private static let depthMax = 64

    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func problem(_ message: String) -> JSONProblem {
        JSONProblem(message: message, offset: index)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func document() throws(JSONProblem) -> JSONValue {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard next == nil else { throw problem("something follows the value") }
        return value
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        guard depth < Self.depthMax else { throw problem("more than \(Self.depthMax) levels") }
        guard let byte = next else { throw problem("the value is missing") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw problem("no value begins so")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONProblem) -> JSONValue
    {
        guard bytes[index...].starts(with: word.utf8) else { throw problem("no value begins so") }
        index += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            index += 1
            return .object([])
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a member's name is missing") }
            let name = try string()
            guard names.insert(name).inserted else { throw problem("a member is there twice") }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw problem("':' is missing") }
            index += 1
            skipSpace()
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "}"):
                index += 1
                return .object(members)
            default: throw problem("',' or '}' is missing")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            index += 1
            return .array([])
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                return .array(elements)
            default: throw problem("',' or ']' is missing")
            }
        }
    }

    private mutating func number() throws(JSONProblem) -> JSONValue {
        let start = index
        if next == UInt8(ascii: "-") { index += 1 }
        if next == UInt8(ascii: "0") {
            index += 1
        } else if digits() == 0 {
            throw problem("a digit is missing")
        }
        if next == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { throw problem("a digit is missing") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            index += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
            guard digits() > 0 else { throw problem("a digit is missing") }
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    /// Skips digits and says how many there were.
    private mutating func digits() -> Int {
        let start = index
        while let byte = next, (48...57).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func string() throws(JSONProblem) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("the text is not UTF-8")
                }
                index += 1
                return string
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &text)
            case 0..<0x20: throw problem("a control character is not escaped")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw problem("the end of a text is missing")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONProblem) {
        guard let byte = next else { throw problem("the end of a text is missing") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(into: &text)
        default: throw problem("there is no such escape")
        }
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws(JSONProblem) {
        var code = UInt32(try unit())
        if (0xD800..<0xDC00).contains(code) {
            guard next == UInt8(ascii: "\\"), index + 1 < bytes.count,
                bytes[index + 1] == UInt8(ascii: "u")
            else { throw problem("half a surrogate pair") }
            index += 2
            let low = UInt32(try unit())
            guard (0xDC00..<0xE000).contains(low) else { throw problem("half a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw problem("half a surrogate pair") }
        text += Character(scalar).utf8
    }

    private mutating func unit() throws(JSONProblem) -> UInt16 {
        guard index + 4 <= bytes.count else { throw problem("a digit is missing") }
        var value: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("a hexadecimal digit is missing")
            }
            value = value << 4 | UInt16(digit)
        }
        index += 4
        return value
    }
}
