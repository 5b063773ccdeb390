// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FoundationEssentials

/// The entries of one inventory type as one node reports them, ready to be stored.
///
/// *Shape*: made outside of a transaction, since digests take longer than rows. The order of entries
/// says nothing: two reports of the same entries are the same content.
package struct InventoryContent: Sendable {
    struct Entry: Sendable {
        var digest: Digest128
        var name: String?
        var attributes: [UInt8]
    }

    let typeName: String
    let entries: [Entry]
    let digest: Digest128

    package init(typeName: String, entries: [[String: String]]) {
        self.typeName = typeName
        let prefix = Array(typeName.utf8) + [0]
        self.entries = entries.map { entry in
            let bytes = EntryCoding.encode(entry, after: prefix)
            return Entry(
                digest: Digest128(of: bytes),
                name: entry["Name"],
                attributes: Array(bytes.dropFirst(prefix.count))
            )
        }.sorted { $0.digest < $1.digest }
        var all = prefix
        all.reserveCapacity(prefix.count + 16 * entries.count)
        for entry in self.entries { all += entry.digest.bytes }
        digest = Digest128(of: all)
    }
}

extension Digest128 {
    /// The digest as a value of the database.
    var data: Data { Data(bytes) }
}

/// Entries as bytes: each key and value behind its length, sorted by key.
enum EntryCoding {
    static func encode(_ entry: [String: String], after prefix: [UInt8] = []) -> [UInt8] {
        var bytes = prefix
        bytes.reserveCapacity(512)
        for (key, value) in entry.sorted(by: { $0.key < $1.key }) {
            append(key, to: &bytes)
            append(value, to: &bytes)
        }
        return bytes
    }

    /// Reads an entry; `nil` when the bytes are none.
    static func decode(_ bytes: [UInt8]) -> [String: String]? {
        var entry: [String: String] = [:]
        var place = 0
        while place < bytes.count {
            guard let key = text(bytes, &place), let value = text(bytes, &place) else {
                return nil
            }
            entry[key] = value
        }
        return entry
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        VariableLength.append(text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func text(_ bytes: [UInt8], _ place: inout Int) -> String? {
        guard let count = VariableLength.read(bytes, &place), place + count <= bytes.count else {
            return nil
        }
        defer { place += count }
        return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
    }
}

/// Lists of row numbers as bytes: sorted, each as its distance from the one before.
///
/// *Shape*: six hundred packages that most nodes have are about as many bytes.
enum RowNumbers {
    static func encode(_ numbers: [Int]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count + 8)
        var last = 0
        for number in numbers.sorted() {
            VariableLength.append(number - last, to: &bytes)
            last = number
        }
        return bytes
    }

    /// Calls back for each number, in order; `false` when the bytes are no such list.
    static func forEach(_ bytes: Data, _ body: (Int) -> Void) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var number = 0, value = 0, shift = 0
            for byte in buffer {
                value |= Int(byte & 127) << shift
                if byte & 128 != 0 {
                    shift += 7
                    guard shift < 56 else { return false }
                    continue
                }
                number += value
                body(number)
                (value, shift) = (0, 0)
            }
            return shift == 0
        }
    }
}

/// Base-128 numbers, low bits first.
enum VariableLength {
    static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = UInt(value)
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    static func read(_ bytes: [UInt8], _ index: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while index < bytes.count, shift < 56 {
            let byte = bytes[index]
            index += 1
            value |= Int(byte & 127) << shift
            if byte & 128 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
