// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Reads JSON into positioned nodes, strictly: RFC 8259, and no duplicate keys (F-12, BI-038).
///
/// The only reader of JSON that a user wrote: two readers would see two texts.
package func parseJSON(
    _ bytes: [UInt8],
    file: String,
    limits: ParseLimits = ParseLimits()
) -> ParsedText {
    bytes.withUnsafeBufferPointer { buffer in
        let findings = TextCheck(bytes: buffer, file: file, grammar: .json).run(limits: limits)
        guard findings.isEmpty else { return ParsedText(diagnostics: findings) }
        var reader = JSONReader(bytes: buffer, file: file, limits: limits)
        return reader.readText()
    }
}

struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let limits: ParseLimits
    private var cursor: TextCursor
    private var offset: Int
    private var diagnostics: [Diagnostic] = []
    private var hasFailed = false
    private var nodeCount = 0

    init(bytes: UnsafeBufferPointer<UInt8>, file: String, limits: ParseLimits) {
        self.bytes = bytes
        self.file = file
        self.limits = limits
        cursor = TextCursor(bytes: bytes)
        offset = cursor.offset
    }

    mutating func readText() -> ParsedText {
        skipSpace()
        guard offset < bytes.count else {
            return ParsedText(diagnostics: [
                Diagnostic(
                    .warning,
                    .emptyManifest,
                    "the file holds no document",
                    at: SourceRange(wholeFile: file)
                )
            ])
        }
        let root = readValue(depth: 1)
        if !hasFailed {
            skipSpace()
            if offset < bytes.count { fail("there is more text after the end of the value") }
        }
        if hasFailed {
            let isCut = diagnostics.contains { $0.code == .limitExceeded }
            return ParsedText(
                diagnostics: diagnostics,
                fragments: [root],
                mayHideDocuments: isCut
            )
        }
        if !diagnostics.isEmpty { return ParsedText(diagnostics: diagnostics, damaged: [root]) }
        return ParsedText(documents: [root])
    }

    private mutating func readValue(depth: Int) -> Node {
        nodeCount += 1
        let start = place()
        let empty = Node(.scalar(.init("")), at: SourceRange(file: file, start: start))
        guard nodeCount <= limits.nodesMax else {
            fail("the file has more than \(limits.nodesMax) nodes", code: .limitExceeded)
            return empty
        }
        guard offset < bytes.count else {
            fail("the text ends where a value is expected")
            return empty
        }
        let byte = bytes[offset]
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            guard depth <= limits.depthMax else {
                fail("values are nested deeper than \(limits.depthMax) levels", code: .tooDeep)
                return empty
            }
            return byte == UInt8(ascii: "{")
                ? readObject(depth: depth, from: start) : readArray(depth: depth, from: start)
        }
        if byte == UInt8(ascii: "\"") {
            let text = readString(max: limits.scalarBytesMax, what: "text")
            return Node(.scalar(.init(text, style: .quoted)), at: range(from: start))
        }
        return readLiteral(from: start)
    }

    private mutating func readObject(depth: Int, from start: SourcePosition) -> Node {
        var entries: [Node.Entry] = []
        var index = KeyIndex()
        offset += 1
        skipSpace()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard peek() == UInt8(ascii: "\"") else {
                    fail("a key in double quotes is expected")
                    break
                }
                let keyStart = place()
                let key = readString(max: limits.keyBytesMax, what: "key")
                let keyRange = range(from: keyStart)
                skipSpace()
                guard !hasFailed, expect(UInt8(ascii: ":"), "':' is expected after the key") else {
                    break
                }
                skipSpace()
                let value = readValue(depth: depth + 1)
                nodeCount += 1
                if let first = index.insert(key, into: entries) {
                    refuseDuplicate(key, at: keyRange, first: entries[first].keyRange)
                } else {
                    entries.append(.init(key: key, keyRange: keyRange, value: value))
                }
                skipSpace()
            } while !hasFailed && take(UInt8(ascii: ","))
            if !hasFailed { _ = expect(UInt8(ascii: "}"), "',' or '}' is expected") }
        }
        return Node(.mapping(entries), at: range(from: start))
    }

    private mutating func readArray(depth: Int, from start: SourcePosition) -> Node {
        var items: [Node] = []
        offset += 1
        skipSpace()
        if !take(UInt8(ascii: "]")) {
            repeat {
                skipSpace()
                items.append(readValue(depth: depth + 1))
                skipSpace()
            } while !hasFailed && take(UInt8(ascii: ","))
            if !hasFailed { _ = expect(UInt8(ascii: "]"), "',' or ']' is expected") }
        }
        return Node(.sequence(items), at: range(from: start))
    }

    /// Reads `true`, `false`, `null` or a number, and keeps its text.
    private mutating func readLiteral(from start: SourcePosition) -> Node {
        let token = bytes[offset...].prefix { byte in
            byte &- 48 < 10 || (97...122).contains(byte | 32) || byte == 43 || byte == 45
                || byte == 46 || byte == 95
        }
        let text = String(decoding: token, as: UTF8.self)
        guard ["true", "false", "null"].contains(text) || Self.isNumber(token) else {
            fail(
                token.isEmpty
                    ? "a value is expected" : "'\(text.excerpt)' is not a value of JSON"
            )
            return Node(.scalar(.init(text)), at: range(from: start))
        }
        offset = token.endIndex
        return Node(.scalar(.init(text)), at: range(from: start))
    }

    private static func isNumber(_ token: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var rest = token
        func digits() -> Int { rest.prefix { $0 &- 48 < 10 }.count }
        if rest.first == 45 { rest = rest.dropFirst() }
        let whole = digits()
        guard whole > 0, whole == 1 || rest.first != 48 else { return false }
        rest = rest.dropFirst(whole)
        if rest.first == 46 {
            rest = rest.dropFirst()
            let fraction = digits()
            guard fraction > 0 else { return false }
            rest = rest.dropFirst(fraction)
        }
        if let byte = rest.first, byte | 32 == 101 {
            rest = rest.dropFirst()
            if rest.first == 43 || rest.first == 45 { rest = rest.dropFirst() }
            let exponent = digits()
            guard exponent > 0 else { return false }
            rest = rest.dropFirst(exponent)
        }
        return rest.isEmpty
    }

    private mutating func readString(max: Int, what: String) -> String {
        offset += 1
        var buffer: [UInt8] = []
        var run = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                buffer.append(contentsOf: bytes[run..<offset])
                offset += 1
                guard buffer.count <= max else {
                    fail(
                        "the \(what) has \(buffer.count) bytes, more than the \(max) allowed",
                        code: .limitExceeded
                    )
                    return ""
                }
                return String(decoding: buffer, as: UTF8.self)
            case UInt8(ascii: "\\"):
                buffer.append(contentsOf: bytes[run..<offset])
                guard readEscape(into: &buffer) else { return "" }
                run = offset
            case 0..<32:
                fail("a line end or tab within a text must be written as an escape")
                return ""
            default:
                offset += 1
            }
        }
        fail("the text is not closed by a double quote")
        return ""
    }

    private mutating func readEscape(into buffer: inout [UInt8]) -> Bool {
        let short: [UInt8: UInt8] = [
            34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9,
        ]
        guard offset + 1 < bytes.count else {
            fail("the text ends within an escape")
            return false
        }
        if let byte = short[bytes[offset + 1]] {
            buffer.append(byte)
            offset += 2
            return true
        }
        guard bytes[offset + 1] == UInt8(ascii: "u"), let first = hexUnit(at: offset + 2) else {
            fail("the escape is not one of JSON")
            return false
        }
        var value = first
        var length = 6
        if (0xD800...0xDBFF).contains(first), offset + 7 < bytes.count, bytes[offset + 6] == 92,
            bytes[offset + 7] == UInt8(ascii: "u"), let second = hexUnit(at: offset + 8),
            (0xDC00...0xDFFF).contains(second)
        {
            value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            length = 12
        }
        guard let scalar = Unicode.Scalar(value) else {
            fail("the escape is half of a surrogate pair")
            return false
        }
        guard value != 0 else {
            fail("the text holds the character NUL", code: .badEncoding)
            return false
        }
        buffer.append(contentsOf: UTF8.encode(scalar) ?? .init())
        offset += length
        return true
    }

    private func hexUnit(at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func refuseDuplicate(_ key: String, at range: SourceRange, first: SourceRange)
    {
        diagnostics.append(
            Diagnostic(
                .duplicateKey,
                "the key '\(key.excerpt)' is given twice",
                at: range,
                notes: [.init("first given here", at: first)]
            )
        )
        if diagnostics.count >= limits.findingsMax {
            fail("the file has more than \(limits.findingsMax) findings", code: .limitExceeded)
        }
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [9, 10, 13, 32].contains(bytes[offset]) { offset += 1 }
    }

    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ message: String) -> Bool {
        if take(byte) { return true }
        fail(message)
        return false
    }

    private mutating func fail(_ message: String, code: DiagnosticCode = .jsonSyntax) {
        guard !hasFailed else { return }
        hasFailed = true
        let hint: String? = code == .jsonSyntax ? hintForFailure() : nil
        diagnostics.append(
            Diagnostic(code, message, at: SourceRange(file: file, start: place()), hint: hint)
        )
    }

    private func hintForFailure() -> String? {
        switch peek() {
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
        case UInt8(ascii: "'"): "JSON writes texts in double quotes"
        case UInt8(ascii: "}"), UInt8(ascii: "]"): "JSON allows no comma before the end"
        default: offset < 5 ? "a file with YAML in it must end in .yaml" : nil
        }
    }

    private mutating func place() -> SourcePosition {
        cursor.advance(to: offset)
        return cursor.position
    }

    private mutating func range(from start: SourcePosition) -> SourceRange {
        SourceRange(file: file, start: start, end: place())
    }
}
