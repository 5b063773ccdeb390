// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Writes requests and responses in the form that they have on the wire (see `WireDecoding`).
package enum WireEncoding {
    /// The value as the wire has it; what is `nil` is left out.
    package static func encode(_ value: some Encodable) throws -> JSONValue {
        try encode(value, member: "")
    }

    static func encode(_ value: some Encodable, member: String) throws -> JSONValue {
        if let time = value as? Timestamp { return encode(time, member: member) }
        if let map = value as? any WireMap { return try map.encoded(member) }
        let encoder = WireEncoder(member: member)
        try value.encode(to: encoder)
        return encoder.node.value
    }

    private static func encode(_ time: Timestamp, member: String) -> JSONValue {
        let thousandths = time.milliseconds.magnitude % 1000
        if WireNames.isTextualTime(member) {
            return .string(thousandths == 0 ? time.description : time.preciseDescription)
        }
        let seconds = "\(time.milliseconds < 0 ? "-" : "")\(time.milliseconds.magnitude / 1000)"
        guard thousandths > 0 else { return .number(seconds) }
        let digits = String(1000 + thousandths).dropFirst()
        return .number("\(seconds).\(digits)")
    }
}

/// A value that is being built.
private final class Node {
    enum Content {
        case nothing
        case leaf(JSONValue)
        case elements([Node])
        case members([(String, Node)])
    }

    var content = Content.nothing

    var value: JSONValue {
        switch content {
        case .nothing: .object([])
        case .leaf(let value): value
        case .elements(let nodes): .array(nodes.map(\.value))
        case .members(let members):
            .object(members.map { JSONValue.Member($0.0, $0.1.value) })
        }
    }

    func member(_ name: String) -> Node {
        let node = Node()
        guard case .members(var members) = content else {
            content = .members([(name, node)])
            return node
        }
        // Taken out first, so that the array is not copied.
        content = .nothing
        members.append((name, node))
        content = .members(members)
        return node
    }

    func element() -> Node {
        let node = Node()
        guard case .elements(var nodes) = content else {
            content = .elements([node])
            return node
        }
        content = .nothing
        nodes.append(node)
        content = .elements(nodes)
        return node
    }
}

private struct WireEncoder: Encoder {
    let node: Node
    let member: String

    init(member: String, node: Node = Node()) { (self.member, self.node) = (member, node) }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .nothing = node.content { node.content = .members([]) }
        return KeyedEncodingContainer(MemberEncoder<Key>(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .nothing = node.content { node.content = .elements([]) }
        return ElementEncoder(node: node, member: member)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleEncoder(node: node, member: member)
    }
}

private struct MemberEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node

    var codingPath: [any CodingKey] { [] }

    private func child(_ key: Key) -> Node { node.member(WireNames.member(key.stringValue)) }

    func encodeNil(forKey key: Key) throws {}

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let encoded = try WireEncoding.encode(value, member: key.stringValue)
        child(key).content = .leaf(encoded)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        WireEncoder(member: key.stringValue, node: child(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        WireEncoder(member: key.stringValue, node: child(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { WireEncoder(member: "", node: node) }

    func superEncoder(forKey key: Key) -> any Encoder {
        WireEncoder(member: key.stringValue, node: child(key))
    }
}

private struct ElementEncoder: UnkeyedEncodingContainer {
    let node: Node
    let member: String
    var count = 0

    init(node: Node, member: String) { (self.node, self.member) = (node, member) }

    var codingPath: [any CodingKey] { [] }

    private mutating func child() -> Node {
        count += 1
        return node.element()
    }

    mutating func encodeNil() throws { child().content = .leaf(.null) }

    mutating func encode(_ value: some Encodable) throws {
        let encoded = try WireEncoding.encode(value, member: member)
        child().content = .leaf(encoded)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        WireEncoder(member: member, node: child()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        WireEncoder(member: member, node: child()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { WireEncoder(member: member, node: child()) }
}

private struct SingleEncoder: SingleValueEncodingContainer {
    let node: Node
    let member: String

    var codingPath: [any CodingKey] { [] }

    private func set(_ value: JSONValue) { node.content = .leaf(value) }

    func encodeNil() throws { set(.null) }
    func encode(_ value: Bool) throws { set(.bool(value)) }
    func encode(_ value: String) throws { set(.string(value)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: [], debugDescription: "JSON has no such number")
            )
        }
        set(.number("\(value)"))
    }

    func encode(_ value: Int) throws { set(.number("\(value)")) }
    func encode(_ value: Int8) throws { set(.number("\(value)")) }
    func encode(_ value: Int16) throws { set(.number("\(value)")) }
    func encode(_ value: Int32) throws { set(.number("\(value)")) }
    func encode(_ value: Int64) throws { set(.number("\(value)")) }
    func encode(_ value: UInt) throws { set(.number("\(value)")) }
    func encode(_ value: UInt8) throws { set(.number("\(value)")) }
    func encode(_ value: UInt16) throws { set(.number("\(value)")) }
    func encode(_ value: UInt32) throws { set(.number("\(value)")) }
    func encode(_ value: UInt64) throws { set(.number("\(value)")) }

    func encode<Value: Encodable>(_ value: Value) throws {
        set(try WireEncoding.encode(value, member: member))
    }
}
