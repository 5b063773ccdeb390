// SPDX-License-Identifier: Apache-2.0
import PositionedYAML

/// A JSON value to be written, with its members in a chosen order.
indirect enum JSONText {
    case object([(String, JSONText)])
    case array([JSONText])
    case string(String)
    /// A number, `true`, `false` or `null`, as it is to be written.
    case literal(String)

    /// The value that a node stands for: unquoted numbers and booleans are such.
    init(_ node: Node) {
        switch node.content {
        case .scalar(let scalar):
            let meaning = scalar.style == .plain ? PlainMeaning(of: scalar.text) : .text
            self =
                [.integer, .boolean, .decimal].contains(meaning)
                ? .literal(scalar.text) : .string(scalar.text)
        case .sequence(let items): self = .array(items.map(JSONText.init))
        case .mapping(let entries): self = .object(entries.map { ($0.key, JSONText($0.value)) })
        }
    }

    /// On one line, without spaces.
    var compact: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\(Self.quote($0)):\($1.compact)" }.joined(separator: ",") + "}"
        case .array(let items): "[" + items.map(\.compact).joined(separator: ",") + "]"
        case .string(let text): Self.quote(text)
        case .literal(let text): text
        }
    }

    /// Indented by two spaces per level, for people.
    func pretty(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(Self.quote($0)): \($1.pretty(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let items) where items.contains { $0.isStructured }:
            let lines = items.map { inner + $0.pretty(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .array(let items): return "[" + items.map(\.compact).joined(separator: ", ") + "]"
        default: return compact
        }
    }

    private var isStructured: Bool {
        switch self {
        case .object, .array: true
        case .string, .literal: false
        }
    }

    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case let scalar where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
