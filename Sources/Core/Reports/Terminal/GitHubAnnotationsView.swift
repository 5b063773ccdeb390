// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FoundationEssentials

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
            text += "'aplomb validate --output json' lists them all.\n"
        }
        return text
    }

    private static func annotation(_ diagnostic: Diagnostic) -> String {
        let range = diagnostic.range
        var message = escaped(diagnostic.message)
        if let hint = diagnostic.hint { message += lineEnd + escaped("hint: \(hint)") }
        for note in diagnostic.notes {
            let place = "\(note.range.file):\(note.range.start.line):\(note.range.start.column)"
            message += lineEnd + escaped("note: \(place): \(note.message)")
        }
        return "::\(diagnostic.severity.rawValue) file=\(property(range.file)),"
            + "line=\(range.start.line),col=\(range.start.column),"
            + "title=\(property(diagnostic.code.rawValue))::\(message)"
    }

    /// What a workflow command takes for a line end within its message.
    private static let lineEnd = "%0A"

    private static func escaped(_ text: String) -> String {
        text.displayEscaped.replacing("%", with: "%25")
    }

    private static func property(_ text: String) -> String {
        escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
