// SPDX-License-Identifier: Apache-2.0

/// Holds one inventory type of one machine, as PutInventory takes it.
package struct InventoryItem: Sendable, Equatable {
    /// Such as "AWS:Application".
    package var typeName: String
    /// Such as "1.1".
    package var schemaVersion: String
    /// Attribute names are SSM's; attributes without a value are left out.
    ///
    /// Sorted, so that equal machines give equal items.
    package var entries: [[String: String]]

    /// PutInventory refuses longer values.
    static let valueBytesMax = 4096

    /// Makes entries comparable: empty values left out, long ones cut.
    static func entry(_ attributes: [(name: String, value: String)]) -> [String: String] {
        var entry: [String: String] = [:]
        entry.reserveCapacity(attributes.count)
        for (name, value) in attributes where !value.isEmpty {
            entry[name] = value.utf8.count <= valueBytesMax ? value : cut(value)
        }
        return entry
    }

    private static func cut(_ value: String) -> String {
        var bytes = value.utf8.prefix(valueBytesMax)
        while let last = bytes.last, last & 0xC0 == 0x80 { bytes = bytes.dropLast() }
        if let last = bytes.last, last >= 0xC0 { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Tells whether the databases behind an item are still those that were read.
package struct InventorySource: Sendable, Hashable {
    /// By path, those that exist.
    package var files: [String: HostFileIdentity]
    /// The hashes of files that were read whole, so that they need not be read again.
    package var digests: [HostFileIdentity: String] = [:]
}

/// Formats times as SSM's inventory does.
enum InventoryTime {
    /// Returns `2006-01-02T15:04:05Z`.
    static func text(secondsSince1970 seconds: Int64) -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        // Howard Hinnant's civil_from_days: years start in March, so leap days come last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
            + "T\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))Z"
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
