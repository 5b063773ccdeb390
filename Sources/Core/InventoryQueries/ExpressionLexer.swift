// SPDX-License-Identifier: Apache-2.0

/// What is wrong with an expression, and where in its text.
package struct ExpressionError: Error, Hashable, Sendable {
    package var message: String
    package var hint: String?
    /// The place as UTF-8 offsets; empty at the end of the text.
    package var range: Range<Int>

    package init(_ message: String, at range: Range<Int>, hint: String? = nil) {
        self.message = message
        self.range = range
        self.hint = hint
    }
}

/// A word of an expression with its place.
struct ExpressionToken: Hashable {
    enum Kind: Hashable {
        case name(String)
        case text(String)
        case number(Int)
        /// `14d`, in seconds.
        case span(Int)
        case comparison(InventoryExpression.Comparison)
        case open, close, comma, plus, minus, end
    }

    var kind: Kind
    var range: Range<Int>
}

/// Cuts an expression into words.
struct ExpressionLexer {
    private let bytes: [UInt8]
    private var place = 0
    /// Whether the word before joins a span to `now`.
    private var followsSign = false

    init(_ text: String) { bytes = Array(text.utf8) }

    /// All words, the last of which is the end.
    static func tokens(of text: String) throws(ExpressionError) -> [ExpressionToken] {
        var lexer = ExpressionLexer(text)
        var tokens: [ExpressionToken] = []
        repeat {
            tokens.append(try lexer.next())
            lexer.followsSign = [.plus, .minus].contains(tokens.last?.kind)
        } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(ExpressionError) -> ExpressionToken {
        while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
        let start = place
        guard place < bytes.count else { return ExpressionToken(kind: .end, range: place..<place) }
        let byte = bytes[place]
        let kind: ExpressionToken.Kind
        switch byte {
        case UInt8(ascii: "("): kind = single(.open)
        case UInt8(ascii: ")"): kind = single(.close)
        case UInt8(ascii: ","): kind = single(.comma)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = try quoted(byte)
        case UInt8(ascii: "+"): kind = single(.plus)
        case UInt8(ascii: "-") where !isNegativeNumber: kind = single(.minus)
        case UInt8(ascii: "0")...UInt8(ascii: "9") where followsSign: kind = try span()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): kind = try number()
        case UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"):
            kind = try comparison()
        case _ where isNameStart(byte): kind = name()
        default:
            let character = String(decoding: bytes[place...].prefix(4), as: UTF8.self).prefix(1)
            throw ExpressionError(
                "'\(character)' is no part of an expression",
                at: start..<(start + character.utf8.count)
            )
        }
        return ExpressionToken(kind: kind, range: start..<place)
    }

    private mutating func single(_ kind: ExpressionToken.Kind) -> ExpressionToken.Kind {
        place += 1
        return kind
    }

    private mutating func quoted(_ quote: UInt8) throws(ExpressionError) -> ExpressionToken.Kind {
        let start = place
        var value: [UInt8] = []
        place += 1
        while place < bytes.count, bytes[place] != quote {
            if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count { place += 1 }
            value.append(bytes[place])
            place += 1
        }
        guard place < bytes.count else {
            throw ExpressionError(
                "the text in quotes does not end",
                at: start..<bytes.count,
                hint: "close it with \(quote == UInt8(ascii: "'") ? "'" : "\"")"
            )
        }
        place += 1
        return .text(String(decoding: value, as: UTF8.self))
    }

    private mutating func number() throws(ExpressionError) -> ExpressionToken.Kind {
        let start = place
        place += 1
        // Taken whole, so that `3.0.15` without quotes is one mistake and not three.
        while place < bytes.count, isNamePart(bytes[place]) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        guard let value = Int(text) else {
            throw ExpressionError(
                "'\(text)' is no whole number",
                at: start..<place,
                hint: "put versions and other texts in quotes: \"\(text)\""
            )
        }
        return .number(value)
    }

    /// Whether a minus belongs to the number after it: `-5`, and not `- 5` nor `-90d`.
    private var isNegativeNumber: Bool {
        let digits = bytes[(place + 1)...].prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return false }
        return !(digits.endIndex < bytes.count && TimeSpan.units[bytes[digits.endIndex]] != nil)
    }

    private mutating func span() throws(ExpressionError) -> ExpressionToken.Kind {
        let start = place
        while place < bytes.count, isNamePart(bytes[place]) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        return .span(try TimeSpan(text, at: start..<place).seconds)
    }

    private mutating func comparison() throws(ExpressionError) -> ExpressionToken.Kind {
        let start = place
        while place < bytes.count, place - start < 2,
            [UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!")]
                .contains(bytes[place])
        { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if text == "==" { return .comparison(.equal) }
        guard let comparison = InventoryExpression.Comparison(rawValue: text) else {
            throw ExpressionError(
                "'\(text)' is no comparison",
                at: start..<place,
                hint: "comparisons are = != < <= > >= like in exists"
            )
        }
        return .comparison(comparison)
    }

    /// `AWS:Application.Name`, `Port`: letters, digits and what type names have between them.
    private mutating func name() -> ExpressionToken.Kind {
        let start = place
        while place < bytes.count, isNamePart(bytes[place]) {
            // `now-90d` is no name with a hyphen.
            if bytes[place] == UInt8(ascii: "-"), place - start == 3,
                bytes[start..<place].elementsEqual("now".utf8)
            {
                break
            }
            place += 1
        }
        return .name(String(decoding: bytes[start..<place], as: UTF8.self))
    }

    private func isNameStart(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (0x30...0x39).contains(byte)
            || [UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
    }
}
