// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Writes and reads requests and responses as AWS JSON has them: members begin with a capital.
///
/// *Source*: AWS JSON 1.1; names of map entries, such as parameters, are left alone.
package enum WireCodec {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { path in
            WireKey(path.last, changingFirst: { $0.uppercased() })
        }
        return [UInt8](try encoder.encode(value))
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8]
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            WireKey(path.last, changingFirst: { $0.lowercased() })
        }
        return try decoder.decode(type, from: Data(bytes))
    }
}

private struct WireKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(_ key: (any CodingKey)?, changingFirst change: (Substring) -> String) {
        let name = key?.stringValue ?? ""
        stringValue = change(name.prefix(1)) + name.dropFirst()
        intValue = key?.intValue
    }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
