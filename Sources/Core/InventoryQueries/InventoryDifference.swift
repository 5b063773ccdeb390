// SPDX-License-Identifier: Apache-2.0

/// An entry that one of two reports has and the other has not, or not so.
package struct InventoryDifference: Hashable, Sendable {
    package var key: InventoryKey
    package var from: [String: String]?
    package var to: [String: String]?

    /// Compares two reports of one type, sorted by what tells entries apart.
    ///
    /// *Shape*: entries that are alike in both cancel out. Of several with one key, those that are
    /// left over are paired in order, so that two kernels of one name are two entries.
    package static func between(
        _ from: [[String: String]],
        _ to: [[String: String]],
        typeName: String
    ) -> [InventoryDifference] {
        let counts = (multiset(from), multiset(to))
        let removed = surplus(counts.0, over: counts.1, typeName)
        let added = surplus(counts.1, over: counts.0, typeName)
        return Set(removed.keys).union(added.keys).sorted().flatMap { key in
            let (old, new) = (removed[key] ?? [], added[key] ?? [])
            return (0..<max(old.count, new.count)).map { place in
                InventoryDifference(
                    key: key,
                    from: place < old.count ? old[place] : nil,
                    to: place < new.count ? new[place] : nil
                )
            }
        }
    }

    private static func multiset(_ entries: [[String: String]]) -> [[String: String]: Int] {
        entries.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func surplus(
        _ counts: [[String: String]: Int],
        over other: [[String: String]: Int],
        _ typeName: String
    ) -> [InventoryKey: [[String: String]]] {
        var entries: [[String: String]] = []
        for (entry, count) in counts {
            let more = count - (other[entry] ?? 0)
            if more > 0 { entries += Array(repeating: entry, count: more) }
        }
        return Dictionary(grouping: sortedEntries(entries, typeName: typeName)) {
            InventoryKey(of: $0, typeName: typeName)
        }
    }
}
