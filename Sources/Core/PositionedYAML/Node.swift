// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// A value of a YAML or JSON text, with the place where it stands.
///
/// Scalars keep their text; what type they are is decided by whoever reads them, from the schema,
/// never by YAML 1.1's guesses (F-11).
package struct Node: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    package struct Scalar: Hashable, Sendable {
        /// How the scalar was written: only plain ones may be read as anything but text.
        package enum Style: Hashable, Sendable { case plain, quoted, block }

        package var text: String
        package var style: Style

        package init(_ text: String, style: Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    /// A key with its value.
    ///
    /// Keys are unique within a mapping.
    package struct Entry: Hashable, Sendable {
        package var key: String
        package var keyRange: SourceRange
        package var value: Node

        package init(key: String, keyRange: SourceRange, value: Node) {
            self.key = key
            self.keyRange = keyRange
            self.value = value
        }
    }

    package var content: Content
    package var range: SourceRange

    package init(_ content: Content, at range: SourceRange) {
        self.content = content
        self.range = range
    }

    /// The value of a key; `nil` when there is none or this is no mapping.
    package subscript(key: String) -> Node? { entry(key)?.value }

    /// The entry of a key.
    package func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }

    /// The text of a scalar, however it was written.
    package var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }
}
