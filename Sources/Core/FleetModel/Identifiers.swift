// SPDX-License-Identifier: Apache-2.0

/// A name or id with a type of its own, so that one kind is never passed for another.
package protocol TypedString: RawRepresentable<String>, Hashable, Comparable, Sendable, Codable,
    CustomStringConvertible, ExpressibleByStringLiteral
{
    init(rawValue: String)
}

extension TypedString {
    package init(stringLiteral value: String) { self.init(rawValue: value) }
    package init(_ value: String) { self.init(rawValue: value) }
    package var description: String { rawValue }
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    package init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// The id of a managed node: `mi-` and 17 hexadecimal digits, as Systems Manager mints them.
package struct NodeID: TypedString {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of an association: a UUID.
package struct AssociationID: TypedString {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// What an association is called here that has no name at its provider.
    ///
    /// It follows from the id alone, so that it stays the same whatever else changes.
    package var nameWithoutOne: String {
        "association-" + rawValue.lowercased().filter { $0 != "-" }.prefix(12)
    }
}

/// The id of one execution of an association: a UUID.
package struct ExecutionID: TypedString {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of a command: a UUID of 36 characters.
package struct CommandID: TypedString {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}
