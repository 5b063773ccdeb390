// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

/// Counts nodes as aggregators ask.
///
/// *Source*: `InventoryAggregator`; counts are texts, and platform types in lower case, as on AWS.
struct InventoryCounter {
    private static let aggregatorsMax = 10
    private static let groupsMax = 15

    let source: InventorySource
    let nodes: [NodeKey]

    private struct Path {
        var typeName: String
        var attributes: [String]
    }

    /// The counts of all aggregators, by type or group.
    ///
    /// *Errors*: `InvalidAggregatorException`, `InvalidInventoryGroupException`, `InvalidFilter`.
    func entity(_ aggregators: [InventoryAggregator]) throws -> InventoryResultEntity {
        guard (1...Self.aggregatorsMax).contains(aggregators.count) else {
            throw refusal("there are between 1 and 10 aggregators")
        }
        var data: [String: InventoryResultItem] = [:]
        func add(_ content: [[String: String]], _ name: String) {
            let item = InventoryResultItem(typeName: name, schemaVersion: "1.0", content: [])
            data[name, default: item].content += content
        }
        for aggregator in aggregators {
            guard aggregator.expression != nil || aggregator.groups != nil else {
                throw refusal("an aggregator has an expression or groups")
            }
            for path in try paths(aggregator, depth: 1) { add(try count(path), path.typeName) }
            for group in try groups(of: aggregator) { add(try count(group), group.name) }
        }
        return InventoryResultEntity(data: data)
    }

    private func refusal(_ message: String) -> SystemsManagerError {
        SystemsManagerError(.invalidAggregator, message)
    }

    /// The combinations of attributes that an aggregator and those within it ask for.
    private func paths(_ aggregator: InventoryAggregator, depth: Int) throws -> [Path] {
        guard let expression = aggregator.expression else { return [] }
        guard let (type, attribute) = InventoryAttributePath.split(expression) else {
            throw refusal("'\(expression)' is not a type and an attribute")
        }
        guard depth <= Self.aggregatorsMax else { throw refusal("aggregators are nested too deep") }
        let own = Path(typeName: type, attributes: [attribute])
        let inner = try (aggregator.aggregators ?? []).flatMap { try paths($0, depth: depth + 1) }
        guard !inner.isEmpty else { return [own] }
        return try inner.map { path in
            guard path.typeName == type else {
                throw refusal("an aggregator of \(path.typeName) is within one of \(type)")
            }
            return Path(typeName: type, attributes: own.attributes + path.attributes)
        }
    }

    private func count(_ path: Path) throws -> [[String: String]] {
        let counts = try source.counts(path.typeName, path.attributes, nodes: nodes)
        return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, count in
            var entry = ["Count": "\(count)"]
            for (attribute, value) in zip(path.attributes, values) {
                entry[attribute] = attribute == "PlatformType" ? value.lowercased() : value
            }
            return entry
        }
    }

    private func groups(of aggregator: InventoryAggregator) throws -> [InventoryGroup] {
        guard let groups = aggregator.groups else { return [] }
        let isNamed = groups.allSatisfy { !$0.name.isEmpty && !$0.filters.isEmpty }
        guard (1...Self.groupsMax).contains(groups.count), isNamed else {
            throw SystemsManagerError(
                .invalidInventoryGroup,
                "there are between 1 and 15 groups, each with a name and filters"
            )
        }
        return groups
    }

    private func count(_ group: InventoryGroup) throws -> [[String: String]] {
        let matching = try source.nodes(nodes, matching: group.filters.selections()).count
        return [
            ["matchingCount": "\(matching)"],
            ["notMatchingCount": "\(nodes.count - matching)"],
        ]
    }
}
