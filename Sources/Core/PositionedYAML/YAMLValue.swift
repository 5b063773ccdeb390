// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// A value on its way to YAML: just enough for what we write ourselves.
package indirect enum YAMLValue: Sendable {
    case string(String)
    /// As a block of lines where that reads back as the same text, else as `string`.
    case lines(String)
    case integer(Int)
    case list([YAMLValue])
    /// Written in the order given; entries that are `nil` are left out by the builders.
    case map([(String, YAMLValue)])

    /// The document, block style, one item per line, ending in a newline.
    package var document: String {
        var text = ""
        write(to: &text, indent: 0, afterKey: false)
        return text
    }

    private func write(to text: inout String, indent: Int, afterKey: Bool) {
        switch self {
        case .string(let value): text += (afterKey ? " " : "") + Self.scalar(value) + "\n"
        case .lines(let value):
            guard afterKey, let block = Self.block(value, indent: indent) else {
                return Self.string(value).write(to: &text, indent: indent, afterKey: afterKey)
            }
            text += block
        case .integer(let value): text += (afterKey ? " " : "") + "\(value)\n"
        case .list(let items):
            guard !items.isEmpty else {
                text += (afterKey ? " " : "") + "[]\n"
                return
            }
            if afterKey { text += "\n" }
            for item in items {
                text += String(repeating: " ", count: indent) + "- "
                item.write(to: &text, indent: indent + 2, afterKey: false)
            }
        case .map(let entries):
            guard !entries.isEmpty else {
                text += (afterKey ? " " : "") + "{}\n"
                return
            }
            if afterKey { text += "\n" }
            // The first entry of a map inside a list stands behind the dash.
            var needsIndent = afterKey || indent == 0
            for (key, value) in entries {
                if needsIndent { text += String(repeating: " ", count: indent) }
                needsIndent = true
                text += Self.scalar(key) + ":"
                value.write(to: &text, indent: indent + 2, afterKey: true)
            }
        }
    }

    /// A literal block, from its sign to the last line's end; `nil` where it would not be the text.
    private static func block(_ text: String, indent: Int) -> String? {
        let hasEnd = text.hasSuffix("\n")
        let body = hasEnd ? String(text.dropLast()) : text
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        let isSafe = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar.isPrintableInYAML && !scalar.isUnsafeToDisplay
        }
        guard isSafe, lines.count > 1, let first = lines.first, let last = lines.last,
            !first.isEmpty, !first.hasPrefix(" "), !last.isEmpty,
            !lines.contains(where: { $0.hasSuffix(" ") })
        else { return nil }
        let margin = String(repeating: " ", count: indent)
        return (hasEnd ? " |\n" : " |-\n")
            + lines.map { $0.isEmpty ? "\n" : "\(margin)\($0)\n" }.joined()
    }

    /// The text plain where YAML 1.1 and 1.2 both read it back as the same text, else in quotes.
    package static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/"),
            text.utf8.count <= 200, !words.contains(text.lowercased())
        else { return false }
        var previous: UInt8 = 0
        for byte in text.utf8 {
            let isSafe =
                isLetter(byte) || (48...57).contains(byte)
                || isPlainSign(byte)
                || (byte == UInt8(ascii: " ") && previous != byte)
                || byte == UInt8(ascii: ":")
            // A colon before a space would make a key, and `- ` or ` #` cannot come up at all.
            if !isSafe || (previous == UInt8(ascii: ":") && byte == UInt8(ascii: " ")) {
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: ":") && previous != UInt8(ascii: " ")
    }

    private static func isPlainSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "%"), UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: ";"):
            true
        default: false
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static let words: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf",
    ]

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.isUnsafeToDisplay || !scalar.isPrintableInYAML:
                let digits = String(scalar.value, radix: 16)
                let (sign, width) = scalar.value > 0xffff ? ("\\U", 8) : ("\\u", 4)
                result += sign + String(repeating: "0", count: width - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    /// *Source*: YAML 1.2, production `c-printable`.
    fileprivate var isPrintableInYAML: Bool {
        switch value {
        case 0x20...0x7e, 0xa0...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }
}
