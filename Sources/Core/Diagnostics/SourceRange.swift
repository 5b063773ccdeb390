// SPDX-License-Identifier: Apache-2.0

/// A place in a text.
///
/// *Units*: line and column count from one; a column counts Unicode scalars, so that editors agree.
package struct SourcePosition: Hashable, Comparable, Sendable, Codable {
    // Every value of every manifest has two of these.
    private var packedLine: UInt32
    private var packedColumn: UInt32

    package var line: Int {
        get { Int(packedLine) }
        set { packedLine = UInt32(clamping: newValue) }
    }

    package var column: Int {
        get { Int(packedColumn) }
        set { packedColumn = UInt32(clamping: newValue) }
    }

    package init(line: Int, column: Int) {
        packedLine = UInt32(clamping: line)
        packedColumn = UInt32(clamping: column)
    }

    private enum CodingKeys: String, CodingKey {
        case packedLine = "line"
        case packedColumn = "column"
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.packedLine, lhs.packedColumn) < (rhs.packedLine, rhs.packedColumn)
    }
}

/// A stretch of a file: where something that a user wrote stands.
///
/// *Shape*: `file` is relative to the root of the repository, with `/`; `end` is exclusive.
package struct SourceRange: Hashable, Comparable, Sendable, Codable {
    package var file: String
    package var start: SourcePosition
    package var end: SourcePosition

    package init(file: String, start: SourcePosition, end: SourcePosition? = nil) {
        self.file = file
        self.start = start
        self.end = end ?? start
    }

    /// The first place of a file, for findings about the file as a whole.
    package init(wholeFile file: String) {
        self.init(file: file, start: SourcePosition(line: 1, column: 1))
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.file, lhs.start) < (rhs.file, rhs.start)
    }
}
