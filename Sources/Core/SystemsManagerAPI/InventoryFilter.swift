// SPDX-License-Identifier: Apache-2.0

/// How a filter compares what nodes report with its values.
package enum InventoryFilterType: String, Codable, Hashable, Sendable, CaseIterable {
    case equal = "Equal"
    /// None of the values; an entry without the attribute has none.
    case notEqual = "NotEqual"
    case beginWith = "BeginWith"
    case lessThan = "LessThan"
    case greaterThan = "GreaterThan"
    /// The attribute is there and not empty, whatever the values.
    case exists = "Exists"
}

/// A condition on an attribute; one of the values must fit.
///
/// *Shape*: the key is `<Type>.<Attribute>`; without a type it is `Equal`.
/// *Source*: `InventoryFilter`.
package struct InventoryFilter: Codable, Hashable, Sendable {
    package var key: String
    package var values: [String]
    package var type: InventoryFilterType?

    package init(
        key: String,
        values: [String],
        type: InventoryFilterType? = nil
    ) {
        self.key = key
        self.values = values
        self.type = type
    }
}
