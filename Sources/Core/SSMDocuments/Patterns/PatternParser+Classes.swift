// SPDX-License-Identifier: Apache-2.0

extension PatternParser {
    /// Reads what follows a backslash outside brackets.
    mutating func escape() throws(SafePattern.Problem) -> PatternTree {
        guard let scalar = peek else { throw problem("the pattern ends with a backslash") }
        switch scalar {
        case "b": return assertion(.word)
        case "B": return assertion(.notWord)
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "Z": throw problem("'\\Z' is not supported: use \\z or $")
        case "1"..."9", "k": throw problem("back-references are not supported")
        case "Q":
            index += 1
            return quotedText()
        default:
            let set = try escapedSet()
            return .scalars(flags.ignoresCase && !set.isNegated ? set.ignoringCase : set)
        }
    }

    private mutating func assertion(_ assertion: PatternTree.Assertion) -> PatternTree {
        index += 1
        return .assertion(assertion)
    }

    private mutating func quotedText() -> PatternTree {
        var items: [PatternTree] = []
        while let scalar = peek {
            if scalar == "\\", index + 1 < scalars.count, scalars[index + 1] == "E" {
                index += 2
                break
            }
            index += 1
            let set = ScalarSet(ranges: [scalar.value...scalar.value])
            items.append(.scalars(flags.ignoresCase ? set.ignoringCase : set))
        }
        return .sequence(items)
    }

    /// Reads one escaped character or class, the backslash being read.
    private mutating func escapedSet() throws(SafePattern.Problem) -> ScalarSet {
        guard let scalar = peek else { throw problem("the pattern ends with a backslash") }
        index += 1
        func one(_ value: UInt32) -> ScalarSet { ScalarSet(ranges: [value...value]) }
        switch scalar {
        case "d": return .digit
        case "D": return ScalarSet(ranges: ScalarSet.digit.ranges, isNegated: true)
        case "w": return .word
        case "W": return ScalarSet(ranges: ScalarSet.word.ranges, isNegated: true)
        case "s": return .space
        case "S": return ScalarSet(ranges: ScalarSet.space.ranges, isNegated: true)
        case "t": return one(9)
        case "n": return one(10)
        case "v": return one(11)
        case "f": return one(12)
        case "r": return one(13)
        case "a": return one(7)
        case "0": return one(0)
        case "x": return one(try hexadecimal())
        case "p", "P": throw problem("Unicode classes (\\p) are not supported")
        default:
            guard !ScalarSet.word.contains(scalar) else {
                throw problem("'\\\(scalar)' is not an escape")
            }
            return one(scalar.value)
        }
    }

    private mutating func hexadecimal() throws(SafePattern.Problem) -> UInt32 {
        var digits = ""
        if take("{") {
            while let scalar = peek, scalar != "}" {
                index += 1
                digits.unicodeScalars.append(scalar)
            }
            guard take("}") else { throw problem("'\\x{' has no '}'") }
        } else {
            while digits.count < 2, let scalar = peek {
                index += 1
                digits.unicodeScalars.append(scalar)
            }
            guard digits.count == 2 else { throw problem("'\\x' needs two digits") }
        }
        guard let value = UInt32(digits, radix: 16), value <= 0x10FFFF else {
            throw problem("'\\x\(digits)' is not a character")
        }
        return value
    }

    /// Reads a bracket expression, the `[` being read.
    mutating func bracket() throws(SafePattern.Problem) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        let isNegated = take("^")
        var isFirst = true
        while true {
            guard let scalar = peek else { throw problem("a '[' has no ']'") }
            if scalar == "]", !isFirst {
                index += 1
                break
            }
            isFirst = false
            if scalar == "[", index + 1 < scalars.count, scalars[index + 1] == ":" {
                ranges += try posixClass()
                continue
            }
            let low = try bracketItem()
            guard peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                ranges += low
                continue
            }
            index += 1
            let high = try bracketItem()
            guard low.count == 1, high.count == 1, low[0].count == 1, high[0].count == 1 else {
                throw problem("a range of characters ends in a class")
            }
            guard low[0].lowerBound <= high[0].lowerBound else {
                throw problem("a range of characters runs backwards")
            }
            ranges.append(low[0].lowerBound...high[0].lowerBound)
        }
        var set = ScalarSet(ranges: ranges)
        if flags.ignoresCase { set = set.ignoringCase }
        set.isNegated = isNegated
        return set
    }

    private mutating func bracketItem() throws(SafePattern.Problem) -> [ClosedRange<UInt32>] {
        guard let scalar = peek else { throw problem("a '[' has no ']'") }
        index += 1
        guard scalar == "\\" else { return [scalar.value...scalar.value] }
        if take("b") { return [8...8] }
        return try escapedSet().flattened
    }

    private mutating func posixClass() throws(SafePattern.Problem) -> [ClosedRange<UInt32>] {
        let rest = scalars[(index + 2)...]
        guard let end = rest.firstIndex(of: ":"), end + 1 < scalars.count, scalars[end + 1] == "]"
        else { throw problem("'[:' has no ':]'") }
        let name = String(String.UnicodeScalarView(scalars[(index + 2)..<end]))
        let isNegated = name.hasPrefix("^")
        guard let ranges = Self.posixClasses[isNegated ? String(name.dropFirst()) : name] else {
            throw problem("'[:\(name):]' is not a class")
        }
        index = end + 2
        return ScalarSet(ranges: ranges, isNegated: isNegated).flattened
    }

    private static let posixClasses: [String: [ClosedRange<UInt32>]] = [
        "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122],
        "ascii": [0...127], "blank": [9...9, 32...32], "cntrl": [0...31, 127...127],
        "digit": [48...57], "graph": [33...126], "lower": [97...122], "print": [32...126],
        "punct": [33...47, 58...64, 91...96, 123...126], "space": [9...13, 32...32],
        "upper": [65...90], "word": [48...57, 65...90, 95...95, 97...122],
        "xdigit": [48...57, 65...70, 97...102],
    ]
}
