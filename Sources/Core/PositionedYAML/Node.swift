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
        /// The column in which the lines of a literal block begin; 0 when it is none.
        package var bodyColumn: Int

        package init(_ text: String, style: Style = .plain, bodyColumn: Int = 0) {
            self.text = text
            self.style = style
            self.bodyColumn = bodyColumn
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

    /// Where parts of a scalar's text stand, by their offsets in UTF-8, in ascending order.
    ///
    /// *Shape*: all of the scalar where escapes or folded lines make a part hard to find.
    package func places(ofUTF8 parts: [Range<Int>]) -> [SourceRange] {
        guard !parts.isEmpty, case .scalar(let scalar) = content, let base = base(of: scalar) else {
            return parts.map { _ in range }
        }
        var place = base
        var offset = 0
        var text = scalar.text
        return text.withUTF8 { bytes in
            func advance(to target: Int) -> SourcePosition {
                while offset < target {
                    if bytes[offset] == 10 {
                        place = SourcePosition(line: place.line + 1, column: base.column)
                    } else if bytes[offset] & 0xC0 != 0x80 {
                        place.column += 1
                    }
                    offset += 1
                }
                return place
            }
            return parts.map { part in
                guard part.lowerBound >= offset, part.upperBound <= bytes.count else {
                    return range
                }
                let start = advance(to: part.lowerBound)
                return SourceRange(
                    file: range.file,
                    start: start,
                    end: advance(to: part.upperBound)
                )
            }
        }
    }

    /// Where the first character of a scalar stands, when every other one follows as written.
    private func base(of scalar: Scalar) -> SourcePosition? {
        if scalar.style == .block {
            guard scalar.bodyColumn > 0 else { return nil }
            return SourcePosition(line: range.start.line + 1, column: scalar.bodyColumn)
        }
        guard range.start.line == range.end.line else { return nil }
        let quotes = scalar.style == .quoted ? 1 : 0
        let width = range.end.column - range.start.column
        guard width == scalar.text.unicodeScalars.count + 2 * quotes else { return nil }
        return SourcePosition(line: range.start.line, column: range.start.column + quotes)
    }
}
