// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FoundationEssentials

/// Writes diagnostics for people: the line that editors parse, the source, a caret, a hint.
package enum DiagnosticsTerminalView {
    /// Writes all of them in the order of files; nothing when there are none.
    ///
    /// *Shape*: `texts` holds the contents of files by path, for those that can be shown.
    package static func render(
        _ diagnostics: [Diagnostic],
        texts: [String: String] = [:],
        style: TerminalStyle
    ) -> String {
        guard !diagnostics.isEmpty else { return "" }
        var page = TerminalPage(style)
        var lines: [String: [Substring]] = [:]
        for diagnostic in diagnostics.inSourceOrder() {
            let file = diagnostic.range.file
            if lines[file] == nil, let text = texts[file] {
                lines[file] = text.split(
                    omittingEmptySubsequences: false,
                    whereSeparator: \.isNewline
                )
            }
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
        page.line(summary(diagnostics))
        return page.text
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
        let marked = String(String.UnicodeScalarView(rest.prefix(length)))
        let number = "\(range.start.line)"
        let margin = String(repeating: " ", count: number.count)
        let spaces = String(repeating: " ", count: before.escapedKeepingTabs.displayWidth)
        let carets = String(
            repeating: "^",
            count: max(1, marked.escapedKeepingTabs.displayWidth)
        )
        return [
            "  \(style.paint(number + " |", .faint)) "
                + String(line).escapedKeepingTabs,
            "  \(style.paint(margin + " |", .faint)) \(spaces)" + style.paint(carets, .red),
        ]
    }
}

/// Writes diagnostics as annotations of GitHub Actions.
///
/// *Source*: workflow commands; a step shows ten errors and ten warnings and drops the rest, so
/// the rest is counted in a sentence.
package enum GitHubAnnotationsView {
    private static let perSeverityMax = 10

    package static func render(_ diagnostics: [Diagnostic]) -> String {
        let ordered = diagnostics.inSourceOrder()
        var text = ""
        var dropped: [String] = []
        for severity in [Diagnostic.Severity.error, .warning] {
            let all = ordered.filter { $0.severity == severity }
            for diagnostic in all.prefix(perSeverityMax) { text += annotation(diagnostic) + "\n" }
            if all.count > perSeverityMax {
                dropped.append(Words.count(all.count - perSeverityMax, "more \(severity.rawValue)"))
            }
        }
        if !dropped.isEmpty {
            text += "\(Words.list(dropped)) not shown as annotations; "
            text += "'aplomb validate' lists them all.\n"
        }
        return text
    }

    private static func annotation(_ diagnostic: Diagnostic) -> String {
        let range = diagnostic.range
        var message = diagnostic.message
        if let hint = diagnostic.hint { message += " (\(hint))" }
        return "::\(diagnostic.severity.rawValue) file=\(property(range.file)),"
            + "line=\(range.start.line),col=\(range.start.column),"
            + "title=\(property(diagnostic.code.rawValue))::\(escaped(message))"
    }

    private static func escaped(_ text: String) -> String {
        text.displayEscaped.replacing("%", with: "%25")
    }

    private static func property(_ text: String) -> String {
        escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

/// Writes diagnostics as JSON.
package enum DiagnosticsJSONView {
    package static func render(_ diagnostics: [Diagnostic]) -> String {
        ReportJSON.text(
            Form(
                errors: diagnostics.count { $0.severity == .error },
                warnings: diagnostics.count { $0.severity == .warning },
                diagnostics: diagnostics.inSourceOrder()
            )
        )
    }

    private struct Form: Encodable {
        var apiVersion = "aplomb/v1"
        var kind = "Diagnostics"
        var errors: Int
        var warnings: Int
        var diagnostics: [Diagnostic]
    }
}
