// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FoundationEssentials

/// The bytes of a journal: records one after the other, each with its length and a checksum.
///
/// *Shape*: eight bytes of magic; then per record its length and the first eight bytes of its
/// SHA-256, big-endian, and the record as JSON.
package enum JournalFraming {
    private static let magic = Array("APLMBJ1\n".utf8)
    private static let headerBytes = 12
    /// More than any record has; a length beyond it is damage.
    private static let recordBytesMax = 16 << 20

    /// What an agent made of its journal's bytes.
    package enum Reading: Hashable, Sendable {
        /// Every record up to a length; what follows is a write that was cut short.
        case records([JournalRecord], validBytes: Int)
        /// Damage before the end: what was read up to it still stands, and no work is taken.
        case damaged([JournalRecord], atByte: Int)
    }

    /// The start of an empty journal.
    package static var header: [UInt8] { magic }

    package static func encode(_ record: JournalRecord) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let payload = [UInt8](try encoder.encode(record))
        return bytes(UInt64(payload.count), 4) + bytes(checksum(payload), 8) + payload
    }

    /// Reads a journal whole.
    ///
    /// A record that is not whole at the very end was never acknowledged: it is no record. One that
    /// is whole and does not fit its checksum, with more behind it, is damage.
    package static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= magic.count else {
            return magic.starts(with: bytes)
                ? .records([], validBytes: 0) : .damaged([], atByte: 0)
        }
        guard bytes.starts(with: magic) else { return .damaged([], atByte: 0) }
        var records: [JournalRecord] = []
        var place = magic.count
        while place < bytes.count {
            let rest = bytes.count - place
            guard rest >= headerBytes else { break }
            let length = Int(number(bytes[place..<place + 4]))
            guard length <= recordBytesMax else { return .damaged(records, atByte: place) }
            guard rest - headerBytes >= length else { break }
            let sum = number(bytes[place + 4..<place + headerBytes])
            let payload = Array(bytes[(place + headerBytes)..<(place + headerBytes + length)])
            guard sum == checksum(payload),
                let record = try? JSONDecoder().decode(JournalRecord.self, from: Data(payload))
            else {
                // Blocks of one write reach the disk in any order: the last record may have holes.
                let isLast = rest - headerBytes == length
                return isLast
                    ? .records(records, validBytes: place) : .damaged(records, atByte: place)
            }
            records.append(record)
            place += headerBytes + length
        }
        return .records(records, validBytes: place)
    }

    private static func checksum(_ payload: [UInt8]) -> UInt64 {
        number(Digest128(of: payload).bytes.prefix(8))
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}
