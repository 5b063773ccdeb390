// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FoundationEssentials

/// Writes diagnostics for people: the line that editors parse, the source, a caret, a hint.
package enum DiagnosticsTerminalView {
    /// A policy: nobody mends more in one go, and a page has an end.
    private static let shownMax = 100

    /// Writes them in the order of files, and counts what does not fit; nothing when there are none.
    ///
    /// *Shape*: errors come before warnings where not all fit. `texts` holds the contents of files
    /// by path, for those that can be shown; what looks like a secret in them is masked.
    package static func render(
        _ diagnostics: [Diagnostic],
        texts: [String: String] = [:],
        style: TerminalStyle
    ) -> String {
        guard !diagnostics.isEmpty else { return "" }
        var page = TerminalPage(style)
        var lines: [String: [Substring]] = [:]
        let shown = diagnostics.mostImportant(shownMax)
        for diagnostic in shown.inSourceOrder() {
            let file = diagnostic.range.file
            if lines[file] == nil, let text = texts[file] { lines[file] = Self.lines(of: text) }
            page.line(heading(diagnostic), .bold, diagnostic.severity == .error ? .red : .yellow)
            page.add(excerpt(diagnostic.range, lines[file] ?? [], style))
            if let hint = diagnostic.hint {
                page.line("    hint: \(hint.displayEscaped.capped(at: 500))", .cyan)
            }
            for note in diagnostic.notes {
                page.line(
                    "    note: \(place(note.range)): "
                        + note.message.displayEscaped.capped(at: 500)
                )
            }
        }
        if shown.count < diagnostics.count {
            page.line("… \(diagnostics.count - shown.count) more; --output json lists them all")
        }
        page.line(summary(diagnostics))
        return page.text
    }

    /// The lines as positions count them: ended by LF, CR LF or CR only, without a byte order mark.
    private static func lines(of text: String) -> [Substring] {
        let body = text.unicodeScalars.first == "\u{FEFF}" ? text.dropByteOrderMark : text[...]
        return body.split(omittingEmptySubsequences: false) { character in
            character == "\n" || character == "\r\n" || character == "\r"
        }
    }

    /// `2 errors, 1 warning`.
    package static func summary(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        var parts: [String] = []
        if errors > 0 { parts.append(Words.count(errors, "error")) }
        if warnings > 0 { parts.append(Words.count(warnings, "warning")) }
        return parts.joined(separator: ", ")
    }

    static func place(_ range: SourceRange) -> String {
        "\(range.file.displayEscaped):\(range.start.line):\(range.start.column)"
    }

    private static func heading(_ diagnostic: Diagnostic) -> String {
        "\(place(diagnostic.range)): \(diagnostic.severity.rawValue) \(diagnostic.code.rawValue) "
            + diagnostic.message.displayEscaped.capped(at: 500)
    }

    private static func excerpt(
        _ range: SourceRange,
        _ lines: [Substring],
        _ style: TerminalStyle
    ) -> [String] {
        guard lines.indices.contains(range.start.line - 1) else { return [] }
        let line = lines[range.start.line - 1].unicodeScalars
        guard line.count <= 500 else { return [] }
        let before = String(line.prefix(max(0, range.start.column - 1)))
        let rest = line.dropFirst(max(0, range.start.column - 1))
        let isOneLine = range.end.line == range.start.line
        let length = isOneLine ? max(1, range.end.column - range.start.column) : rest.count
        let marked = String(String.UnicodeScalarView(rest.prefix(length))).withoutTrailingBlanks
        let number = "\(range.start.line)"
        let margin = String(repeating: " ", count: number.count)
        let spaces = String(repeating: " ", count: before.escapedKeepingTabs.displayWidth)
        let carets = String(
            repeating: "^",
            count: max(1, marked.escapedKeepingTabs.displayWidth)
        )
        let shown = "  \(style.paint(number + " |", .faint)) "
        let text = String(line)
        // Carets below a masked text would point anywhere.
        guard text.secretsMasked == text else {
            return [shown + text.secretsMasked.escapedKeepingTabs]
        }
        return [
            shown + text.escapedKeepingTabs,
            "  \(style.paint(margin + " |", .faint)) \(spaces)" + style.paint(carets, .red),
        ]
    }
}

extension [Diagnostic] {
    /// As many as asked for: all errors before the first warning.
    fileprivate func mostImportant(_ limit: Int) -> [Diagnostic] {
        guard count > limit else { return self }
        let ordered = inSourceOrder()
        let errors = ordered.filter { $0.severity == .error }
        return Array((errors + ordered.filter { $0.severity == .warning }).prefix(limit))
    }
}

extension String {
    fileprivate var dropByteOrderMark: Substring {
        self[unicodeScalars.index(after: startIndex)...]
    }

    fileprivate var withoutTrailingBlanks: String {
        guard let last = lastIndex(where: { $0 != " " && $0 != "\t" }) else { return self }
        return String(self[...last])
    }
}
