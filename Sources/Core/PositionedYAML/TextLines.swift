// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// The lines of a text, by number from one, as `TextCursor` counts them.
struct TextLines {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var starts: [Int]

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        starts = [bytes.starts(with: TextCheck.byteOrderMark) ? 3 : 0]
        for index in bytes.indices {
            let isPair = bytes[index] == 13 && index + 1 < bytes.count && bytes[index + 1] == 10
            if bytes[index] == 10 || bytes[index] == 13 && !isPair { starts.append(index + 1) }
        }
    }

    /// The place after the last character, for what is said to stand behind it.
    ///
    /// libyaml counts a line more at the end of a text that has no line end there.
    func clamped(_ place: SourcePosition) -> SourcePosition {
        guard place.line > starts.count else { return place }
        return SourcePosition(line: starts.count, column: scalars(starts.count).count + 1)
    }

    /// A line without its end; empty when there is no such line.
    subscript(_ number: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        guard starts.indices.contains(number - 1) else { return bytes[..<0] }
        let end = starts.indices.contains(number) ? starts[number] : bytes.count
        return bytes[starts[number - 1]..<end].prefix { $0 != 10 && $0 != 13 }
    }

    /// The characters of a line: columns count them.
    func scalars(_ number: Int) -> [Unicode.Scalar] {
        Array(String(decoding: self[number], as: UTF8.self).unicodeScalars)
    }

    /// How many blanks a line begins with.
    func indentation(_ number: Int) -> Int { self[number].prefix { $0 == 32 || $0 == 9 }.count }

    /// The nearest line above that is neither blank nor a comment; `nil` when there is none.
    func content(above number: Int) -> Int? {
        var above = number - 1
        // A bound keeps a long run of comments from costing more than the answer is worth.
        while above > 0, above > number - 100 {
            let first = self[above].first { $0 != 32 && $0 != 9 }
            if let first, first != UInt8(ascii: "#") { return above }
            above -= 1
        }
        return nil
    }

    /// The column in which the lines of a literal block begin; 0 when it has none.
    ///
    /// *Shape*: `header` is the line with the `|`; the lines below it are those of `text`, deeper by
    /// a constant number of blanks.
    func bodyColumn(of text: String, below header: Int) -> Int {
        var number = header
        for line in text.utf8.split(separator: 10, omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { $0 != 32 }) else { continue }
            let written = self[number].prefix { $0 == 32 }.count
            let kept = line.prefix { $0 == 32 }.count
            return written >= kept ? written - kept + 1 : 0
        }
        return 0
    }
}
