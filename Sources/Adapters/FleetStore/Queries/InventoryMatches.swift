// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FoundationEssentials
import GRDB

/// Which values the attribute `Name` of an entry may have, as far as an index can tell.
package enum InventoryNames: Hashable, Sendable {
    case any
    case oneOf(Set<String>)
    case beginning(String)
}

/// Which entries of one type are meant.
///
/// *Shape*: `names` may let through more than `selects`, never less.
package struct InventorySelection: Sendable {
    package var typeName: String
    package var names: InventoryNames
    /// `nil`: all entries.
    package var selects: (@Sendable ([String: String]) -> Bool)?

    package init(
        typeName: String,
        names: InventoryNames = .any,
        selects: (@Sendable ([String: String]) -> Bool)? = nil
    ) {
        self.typeName = typeName
        self.names = names
        self.selects = selects
    }
}

extension StoreReader {
    /// Rows of entries, for a look-up per entry of every content: a byte each is what that costs.
    private struct EntrySet {
        private var low = 0
        private var flags: [Bool] = []

        init(_ numbers: [Int]) {
            guard let low = numbers.min(), let high = numbers.max() else { return }
            self.low = low
            flags = Array(repeating: false, count: high - low + 1)
            for number in numbers { flags[number - low] = true }
        }

        var isEmpty: Bool { flags.isEmpty }

        func contains(_ number: Int) -> Bool {
            number >= low && number - low < flags.count && flags[number - low]
        }
    }

    private struct ContentMatch {
        var count: Int
        var first: [Int]
    }

    /// Counts the matching entries of every node that reported the type, sorted by node.
    ///
    /// *Shape*: each distinct entry is judged once, and each distinct content is counted once,
    /// however many nodes have it; both are streamed. `nodes` restricts the answer.
    package func inventoryMatches(
        _ selection: InventorySelection,
        nodes: Set<Int>? = nil,
        evidenceMax: Int = 0
    ) throws -> [InventoryMatchRecord] {
        let chosen = try chosenEntries(selection)
        let contents = try contentMatches(selection.typeName, chosen, evidenceMax)
        var evidence: [Int: [String: String]] = [:]
        var matches: [InventoryMatchRecord] = []
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT node, capturedAt, content FROM inventory_item WHERE typeName = ?",
            arguments: [selection.typeName]
        )
        while let row = try cursor.next() {
            let node: Int = row[0]
            guard nodes?.contains(node) ?? true else { continue }
            let match = contents[row[2]]
            matches.append(
                InventoryMatchRecord(
                    node: node,
                    capturedAt: Timestamp(milliseconds: row[1]),
                    count: match?.count ?? 0,
                    evidence: try match?.first.map { number in
                        if let known = evidence[number] { return known }
                        let entry = try entry(number)
                        evidence[number] = entry
                        return entry
                    } ?? []
                )
            )
        }
        return matches
    }

    /// The rows of the entries that are meant; `nil` for all of the type.
    private func chosenEntries(_ selection: InventorySelection) throws -> EntrySet? {
        guard let selects = selection.selects else { return nil }
        var chosen: [Int] = []
        try forEachEntry(selection.typeName, selection.names) { number, entry in
            if selects(entry) { chosen.append(number) }
        }
        return EntrySet(chosen)
    }

    /// Streams the distinct entries of a type.
    func forEachEntry(
        _ typeName: String,
        _ names: InventoryNames = .any,
        _ body: (Int, [String: String]) throws -> Void
    ) throws {
        var sql = "SELECT number, attributes FROM inventory_entry WHERE typeName = ?"
        var arguments: StatementArguments = [typeName]
        switch names {
        case .any: break
        case .oneOf(let names):
            sql += " AND name IN (SELECT value FROM json_each(?))"
            arguments += [try jsonText(names.sorted())]
        case .beginning(let prefix):
            sql += " AND name >= ? AND substr(name, 1, ?) = ?"
            arguments += [prefix, prefix.unicodeScalars.count, prefix]
        }
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try cursor.next() {
            let number: Int = row[0]
            guard let entry = EntryCoding.decode([UInt8](row[1] as Data)) else {
                throw StoreError(
                    .badRecord,
                    "inventory entry \(number) of the store is unreadable"
                )
            }
            try body(number, entry)
        }
    }

    private func contentMatches(
        _ typeName: String,
        _ chosen: EntrySet?,
        _ evidenceMax: Int
    ) throws -> [Int: ContentMatch] {
        guard chosen?.isEmpty != true else { return [:] }
        var matches: [Int: ContentMatch] = [:]
        try forEachContent(typeName) { number, entries in
            var match = ContentMatch(count: 0, first: [])
            let isList = RowNumbers.forEach(entries) { entry in
                guard chosen?.contains(entry) ?? true else { return }
                match.count += 1
                if match.first.count < evidenceMax { match.first.append(entry) }
            }
            if match.count > 0 { matches[number] = match }
            return isList
        }
        return matches
    }

    /// Streams the distinct contents of a type; the body answers whether it could read one.
    func forEachContent(_ typeName: String, _ body: (Int, Data) throws -> Bool) throws {
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT number, entries FROM inventory_content WHERE typeName = ?",
            arguments: [typeName]
        )
        while let row = try cursor.next() {
            let number: Int = row[0]
            guard try body(number, row[1]) else {
                throw StoreError(
                    .badRecord,
                    "inventory content \(number) of the store is unreadable"
                )
            }
        }
    }

    /// Counts the nodes that have an entry with each combination of values of some attributes.
    ///
    /// *Shape*: a node counts once for a combination; entries that lack an attribute do not count.
    package func inventoryCounts(
        typeName: String,
        attributes: [String],
        nodes: Set<Int>? = nil
    ) throws -> [[String]: Int] {
        var combinations: [[String]] = []
        var places: [[String]: Int] = [:]
        var placeOfEntry: [Int: Int] = [:]
        try forEachEntry(typeName) { number, entry in
            let values = attributes.compactMap { entry[$0] }
            guard values.count == attributes.count else { return }
            let place = places[values] ?? combinations.count
            if place == combinations.count {
                combinations.append(values)
                places[values] = place
            }
            placeOfEntry[number] = place
        }
        let nodeCounts = try nodeCountsByContent(typeName, nodes)
        var counts = Array(repeating: 0, count: combinations.count)
        var lastContent = Array(repeating: -1, count: combinations.count)
        try forEachContent(typeName) { number, entries in
            guard let nodes = nodeCounts[number] else { return true }
            return RowNumbers.forEach(entries) { entry in
                guard let place = placeOfEntry[entry], lastContent[place] != number else { return }
                lastContent[place] = number
                counts[place] += nodes
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(combinations, counts).filter { $0.1 > 0 })
    }

    private func nodeCountsByContent(_ typeName: String, _ nodes: Set<Int>?) throws -> [Int: Int] {
        var counts: [Int: Int] = [:]
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT node, content FROM inventory_item WHERE typeName = ?",
            arguments: [typeName]
        )
        while let row = try cursor.next() {
            if nodes?.contains(row[0]) ?? true { counts[row[1], default: 0] += 1 }
        }
        return counts
    }

    /// Lists the names of the attributes that entries of a type have, sorted.
    package func inventoryAttributes(typeName: String) throws -> [String] {
        var names: Set<String> = []
        try forEachEntry(typeName) { _, entry in names.formUnion(entry.keys) }
        return names.sorted()
    }
}
