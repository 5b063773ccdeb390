// SPDX-License-Identifier: Apache-2.0

/// Columns that line up, whatever the script and whatever the colour.
///
/// *Shape*: cells hold escaped text. Nothing is truncated unless a width is given, and then only
/// the last column is: identifiers stay whole so that they can be copied.
struct Table {
    enum Alignment { case left, right }

    struct Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        var text: String
        var inks: [Ink]

        init(_ text: String, _ inks: Ink...) {
            self.text = text
            self.inks = inks
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    var alignments: [Alignment]
    var header: [String]?
    var rows: [[Cell]] = []

    init(_ alignments: [Alignment], header: [String]? = nil) {
        self.alignments = alignments
        self.header = header
    }

    mutating func row(_ cells: Cell...) { rows.append(cells) }

    func render(_ style: TerminalStyle, indent: Int = 0, gap: Int = 2) -> [String] {
        guard !rows.isEmpty else { return [] }
        let head = header.map { [$0.map { Cell($0, .faint) }] } ?? []
        let all = (head + rows).map { row in
            row.map { cell in
                var cell = cell
                cell.text = style.plain(cell.text)
                return cell
            }
        }
        var widths = alignments.indices.map { column in
            all.map { column < $0.count ? $0[column].text.displayWidth : 0 }.max() ?? 0
        }
        if let width = style.width, let last = widths.indices.last {
            let before = indent + widths.dropLast().reduce(0) { $0 + $1 + gap }
            widths[last] = min(widths[last], max(8, width - before))
        }
        return all.map { line($0, widths: widths, style, indent: indent, gap: gap) }
    }

    private func line(
        _ row: [Cell],
        widths: [Int],
        _ style: TerminalStyle,
        indent: Int,
        gap: Int
    ) -> String {
        var result = String(repeating: " ", count: indent)
        var pending = ""
        for (column, cell) in row.enumerated() where column < alignments.count {
            let text = cell.text.truncated(
                toWidth: max(widths[column], 1),
                ellipsis: style.plain("…")
            )
            let padding = String(repeating: " ", count: max(0, widths[column] - text.displayWidth))
            let painted = style.paint(text, cell.inks)
            let (before, after) = alignments[column] == .right ? (padding, "") : ("", padding)
            if text.isEmpty {
                pending += before + after
            } else {
                result += pending + before + painted
                pending = after
            }
            pending += String(repeating: " ", count: gap)
        }
        return result
    }
}
