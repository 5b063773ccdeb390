// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetStore
import InventoryQueries
import SystemsManagerAPI

/// What one filter asks of an entry.
struct InventoryFilterTest: Sendable {
    private static let filtersMax = 5
    private static let valuesMax = 40

    var typeName: String
    var attribute: String
    var type: InventoryFilterType
    var values: [String]
    private var known: Set<String>

    /// Reads a filter; a key without a type is about `ownType`.
    ///
    /// *Errors*: `InvalidFilter`.
    init(_ filter: InventoryFilter, ownType: String?) throws {
        let (typeName, attribute) = try Self.split(filter.key, ownType)
        guard (1...Self.valuesMax).contains(filter.values.count) else {
            throw Self.refusal("filter \(filter.key) has between 1 and 40 values")
        }
        if let type = InventoryType.named(typeName), type.attribute(attribute) == nil {
            let nearest = nearestName(to: attribute, among: type.attributes.map(\.name))
            let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
            throw Self.refusal("\(typeName) has no attribute '\(attribute)'\(hint)")
        }
        self.typeName = typeName
        self.attribute = attribute
        self.type = filter.type ?? .equal
        values = filter.values
        known = Set(values)
    }

    private static func split(_ key: String, _ ownType: String?) throws -> (String, String) {
        if let (type, attribute) = InventoryAttributePath.split(key) {
            guard ownType == nil || ownType == type else {
                throw refusal("the list is of \(ownType ?? ""), and filter \(key) is not")
            }
            return (type, attribute)
        }
        guard let ownType, !key.isEmpty, !key.contains(":") else {
            throw refusal("'\(key)' is not a type and an attribute, such as AWS:Application.Name")
        }
        return (ownType, key)
    }

    private static func refusal(_ message: String) -> SystemsManagerError {
        SystemsManagerError(.invalidFilter, message)
    }

    /// Whether an entry is as one of the values says.
    func matches(_ entry: [String: String]) -> Bool {
        let found = entry[attribute]
        switch type {
        case .equal: return found.map(known.contains) ?? false
        case .notEqual: return !(found.map(known.contains) ?? false)
        case .exists: return found?.isEmpty == false
        case .beginWith: return values.contains { found?.hasPrefix($0) == true }
        case .lessThan: return values.contains { isOrdered(entry, .less, $0) }
        case .greaterThan: return values.contains { isOrdered(entry, .greater, $0) }
        }
    }

    /// Numbers compare as numbers, but for versions, which are in the order of versions.
    private func isOrdered(
        _ entry: [String: String],
        _ comparison: InventoryExpression.Comparison,
        _ value: String
    ) -> Bool {
        let isVersion = attribute.hasSuffix("Version") || attribute.hasSuffix("Release")
        let number = isVersion ? nil : Int(value)
        let expression = InventoryExpression.comparison(
            attribute: attribute,
            comparison,
            number.map { .number($0) } ?? .text(value)
        )
        // Filters know texts and numbers: nothing here depends on the time.
        return expression.matches(entry, at: 0)
    }

    /// What the filter says of names.
    var names: InventoryNames {
        guard attribute == "Name", values.allSatisfy(\.isASCIIOnly) else { return .any }
        switch type {
        case .equal: return .oneOf(known)
        case .beginWith: return values.count == 1 ? .beginning(values[0]) : .any
        default: return .any
        }
    }
}

/// A type and an attribute of it, as keys of filters and aggregators name them.
enum InventoryAttributePath {
    static func split(_ key: String) -> (type: String, attribute: String)? {
        guard isTypeName(key), let dot = key.lastIndex(of: "."),
            key.index(after: dot) < key.endIndex
        else { return nil }
        return (String(key[..<dot]), String(key[key.index(after: dot)...]))
    }

    static func isTypeName(_ name: String) -> Bool {
        ["AWS:", "Custom:"].contains { name.hasPrefix($0) && name.count > $0.count }
    }
}

extension [InventoryFilter] {
    /// What the filters ask of each type: of one entry of it.
    ///
    /// *Errors*: `InvalidFilter`.
    func selections(ownType: String? = nil) throws -> [InventorySelection] {
        guard count <= 5 else {
            throw SystemsManagerError(
                .invalidFilter,
                "there are \(count) filters, and 5 are allowed"
            )
        }
        let tests = try map { try InventoryFilterTest($0, ownType: ownType) }
        return Dictionary(grouping: tests, by: \.typeName).sorted { $0.key < $1.key }.map {
            type,
            tests in
            InventorySelection(
                typeName: type,
                names: tests.map(\.names).narrowest,
                selects: { entry in tests.allSatisfy { $0.matches(entry) } }
            )
        }
    }
}
