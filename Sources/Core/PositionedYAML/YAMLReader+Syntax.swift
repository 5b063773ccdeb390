// SPDX-License-Identifier: Apache-2.0
import CLibyaml
import Diagnostics

/// What libyaml refuses, in the words of someone who writes manifests.
///
/// *Source*: the problems and contexts of libyaml's scanner.c and parser.c.
extension YAMLReader {
    /// A problem as libyaml reports it.
    private struct Problem {
        var text: String
        var context: String
        var place: SourcePosition
        /// Where the thing began that could not be read; the same as `place` when it did not.
        var start: SourcePosition
    }

    /// What is said about it.
    private struct Explanation {
        var message: String
        var hint: String?
        var place: SourcePosition?
        /// What stands at the start of the thing, for a note.
        var note = "it begins here"
        var code = DiagnosticCode.yamlSyntax

        init(_ message: String, hint: String? = nil, at place: SourcePosition? = nil) {
            self.message = message
            self.hint = hint
            self.place = place
        }
    }

    /// Reports why libyaml stopped.
    mutating func reportSyntax() {
        let state = parser.pointee
        let place = position(state.problem_mark)
        let problem = Problem(
            text: state.problem.map { String(cString: $0) } ?? "the text cannot be read",
            context: state.context.map { String(cString: $0) } ?? "",
            place: place,
            start: state.context == nil
                ? place : position(state.context_mark)
        )
        let isDirective =
            problem.text.contains("directive") || problem.text.contains("incompatible YAML")
        let directive = [problem.place, problem.start].first { lines[$0.line].first == 37 }
        if let directive, isDirective || problem.context.contains("directive") {
            refuseDirective(at: SourcePosition(line: directive.line, column: 1))
            return
        }
        let said = explain(problem)
        let start = said.place ?? problem.place
        var notes: [Diagnostic.Note] = []
        if problem.start != start, problem.start != problem.place {
            notes.append(.init(said.note, at: SourceRange(file: file, start: problem.start)))
        }
        report(
            Diagnostic(
                said.code,
                said.message,
                at: SourceRange(file: file, start: start),
                hint: said.hint,
                notes: notes
            )
        )
    }

    private func explain(_ problem: Problem) -> Explanation {
        if let tab = tab(at: problem) { return tab }
        if problem.context.contains("tag") || problem.text.contains("tag handle") {
            var said = Explanation(
                "the tag is not allowed here",
                hint: "remove the tag; quote the text if it begins with '!'"
            )
            said.code = .tagNotAllowed
            return said
        }
        return explainStructure(problem) ?? explainScalar(problem)
            ?? Explanation(problem.text + (problem.context.isEmpty ? "" : " " + problem.context))
    }

    /// A tab before the first character of the line, which libyaml names in many ways.
    private func tab(at problem: Problem) -> Explanation? {
        let line = lines[problem.place.line]
        let blanks = line.prefix { $0 == 32 || $0 == 9 }
        guard let index = blanks.firstIndex(of: 9) else { return nil }
        return Explanation(
            "the line is indented with a tab",
            hint: "indent with spaces: a tab is no indentation in YAML",
            at: SourcePosition(line: problem.place.line, column: index - line.startIndex + 1)
        )
    }

    private func explainStructure(_ problem: Problem) -> Explanation? {
        switch problem.text {
        case "mapping values are not allowed in this context": return strayColon(problem)
        case "block sequence entries are not allowed in this context":
            return Explanation(
                "a list cannot begin here",
                hint: "put each '- ' on a line of its own below the key, or write [a, b]"
            )
        case "could not find expected ':'":
            return Explanation(
                "the line has a key without ': '",
                hint: "write 'key: value'; a text of several lines is quoted or begins with |",
                at: problem.start
            )
        case "did not find expected key": return strayText(problem)
        case "did not find expected '-' indicator":
            return Explanation(
                "the list goes on with '- ', and this line does not begin with it",
                hint: "indent it as part of the entry above, or begin it with '- '"
            )
        case "did not find expected <document start>":
            return Explanation(
                "the document has ended before this line",
                hint: "write 'key: value' in every line, or begin another document with ---"
            )
        case "did not find expected ',' or ']'":
            return Explanation(
                "the list in [ ] is not closed before this",
                hint: "put a ',' between its entries and a ']' at its end"
            )
        case "did not find expected ',' or '}'":
            return Explanation(
                "the mapping in { } is not closed before this",
                hint: "put a ',' between its entries and a '}' at its end"
            )
        case "did not find expected node content":
            return Explanation(
                "a value is expected here",
                hint: "remove the ',' or write the value that it announces"
            )
        default: return nil
        }
    }

