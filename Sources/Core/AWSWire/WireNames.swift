// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// How members are called and times are written on the wire.
package enum WireNames {
    /// `instanceIds` is `InstanceIds` there.
    static func member(_ name: String) -> String {
        guard let first = name.utf8.first, (97...122).contains(first) else { return name }
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    /// `InstanceIds` on the wire is `instanceIds`.
    package static func property(_ member: String) -> String {
        member.prefix(1).lowercased() + member.dropFirst()
    }

    /// Times are numbers, but for one: when a node captured its inventory is a text.
    ///
    /// *Source*: `InventoryItemCaptureTime` is a string in the model of the API.
    static func isTextualTime(_ member: String) -> Bool { member == "captureTime" }
}

/// Any dictionary with text keys: its keys are data and keep their spelling.
protocol WireMap {
    static func decode(_ value: JSONValue, _ context: WireContext) throws -> Self
    func encoded(_ member: String) throws -> JSONValue
}

extension Dictionary: WireMap where Key == String, Value: Codable {
    static func decode(_ value: JSONValue, _ context: WireContext) throws -> Self {
        guard case .object(let members) = value else {
            throw context.mismatch(value, "a map")
        }
        var result: [String: Value] = [:]
        for member in members where member.value != .null {
            result[member.name] = try WireDecoding.decode(
                Value.self,
                member.value,
                context.appending("\(member.name)")
            )
        }
        return result
    }

    func encoded(_ member: String) throws -> JSONValue {
        .object(
            try sorted { $0.key < $1.key }.map {
                JSONValue.Member($0.key, try WireEncoding.encode($0.value, member: member))
            }
        )
    }
}

/// Where in a message a decoder is, and how strict it is.
struct WireContext {
    var path: [String] = []
    /// Whether a member that nobody asks for is refused.
    var isStrict: Bool

    func appending(_ part: String) -> WireContext {
        WireContext(path: path + [part], isStrict: isStrict)
    }

    var pathText: String { path.joined(separator: ".") }

    func mismatch(_ value: JSONValue, _ expected: String) -> WireProblem {
        WireProblem(.type("\(value.kind) can not be converted to \(expected)"), at: pathText)
    }
}
