// SPDX-License-Identifier: Apache-2.0
package import PositionedYAML

/// A value as JSON knows it: what a parameter holds and what an input becomes.
package enum DocumentValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// The digits as written.
    case number(String)
    case string(String)
    case list([DocumentValue])
    case map([String: DocumentValue])

    /// Reads a node; plain scalars are what YAML 1.2 and JSON agree on.
    package init(_ node: Node) {
        switch node.content {
        case .sequence(let items): self = .list(items.map(DocumentValue.init))
        case .mapping(let entries):
            self = .map(
                Dictionary(
                    entries.map { ($0.key, DocumentValue($0.value)) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        case .scalar(let scalar):
            guard scalar.style == .plain else {
                self = .string(scalar.text)
                return
            }
            switch PlainMeaning(of: scalar.text) {
            case .null: self = .null
            case .boolean: self = .boolean(scalar.text == "true")
            case .integer, .decimal: self = .number(scalar.text)
            default: self = .string(scalar.text)
            }
        }
    }

    /// The value as text: a string as it is, anything else as compact JSON.
    package var text: String {
        guard case .string(let text) = self else { return compactJSON }
        return text
    }

    /// JSON without blanks, keys sorted, as the agent of AWS inserts it into texts.
    package var compactJSON: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.quoted(text)
        case .list(let items): "[" + items.map(\.compactJSON).joined(separator: ",") + "]"
        case .map(let fields):
            "{"
                + fields.sorted { $0.key < $1.key }
                .map { Self.quoted($0.key) + ":" + $0.value.compactJSON }
                .joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
