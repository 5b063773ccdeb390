// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Text of strangers inside Markdown: as code, so that nothing of it becomes a mention, a link, an
/// image, a heading or HTML (TH-01-e).
enum MarkdownText {
    static let valueMax = 200

    /// A code span, for prose and tables alike.
    ///
    /// *Source*: CommonMark, code spans: the fence is longer than any run of backticks inside. A
    /// bar would end a cell whatever stands around it, so it is shown as an escape.
    static func code(_ text: String) -> String {
        let shown = text.displayEscaped.capped(at: valueMax).replacing("|", with: "\\u{7c}")
        guard shown.contains(where: { $0 != Character(" ") }) else { return "(empty)" }
        let fence = String(repeating: "`", count: longestBacktickRun(shown) + 1)
        let needsPadding = ["`", " "].contains { shown.hasPrefix($0) || shown.hasSuffix($0) }
        let padding = needsPadding ? " " : ""
        return fence + padding + shown + padding + fence
    }

    /// An element of code, for lines of HTML such as a summary, where Markdown is not read.
    static func htmlCode(_ text: String) -> String {
        "<code>\(html(text))</code>"
    }

    static func html(_ text: String) -> String {
        text.displayEscaped.capped(at: valueMax)
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("#", with: "&#35;").replacing("@", with: "&#64;")
    }

    /// A fenced block whose content cannot end it.
    static func fenced(_ lines: [String], language: String = "") -> String {
        let shown = lines.map { $0.escapedKeepingTabs.capped(at: valueMax) }
        let longest = shown.map(longestBacktickRun).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)\(language)\n" + shown.map { $0 + "\n" }.joined() + fence + "\n"
    }

    private static func longestBacktickRun(_ text: String) -> Int {
        var longest = 0, run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// The first names as code, and how many more there are.
    static func names(_ names: [String], atMost most: Int = 4) -> String {
        let shown = names.prefix(most).map(code)
        guard names.count > most else { return Words.list(shown) }
        return shown.joined(separator: ", ") + " and \(names.count - most) more"
    }
}
