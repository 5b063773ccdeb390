// SPDX-License-Identifier: Apache-2.0

/// Writes the difference of two texts as the lines of a unified diff.
///
/// *Shape*: lines begin with ` `, `+`, `-` or `@@`; three lines of context; no file header. When
/// more than `linesMax` would be shown, the rest is left out and the last line says how many.
package func unifiedDiff(from old: String, to new: String, linesMax: Int = 200) -> [String] {
    let oldLines = lines(of: old), newLines = lines(of: new)
    let edits = alignedLines(oldLines, newLines)
    var shown: [String] = []
    for hunk in hunks(of: edits, context: 3) {
        let slice = edits[hunk]
        let oldCount = slice.count { $0.kind != "+" }, newCount = slice.count { $0.kind != "-" }
        let first = slice.first
        shown.append(
            "@@ -\(first?.oldLine ?? 1),\(oldCount) +\(first?.newLine ?? 1),\(newCount) @@"
        )
        shown += slice.map { "\($0.kind)\($0.text)" }
    }
    guard shown.count > linesMax else { return shown }
    return shown.prefix(linesMax) + ["@@ … \(shown.count - linesMax) more lines @@"]
}

/// The first line of a text, from 1, that another did not have at its place; `nil` for none.
func firstDifferingLine(from old: String, to new: String) -> Int? {
    let oldLines = lines(of: old), newLines = lines(of: new)
    let same = zip(oldLines, newLines).prefix { $0 == $1 }.count
    guard same < oldLines.count || same < newLines.count else { return nil }
    return min(same + 1, max(1, newLines.count))
}

private struct AlignedLine {
    var kind: Character
    var text: Substring
    var oldLine: Int
    var newLine: Int
}

private func lines(of text: String) -> [Substring] {
    // By scalars: "\r\n" is one character, and a file of them would be one line.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        .map(Substring.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
}

private func alignedLines(_ old: [Substring], _ new: [Substring]) -> [AlignedLine] {
    let difference = new.difference(from: old)
    var removed: Set<Int> = [], inserted: Set<Int> = []
    for change in difference {
        switch change {
        case .remove(let offset, _, _): removed.insert(offset)
        case .insert(let offset, _, _): inserted.insert(offset)
        }
    }
    var result: [AlignedLine] = []
    var i = 0, j = 0
    while i < old.count || j < new.count {
        if i < old.count, removed.contains(i) {
            result.append(AlignedLine(kind: "-", text: old[i], oldLine: i + 1, newLine: j + 1))
            i += 1
        } else if j < new.count, inserted.contains(j) {
            result.append(AlignedLine(kind: "+", text: new[j], oldLine: i + 1, newLine: j + 1))
            j += 1
        } else {
            result.append(AlignedLine(kind: " ", text: new[j], oldLine: i + 1, newLine: j + 1))
            i += 1
            j += 1
        }
    }
    return result
}

private func hunks(of lines: [AlignedLine], context: Int) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for index in lines.indices where lines[index].kind != " " {
        let range = max(0, index - context)..<min(lines.count, index + context + 1)
        if let last = result.last, last.upperBound >= range.lowerBound {
            result[result.count - 1] = last.lowerBound..<range.upperBound
        } else {
            result.append(range)
        }
    }
    return result
}
