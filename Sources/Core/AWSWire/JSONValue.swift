// SPDX-License-Identifier: Apache-2.0

/// A JSON value; members keep their order, numbers their spelling.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// As it is written, such as `1487794419.876`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value of a member; `nil` where there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// Sets a member, or removes it with `nil`; anything but an object stays as it is.
    package mutating func set(_ name: String, _ value: JSONValue?) {
        guard case .object(var members) = self else { return }
        members.removeAll { $0.name == name }
        if let value { members.append(Member(name, value)) }
        self = .object(members)
    }

    /// Whether it says nothing: what a client sends for a member that it leaves at its default.
    var isVoid: Bool {
        switch self {
        case .null, .bool(false), .string(""): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    /// What it is called in errors of AWS's JSON services.
    var kind: String {
        switch self {
        case .null: "NULL_VALUE"
        case .bool(true): "TRUE_VALUE"
        case .bool(false): "FALSE_VALUE"
        case .number(let text):
            text.contains { ".eE".contains($0) } ? "DECIMAL_VALUE" : "NUMBER_VALUE"
        case .string: "STRING_VALUE"
        case .array: "START_ARRAY"
        case .object: "START_OBJECT"
        }
    }
}

extension JSONValue {
    /// The value as JSON without any space, in UTF-8.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        write(to: &result)
        return result
    }

    private func write(to result: inout [UInt8]) {
        switch self {
        case .null: result += "null".utf8
        case .bool(let value): result += (value ? "true" : "false").utf8
        case .number(let text): result += text.utf8
        case .string(let text): Self.write(text, to: &result)
        case .array(let elements):
            result.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                element.write(to: &result)
            }
            result.append(UInt8(ascii: "]"))
        case .object(let members):
            result.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &result)
                result.append(UInt8(ascii: ":"))
                member.value.write(to: &result)
            }
            result.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to result: inout [UInt8]) {
        result.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): result += "\\n".utf8
            case UInt8(ascii: "\r"): result += "\\r".utf8
            case UInt8(ascii: "\t"): result += "\\t".utf8
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                result += "\\u00\(digits.count < 2 ? "0" : "")\(digits)".utf8
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
    }
}
