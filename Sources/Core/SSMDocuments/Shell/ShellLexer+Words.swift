// SPDX-License-Identifier: Apache-2.0

extension ShellLexer {
    /// Reads one word, up to a blank or an operator.
    mutating func parseWord() -> ShellStructure.Word {
        var word = ShellStructure.Word()
        let first = result.contexts.count
        let start = index
        loop: while !isAtEnd {
            if isReference {
                word.literal.append(0)
                record(.bare)
                continue
            }
            guard let byte else { break }
            switch byte {
            case 32, 9, 10, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"),
                UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ")"):
                break loop
            case UInt8(ascii: "("):
                guard word.literal.last == UInt8(ascii: "=") else { break loop }
                // An array: its elements are words.
                index += 1
                parseList(until: .parenthesis)
            case UInt8(ascii: "`"):
                if backtickDepth > 0 { break loop }
                parseBackticks()
                word.literal.append(0)
            case UInt8(ascii: "'"):
                index += 1
                parseSingleQuotes(into: &word)
            case UInt8(ascii: "\""):
                index += 1
                parseDoubleQuotes(into: &word)
            case UInt8(ascii: "$"):
                parseDollar(in: .bare)
                word.literal.append(0)
            case UInt8(ascii: "\\"):
                parseEscape(into: &word)
            default:
                word.literal.append(byte)
                index += 1
            }
        }
        word.references = first..<result.contexts.count
        word.isOnlyReference = index == start + 1 && word.references.count == 1
        return word
    }

    private mutating func parseEscape(into word: inout ShellStructure.Word) {
        index += 1
        if isReference {
            record(.escaped)
            return
        }
        if next(is: "`"), backtickDepth > 0 { isUnclear = true }
        if let byte, byte != 10 { word.literal.append(byte) }
        index += 1
    }

    private mutating func parseSingleQuotes(into word: inout ShellStructure.Word) {
        while !isAtEnd {
            if isReference {
                word.literal.append(0)
                record(.singleQuoted)
                continue
            }
            guard let byte else { return }
            index += 1
            if byte == UInt8(ascii: "'") { return }
            // Back-ticks end at the first back-tick, quoted or not.
            if byte == UInt8(ascii: "`"), backtickDepth > 0 { isUnclear = true }
            word.literal.append(byte)
        }
        isUnclear = true
    }

    private mutating func parseDoubleQuotes(into word: inout ShellStructure.Word) {
        while !isAtEnd {
            if next(is: "\"") {
                index += 1
                return
            }
            if isReference {
                word.literal.append(0)
                record(.doubleQuoted)
                continue
            }
            if let byte, ![UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`")].contains(byte)
            {
                word.literal.append(byte)
                index += 1
                continue
            }
            word.literal.append(0)
            parseExpandedText(in: .doubleQuoted)
        }
        isUnclear = true
    }

    /// Reads one unit of text in which `$`, back-ticks and backslashes are active.
    mutating func parseExpandedText(in context: ShellContext) {
        guard let byte else { return }
        switch byte {
        case UInt8(ascii: "\\"):
            index += 1
            if isReference { record(.escaped) } else { index += 1 }
        case UInt8(ascii: "$"): parseDollar(in: context)
        case UInt8(ascii: "`"):
            if backtickDepth > 0 {
                isUnclear = true
                index += 1
            } else {
                parseBackticks()
            }
        default: index += 1
        }
    }

    private mutating func parseBackticks() {
        index += 1
        backtickDepth += 1
        defer { backtickDepth -= 1 }
        parseList(until: .backtick)
    }

    // MARK: Expansions

    /// Reads what a dollar sign begins.
    private mutating func parseDollar(in context: ShellContext) {
        index += 1
        if isReference {
            record(.escaped)
            return
        }
        guard let byte else { return }
        switch byte {
        case UInt8(ascii: "(") where next(is: "(", after: 1):
            index += 2
            parseArithmetic()
        case UInt8(ascii: "("):
            index += 1
            // A substitution begins quoting anew, and back-ticks around it still end it.
            parseList(until: .parenthesis)
        case UInt8(ascii: "{"):
            index += 1
            parseParameterExpansion(in: context)
        case UInt8(ascii: "'") where context == .bare:
            index += 1
            parseANSIQuotes()
        case UInt8(ascii: "["):
            // The old form of arithmetic in bash; in sh it is text.
            index += 1
            arithmeticDepth += 1
            while !isAtEnd, !next(is: "]"), self.byte != 10 {
                if isReference { record(.arithmetic) } else { index += 1 }
            }
            arithmeticDepth -= 1
        case let byte where Template.isWordByte(byte):
            while let byte = self.byte, Template.isWordByte(byte) { index += 1 }
        case UInt8(ascii: "#"), UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "*"),
            UInt8(ascii: "!"), UInt8(ascii: "-"), UInt8(ascii: "$"):
            index += 1
        default: break
        }
    }

    private mutating func parseANSIQuotes() {
        while !isAtEnd {
            if isReference {
                record(.ansiQuoted)
            } else if next(is: "\\"), next(is: "'", after: 1) {
                // Shells differ on whether this ends the text.
                isUnclear = true
                index += 2
            } else if next(is: "'") {
                index += 1
                return
            } else {
                index += 1
            }
        }
        isUnclear = true
    }

    private mutating func parseParameterExpansion(in context: ShellContext) {
        while let byte, Template.isWordByte(byte) || [33, 35, 36, 42, 63, 64].contains(byte) {
            index += 1
        }
        let hasColon = next(is: ":")
        let operatorByte = byte(at: index + (hasColon ? 1 : 0))
        let substitutes: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "="), 43, 63]
        let isSubstitute = operatorByte.map(substitutes.contains) ?? false
        var ignored = ShellStructure.Word()
        while !isAtEnd {
            if isReference {
                record(isSubstitute ? context : .parameterExpansion)
            } else if next(is: "}") {
                index += 1
                return
            } else if next(is: "'"), context == .bare {
                index += 1
                parseSingleQuotes(into: &ignored)
            } else if next(is: "\""), context != .heredoc {
                index += 1
                parseDoubleQuotes(into: &ignored)
            } else {
                parseExpandedText(in: context)
            }
        }
        isUnclear = true
    }

    /// Reads an arithmetic expression, its two opening parentheses being read.
    mutating func parseArithmetic() {
        arithmeticDepth += 1
        defer { arithmeticDepth -= 1 }
        var open = 2
        var ignored = ShellStructure.Word()
        while !isAtEnd, open > 0 {
            if isReference {
                record(.arithmetic)
            } else if next(is: "(") {
                open += 1
                index += 1
            } else if next(is: ")") {
                open -= 1
                index += 1
            } else if next(is: "\"") {
                index += 1
                parseDoubleQuotes(into: &ignored)
            } else if next(is: "'") {
                index += 1
                parseSingleQuotes(into: &ignored)
            } else {
                parseExpandedText(in: .bare)
            }
        }
        if open > 0 { isUnclear = true }
    }
}
