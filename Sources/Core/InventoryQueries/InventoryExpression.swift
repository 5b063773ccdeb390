// SPDX-License-Identifier: Apache-2.0

/// What must be true of one inventory entry: `Name = "openssl" and Version < "3.0.15"`.
///
/// Its description is canonical: two expressions that read the same have the same description, and
/// parsing it gives the expression again.
package indirect enum InventoryExpression: Hashable, Sendable, CustomStringConvertible {
    case comparison(attribute: String, Comparison, Value)
    /// The attribute is one of several values.
    case oneOf(attribute: String, [Value])
    /// The entry has the attribute, and it is not empty.
    case exists(attribute: String)
    case not(InventoryExpression)
    case all([InventoryExpression])
    case any([InventoryExpression])

    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// A pattern of `*` (any text) and `?` (any character).
        case like = "like"
    }

    package enum Value: Hashable, Sendable, CustomStringConvertible {
        case text(String)
        case number(Int)
        /// So many seconds after the time at which it is asked, or before: `now + 14d`.
        case now(offsetSeconds: Int)

        package var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .now(let offset): TimeSpan(seconds: offset).afterNow
            case .text(let text):
                "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            }
        }

        /// The value as an entry has it: all values travel as text.
        var wire: String {
            switch self {
            case .number, .now: description
            case .text(let text): text
            }
        }
    }

    package var description: String { text(within: 0) }

    /// Parentheses stand only where the expression binds less than what it is in.
    private func text(within level: Int) -> String {
        switch self {
        case .comparison(let attribute, let comparison, let value):
            "\(attribute) \(comparison.rawValue) \(value)"
        case .oneOf(let attribute, let values):
            "\(attribute) in (\(values.map(\.description).joined(separator: ", ")))"
        case .exists(let attribute): "\(attribute) exists"
        case .not(let inner): "not \(inner.text(within: 3))"
        case .all(let parts): wrapped(parts, "and", binding: 2, within: level)
        case .any(let parts): wrapped(parts, "or", binding: 1, within: level)
        }
    }

    private func wrapped(
        _ parts: [InventoryExpression],
        _ word: String,
        binding: Int,
        within level: Int
    ) -> String {
        let text = parts.map { $0.text(within: binding + 1) }.joined(separator: " \(word) ")
        return level > binding ? "(\(text))" : text
    }

    /// Whether the answer may change by time alone.
    package var dependsOnTime: Bool {
        switch self {
        case .comparison(_, _, .now): true
        case .comparison, .oneOf, .exists: false
        case .not(let inner): inner.dependsOnTime
        case .all(let parts), .any(let parts): parts.contains(where: \.dependsOnTime)
        }
    }

    /// The attributes that are asked for.
    package var attributes: Set<String> {
        switch self {
        case .comparison(let attribute, _, _), .oneOf(let attribute, _), .exists(let attribute):
            [attribute]
        case .not(let inner): inner.attributes
        case .all(let parts), .any(let parts):
            parts.reduce(into: []) { $0.formUnion($1.attributes) }
        }
    }
}

/// Which entries of one inventory type are meant: the unit in which nodes are asked about.
package struct InventoryQuery: Hashable, Sendable, CustomStringConvertible {
    package var typeName: String
    /// `nil` means every entry.
    package var condition: InventoryExpression?

    package init(typeName: String, condition: InventoryExpression? = nil) {
        self.typeName = typeName
        self.condition = condition
    }

    package var description: String {
        condition.map { "\(typeName) where \($0)" } ?? typeName
    }

    /// Whether an entry is meant, at a time in milliseconds since 1970.
    ///
    /// *Source*: the language's semantics are in `InventoryExpression.matches`.
    package func selects(_ entry: [String: String], at now: Int64) -> Bool {
        condition?.matches(entry, at: now) ?? true
    }
}
