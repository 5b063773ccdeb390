// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// Where each field that an author wrote stands, by path (`spec.parameters.message`, `spec.union[0]`).
///
/// Found when it is asked for: paths are for findings, and most objects have none.
package struct FieldSources: Hashable, Sendable, Codable, ExpressibleByDictionaryLiteral {
    private let find: @Sendable () -> [String: SourceRange]

    package init(_ find: @escaping @Sendable () -> [String: SourceRange]) { self.find = find }

    package init(dictionaryLiteral elements: (String, SourceRange)...) {
        let table = Dictionary(elements, uniquingKeysWith: { first, _ in first })
        find = { table }
    }

    /// All of them.
    package var all: [String: SourceRange] { find() }

    package subscript(path: String) -> SourceRange? { find()[path] }

    package init(from decoder: any Decoder) throws {
        let table = try [String: SourceRange](from: decoder)
        find = { table }
    }

    package func encode(to encoder: any Encoder) throws { try all.encode(to: encoder) }

    package static func == (left: Self, right: Self) -> Bool { left.all == right.all }

    package func hash(into hasher: inout Hasher) { hasher.combine(all) }
}
