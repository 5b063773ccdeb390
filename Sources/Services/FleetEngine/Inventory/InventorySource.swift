// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import InventoryQueries

/// What is known of nodes: what they report, and what the service itself says of them.
///
/// *Source*: `AWS:Tag` and `AWS:ResourceGroup` are types that no node reports.
struct InventorySource {
    static let servedTypes = ["AWS:ResourceGroup", "AWS:Tag"]

    let reader: StoreReader
    let now: Timestamp

    /// How the entries of a type match, by node; a node without a report has no match.
    func matches(
        _ selection: InventorySelection,
        nodes: [NodeKey],
        evidenceMax: Int = 0
    ) throws -> [Int: InventoryMatchRecord] {
        guard let served = try servedEntries(selection.typeName, nodes) else {
            let matches = try reader.inventoryMatches(
                selection,
                nodes: Set(nodes.map(\.number)),
                evidenceMax: evidenceMax
            )
            return Dictionary(uniqueKeysWithValues: matches.map { ($0.node, $0) })
        }
        return Dictionary(
            uniqueKeysWithValues: nodes.map { node in
                let entries = (served[node.number] ?? []).filter { selection.selects?($0) ?? true }
                let match = InventoryMatchRecord(
                    node: node.number,
                    capturedAt: now,
                    count: entries.count,
                    evidence: Array(entries.prefix(evidenceMax))
                )
                return (node.number, match)
            }
        )
    }

    /// The nodes of which some entry matches each of the selections.
    func nodes(_ nodes: [NodeKey], matching selections: [InventorySelection]) throws
        -> [NodeKey]
    {
        try selections.reduce(nodes) { rest, selection in
            let matches = try matches(selection, nodes: rest)
            return rest.filter { matches[$0.number]?.count ?? 0 > 0 }
        }
    }

    /// The entries of one type of one node, sorted.
    func entries(_ typeName: String, of node: NodeKey) throws -> [[String: String]] {
        let entries =
            try servedEntries(typeName, [node])?[node.number]
            ?? reader.inventoryContent(node: node.number, typeName: typeName)
        return sortedEntries(entries, typeName: typeName)
    }

    /// When and how a node last reported a type.
    func item(_ typeName: String, of node: NodeKey) throws -> InventoryItemRecord? {
        guard Self.servedTypes.contains(typeName) else {
            return try reader.inventoryItems(node: node.number).first { $0.typeName == typeName }
        }
        return InventoryItemRecord(
            node: node.number,
            typeName: typeName,
            schemaVersion: "1.0",
            capturedAt: now,
            contentHash: ""
        )
    }

    /// How many nodes have an entry with each combination of values.
    func counts(
        _ typeName: String,
        _ attributes: [String],
        nodes: [NodeKey]
    ) throws -> [[String]: Int] {
        guard let served = try servedEntries(typeName, nodes) else {
            return try reader.inventoryCounts(
                typeName: typeName,
                attributes: attributes,
                nodes: Set(nodes.map(\.number))
            )
        }
        var counts: [[String]: Int] = [:]
        for entries in served.values {
            let combinations = entries.map { entry in attributes.compactMap { entry[$0] } }
            for values in Set(combinations) where values.count == attributes.count {
                counts[values, default: 0] += 1
            }
        }
        return counts
    }

    /// What the service says of nodes, by node; `nil` for types that nodes report.
    private func servedEntries(
        _ typeName: String,
        _ nodes: [NodeKey]
    ) throws -> [Int: [[String: String]]]? {
        guard Self.servedTypes.contains(typeName) else { return nil }
        let tags = try reader.nodeTags()
        let groups = typeName == "AWS:ResourceGroup" ? try reader.groups() : []
        return Dictionary(
            uniqueKeysWithValues: nodes.map { node in
                let tags = tags[node.number] ?? [:]
                let entries =
                    typeName == "AWS:Tag"
                    ? tags.sorted { $0.key < $1.key }.map { ["Key": $0.key, "Value": $0.value] }
                    : groups.filter { $0.query.matches(tags) }.map { ["Name": $0.name] }
                return (node.number, entries)
            }
        )
    }
}
