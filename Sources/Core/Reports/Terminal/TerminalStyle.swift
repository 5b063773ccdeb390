// SPDX-License-Identifier: Apache-2.0

/// How a terminal is written to: decided by the caller, who knows the terminal.
package struct TerminalStyle: Hashable, Sendable {
    package enum Glyphs: Sendable { case ascii, unicode }

    package var colour: Bool
    package var glyphs: Glyphs
    /// Columns; `nil` when nothing may be truncated, as in a pipe.
    package var width: Int?

    package init(colour: Bool = false, glyphs: Glyphs = .unicode, width: Int? = nil) {
        self.colour = colour
        self.glyphs = glyphs
        self.width = width
    }

    /// Paints a text that is already escaped.
    ///
    /// Meaning never rests on colour alone.
    func paint(_ text: String, _ inks: [Ink]) -> String {
        guard colour, !inks.isEmpty, !text.isEmpty else { return text }
        return "\u{1b}[" + inks.map(\.rawValue).joined(separator: ";") + "m" + text + "\u{1b}[0m"
    }

    func paint(_ text: String, _ inks: Ink...) -> String { paint(text, inks) }

    /// The sign before a line, painted.
    package func mark(_ mark: Mark) -> String { paint(sign(mark), mark.ink) }

    func sign(_ mark: Mark) -> String { glyphs == .unicode ? mark.unicode : mark.ascii }

    /// Our own punctuation in what the terminal can show.
    func plain(_ text: String) -> String {
        guard glyphs == .ascii else { return text }
        var result = ""
        for character in text {
            switch character {
            case "…": result += "..."
            case "→": result += "->"
            default: result.append(character)
            }
        }
        return result
    }
}

/// A colour or weight, as the parameter of ANSI's SGR.
enum Ink: String {
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
}

/// A sign that stands before a line; it means the same without its colour.
package enum Mark: Sendable {
    case success, failure, skipped, run, wait

    var unicode: String {
        switch self {
        case .success: "✔"
        case .failure: "✗"
        case .skipped: "-"
        case .run: "▸"
        case .wait: "…"
        }
    }

    var ascii: String {
        switch self {
        case .success: "ok"
        case .failure: "x"
        case .skipped: "-"
        case .run: ">"
        case .wait: ".."
        }
    }

    var ink: Ink {
        switch self {
        case .success: .green
        case .failure: .red
        case .skipped, .wait: .yellow
        case .run: .cyan
        }
    }
}

/// A page while it is written, line by line.
struct TerminalPage {
    let style: TerminalStyle
    private(set) var lines: [String] = []

    init(_ style: TerminalStyle) { self.style = style }

    mutating func line(_ text: String = "", _ inks: Ink...) {
        lines.append(style.paint(style.plain(text), inks))
    }

    mutating func add(_ more: [String]) { lines += more }

    /// One empty line between two blocks, and never two.
    mutating func gap() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }
}
