// SPDX-License-Identifier: Apache-2.0

/// What readers of YAML may take a plain scalar for.
///
/// The union of YAML 1.1 and 1.2: a text that any reader would convert is not plainly a text.
/// *Source*: the YAML 1.1 type repository (bool, int, float, null, timestamp), YAML 1.2.2
/// section 10.3.
package enum PlainMeaning: Hashable, Sendable {
    case text
    case null
    /// `true` or `false` as every version of YAML writes them.
    case boolean
    /// `yes`, `off`, `True` …: a boolean to some readers.
    case looseBoolean
    /// Decimal, without a leading zero, sign `+` or underscores.
    case integer
    /// Octal, hexadecimal, base 60, with underscores: a different number to different readers.
    case looseInteger
    /// Digits, a point, digits.
    case decimal
    case looseDecimal
    case date

    /// How a message names it.
    package var phrase: String {
        switch self {
        case .text: "text"
        case .null: "null"
        case .boolean, .looseBoolean: "a boolean"
        case .integer, .looseInteger, .decimal, .looseDecimal: "a number"
        case .date: "a date"
        }
    }

    /// Decides for the text of a plain scalar.
    package init(of text: String) {
        var text = text
        self = text.withUTF8 { Self.classify($0) }
    }

    private static func classify(_ bytes: UnsafeBufferPointer<UInt8>) -> PlainMeaning {
        guard let first = bytes.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            return number(bytes)
        case UInt8(ascii: "~"):
            return bytes.count == 1 ? .null : .text
        case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"),
            UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"),
            UInt8(ascii: "o"), UInt8(ascii: "O"):
            guard bytes.count <= 5 else { return .text }
            return word(String(decoding: bytes, as: UTF8.self))
        default:
            return .text
        }
    }

    private static func word(_ text: String) -> PlainMeaning {
        switch text {
        case "true", "false": .boolean
        case "null", "Null", "NULL": .null
        case "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "True", "TRUE", "False",
            "FALSE", "on", "On", "ON", "off", "Off", "OFF":
            .looseBoolean
        default: .text
        }
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> PlainMeaning {
        var body = bytes[...]
        let sign = body.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { body = body.dropFirst() }
        guard let first = body.first else { return .text }
        let digits = body.prefix { isDigit($0) }
        if digits.count == body.count {
            let isPlain =
                sign != UInt8(ascii: "+") && (first != 48 || digits.count == 1 && sign == first)
            return isPlain ? .integer : .looseInteger
        }
        let rest = body[digits.endIndex...]
        if first == UInt8(ascii: ".") {
            let word = String(decoding: rest, as: UTF8.self).lowercased()
            if word == ".inf" || word == ".nan" { return .looseDecimal }
        }
        if isBased(body) || isUnderscored(body) { return .looseInteger }
        if isDate(bytes) { return .date }
        if isSexagesimal(body) { return .looseInteger }
        return decimal(digits: digits, rest: rest, sign: sign)
    }

    private static func decimal(
        digits: Slice<UnsafeBufferPointer<UInt8>>,
        rest: Slice<UnsafeBufferPointer<UInt8>>,
        sign: UInt8?
    ) -> PlainMeaning {
        var rest = rest
        var fraction = 0
        let hasPoint = rest.first == UInt8(ascii: ".")
        if hasPoint {
            rest = rest.dropFirst()
            fraction = rest.prefix { isDigit($0) || $0 == UInt8(ascii: "_") }.count
            rest = rest.dropFirst(fraction)
        }
        guard !digits.isEmpty || fraction > 0 else { return .text }
        if rest.isEmpty {
            guard hasPoint else { return .text }
            let isPlain = !digits.isEmpty && fraction > 0 && sign != UInt8(ascii: "+")
            return isPlain ? .decimal : .looseDecimal
        }
        guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else {
            return .text
        }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            rest = rest.dropFirst()
        }
        return !rest.isEmpty && rest.allSatisfy(isDigit) ? .looseDecimal : .text
    }

    /// `0x1F`, `0o17`, `0b11`.
    private static func isBased(_ body: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard body.count > 2, body.first == 48 else { return false }
        let digits = body.dropFirst(2)
        switch body[body.startIndex + 1] {
        case UInt8(ascii: "x"): return digits.allSatisfy { isHexDigit($0) || $0 == 95 }
        case UInt8(ascii: "o"): return digits.allSatisfy { (48...55).contains($0) || $0 == 95 }
        case UInt8(ascii: "b"): return digits.allSatisfy { $0 == 48 || $0 == 49 || $0 == 95 }
        default: return false
        }
    }

    private static func isUnderscored(_ body: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = body.first, isDigit(first) else { return false }
        return body.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// `12:30:45`, `190:20:30.15`: base 60 in YAML 1.1.
    private static func isSexagesimal(_ body: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let parts = body.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count > 1, let head = parts.first, let tail = parts.last else { return false }
        let whole = tail.prefix { isDigit($0) }
        let fraction = tail.dropFirst(whole.count)
        guard !head.isEmpty, head.allSatisfy({ isDigit($0) || $0 == 95 }),
            fraction.isEmpty || fraction.first == 46 && fraction.dropFirst().allSatisfy(isDigit)
        else { return false }
        return (parts[1..<(parts.count - 1)] + [whole]).allSatisfy { part in
            (1...2).contains(part.count) && part.allSatisfy(isDigit)
                && (part.count == 1 || (part.first ?? 57) < UInt8(ascii: "6"))
        }
    }

    /// `2026-01-01`, with or without a time behind it.
    private static func isDate(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count >= 8, (0..<4).allSatisfy({ isDigit(bytes[$0]) }), bytes[4] == 45 else {
            return false
        }
        let month = bytes[5...].prefix { isDigit($0) }
        guard (1...2).contains(month.count), month.endIndex < bytes.count,
            bytes[month.endIndex] == 45
        else { return false }
        let day = bytes[(month.endIndex + 1)...].prefix { isDigit($0) }
        guard (1...2).contains(day.count) else { return false }
        guard day.endIndex < bytes.count else { return true }
        let next = bytes[day.endIndex]
        guard next == 32 || next == 9 || next == 84 || next == 116 else { return false }
        return bytes[day.endIndex...].drop { !isDigit($0) }.prefix { isDigit($0) || $0 == 58 }
            .contains(58)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