    private func explainScalar(_ problem: Problem) -> Explanation? {
        switch problem.text {
        case "found character that cannot start any token":
            let scalars = lines.scalars(problem.place.line)
            let column = problem.place.column - 1
            let what = scalars.indices.contains(column) ? "'\(scalars[column])'" : "this"
            return Explanation("a value cannot begin with \(what)", hint: "quote the value")
        case "did not find expected alphabetic or numeric character":
            let isAlias = problem.context.contains("alias")
            return Explanation(
                "a value cannot begin with '\(isAlias ? "*" : "&")'",
                hint: "quote the value",
                at: problem.start
            )
        case "found unexpected end of stream", "found unexpected document indicator":
            return Explanation(
                "the quoted text is not closed",
                hint: "close it with the quote that it begins with",
                at: problem.start
            )
        case "found unknown escape character":
            return Explanation(
                "this is no escape of a text in double quotes",
                hint: "write \\\\ for a backslash, or put the text in single quotes"
            )
        case "did not find expected hexdecimal number",
            "found invalid Unicode character escape code":
            return Explanation(
                "the escape names no character",
                hint: "such as \\u00e9; or put the text in single quotes"
            )
        case "found unexpected ':'":
            return Explanation(
                "within [ ] and { } a ':' is followed by a space, or the text is quoted",
                hint: "quote the text"
            )
        default: return nil
        }
    }

    /// A `: ` where no key can stand: mostly a mistake of the line above, or a second one.
    private func strayColon(_ problem: Problem) -> Explanation {
        let line = lines.scalars(problem.place.line)
        let before = Array(line.prefix(max(0, problem.place.column - 1)))
        let earlier = before.indices.dropLast().first { before[$0] == ":" && before[$0 + 1] == " " }
        if earlier != nil {
            return Explanation(
                "the line has a second ': '",
                hint: "quote the value if ': ' is part of it"
            )
        }
        guard let above = lines.content(above: problem.place.line) else {
            return Explanation("a key cannot stand here", hint: "check the indentation")
        }
        let text = String(String.UnicodeScalarView(lines.scalars(above))).dropBlanks
        var said = Explanation("this line is taken for a part of the value above it")
        if text.hasPrefix("-"), !text.hasPrefix("- "), text.count > 1 {
            said.hint = "write '- ' with a space in the line above: - \(text.dropFirst().excerpt)"
        } else if !text.contains(": "), !text.hasSuffix(":") {
            said.hint =
                text.contains(":")
                ? "write ': ' with a space in the line above"
                : "write 'key: value' in the line above, or quote it"
        } else {
            said.hint = "begin it in the same column as the key above"
        }
        return said
    }

    /// Something that continues neither the mapping nor its last value.
    private func strayText(_ problem: Problem) -> Explanation {
        let line = problem.place.line
        if lines.scalars(line).dropFirst(problem.place.column - 1).first == ":" {
            return Explanation("there is no key before the ':'", hint: "write 'key: value'")
        }
        let indentation = lines.indentation(line)
        guard indentation == problem.place.column - 1 else {
            return Explanation(
                "there is more text after the end of the value",
                hint:
                    "quote the whole value; within '…' a quote is written '', within \"…\" it is \\\""
            )
        }
        if lines[line].dropFirst(indentation).first == UInt8(ascii: "-") {
            return Explanation(
                "a list entry stands where a key is expected",
                hint: "indent the list below its key"
            )
        }
        var said = Explanation("the line is indented like none of the keys above it")
        said.note = "the mapping begins here"
        guard let above = lines.content(above: line), lines.indentation(above) > indentation else {
            said.hint = "keys of one mapping begin in the same column"
            return said
        }
        said.hint =
            "it begins in column \(indentation + 1), the line above in column"
            + " \(lines.indentation(above) + 1): keys of one mapping begin in the same column"
        return said
    }
}

extension String {
    fileprivate var dropBlanks: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Substring {
    fileprivate var excerpt: String { String(self).excerpt }
}
