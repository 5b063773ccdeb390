// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Reads requests and responses from the form that they have on the wire.
///
/// *Shape*: members begin with a capital, times are seconds since 1970, a member that is null is absent.
/// *Source*: AWS JSON 1.1 and REST-JSON.
package enum WireDecoding {
    package enum Unknown: Sendable {
        /// What a server must do: a member that it would not honour is refused, unless it says nothing.
        case refuse
        /// What a client must do: the service has learned something.
        case ignore
    }

    /// *Errors*: `WireProblem`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from value: JSONValue,
        unknown: Unknown
    ) throws(WireProblem) -> Value {
        do {
            return try decode(type, value, WireContext(isStrict: unknown == .refuse))
        } catch let problem as WireProblem {
            throw problem
        } catch {
            throw WireProblem(.type("\(error)"), at: "")
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ value: JSONValue,
        _ context: WireContext
    ) throws -> Value {
        if type == Timestamp.self, let time = try timestamp(value, context) as? Value {
            return time
        }
        if let map = type as? any WireMap.Type,
            let result = try map.decode(value, context) as? Value
        {
            return result
        }
        let decoder = WireDecoder(value: value, context: context)
        do {
            let result = try Value(from: decoder)
            try decoder.refuseUnasked()
            return result
        } catch let error as DecodingError {
            throw problem(error, type, value, context)
        }
    }

    private static func timestamp(_ value: JSONValue, _ context: WireContext) throws -> Timestamp {
        if WireNames.isTextualTime(context.path.last ?? "") {
            guard let text = value.text else { throw context.mismatch(value, "String") }
            guard let time = Timestamp(rfc3339: text) else {
                throw WireProblem(
                    .value(
                        text,
                        constraint: "Member must be a time in UTC, such as 2026-11-24T02:11:00Z"
                    ),
                    at: context.pathText
                )
            }
            return time
        }
        guard case .number(let text) = value, let seconds = Double(text) else {
            throw context.mismatch(value, "a Timestamp")
        }
        // The year 9999 and its mirror: what lies beyond is no time of ours, and would not fit.
        guard abs(seconds) < 253_402_300_800 else {
            throw WireProblem(
                .value(text, constraint: "Member must be a time before the year 10000"),
                at: context.pathText
            )
        }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }

    /// What a type found wrong with a value that has the right form, such as a word of no enumeration.
    private static func problem<Value>(
        _ error: DecodingError,
        _ type: Value.Type,
        _ value: JSONValue,
        _ context: WireContext
    ) -> WireProblem {
        let text: String
        switch value {
        case .string(let string), .number(let string): text = string
        default:
            return WireProblem(.type("the value cannot be read: \(error)"), at: context.pathText)
        }
        if let choices = type as? any CaseIterable.Type, let words = Self.words(choices) {
            return WireProblem(
                .value(
                    text,
                    constraint:
                        "Member must satisfy enum value set: [\(words.joined(separator: ", "))]"
                ),
                at: context.pathText
            )
        }
        var constraint = "Member must satisfy enum value set of \(type)"
        if case .dataCorrupted(let details) = error, type is RateBound.Type {
            constraint =
                "Member must satisfy regular expression pattern: "
                + "^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$ (\(details.debugDescription))"
        }
        return WireProblem(.value(text, constraint: constraint), at: context.pathText)
    }

    private static func words<Choices: CaseIterable>(_ type: Choices.Type) -> [String]? {
        let words = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        return words.isEmpty ? nil : words
    }
}

private final class WireDecoder: Decoder {
    let value: JSONValue
    let context: WireContext
    /// The members that the type asked for.
    var asked: Set<String>?

    init(value: JSONValue, context: WireContext) {
        (self.value, self.context) = (value, context)
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else {
            throw context.mismatch(value, "a structure")
        }
        if asked == nil { asked = [] }
        return KeyedDecodingContainer(
            Members<Key>(
                decoder: self,
                values: Dictionary(
                    members.map { ($0.name, $0.value) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        )
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw context.mismatch(value, "a list") }
        return Elements(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    /// *Errors*: `WireProblem` for the first member that nobody asked for and that says something.
    func refuseUnasked() throws {
        guard context.isStrict, let asked, case .object(let members) = value else { return }
        for member in members where !member.value.isVoid && !asked.contains(member.name) {
            throw WireProblem(
                .unsupported,
                at: (context.path + [member.name]).joined(separator: ".")
            )
        }
    }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: WireDecoder
    let values: [String: JSONValue]

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { values.keys.compactMap { Key(stringValue: $0) } }

    /// The value under its name on the wire, or under the name as it is: older structures use that.
    private func find(_ key: Key) -> JSONValue? {
        let name = WireNames.member(key.stringValue)
        decoder.asked?.formUnion([name, key.stringValue])
        let found = values[name] ?? values[key.stringValue]
        return found == .null ? nil : found
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { find(key) == nil }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let context = decoder.context.appending(key.stringValue)
        guard let value = find(key) else { throw WireProblem(.missing, at: context.pathText) }
        return try WireDecoding.decode(type, value, context)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

    private func nested(_ key: Key) throws -> WireDecoder {
        let context = decoder.context.appending(key.stringValue)
        guard let value = find(key) else { throw WireProblem(.missing, at: context.pathText) }
        return WireDecoder(value: value, context: context)
    }
}

private struct Elements: UnkeyedDecodingContainer {
    let decoder: WireDecoder
    let elements: [JSONValue]
    var currentIndex = 0

    init(decoder: WireDecoder, elements: [JSONValue]) {
        (self.decoder, self.elements) = (decoder, elements)
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> (JSONValue, WireContext) {
        // Members of lists are counted from one in AWS's messages.
        let context = decoder.context.appending("\(currentIndex + 1).member")
        guard !isAtEnd else { throw WireProblem(.missing, at: context.pathText) }
        defer { currentIndex += 1 }
        return (elements[currentIndex], context)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (value, context) = try next()
        guard value != .null else { throw WireProblem(.missing, at: context.pathText) }
        return try WireDecoding.decode(type, value, context)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let (value, context) = try next()
        return try WireDecoder(value: value, context: context).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let (value, context) = try next()
        return try WireDecoder(value: value, context: context).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        let (value, context) = try next()
        return WireDecoder(value: value, context: context)
    }
}

private struct Single: SingleValueDecodingContainer {
    let decoder: WireDecoder

    var codingPath: [any CodingKey] { [] }
    private var value: JSONValue { decoder.value }
    private var context: WireContext { decoder.context }

    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let flag) = value else { throw context.mismatch(value, "Boolean") }
        return flag
    }

    func decode(_ type: String.Type) throws -> String {
        guard let text = value.text else { throw context.mismatch(value, "String") }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard case .number(let text) = value, let number = Double(text), number.isFinite else {
            throw context.mismatch(value, "Double")
        }
        return number
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    private func integer<Value: FixedWidthInteger>(_ name: String) throws -> Value {
        guard case .number(let text) = value, let number = Value(text) else {
            throw context.mismatch(value, name)
        }
        return number
    }

    func decode(_ type: Int.Type) throws -> Int { try integer("Integer") }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer("Byte") }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer("Short") }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer("Integer") }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer("Long") }
    func decode(_ type: UInt.Type) throws -> UInt { try integer("Integer") }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer("Byte") }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer("Short") }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer("Integer") }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer("Long") }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try WireDecoding.decode(type, value, context)
    }
}
