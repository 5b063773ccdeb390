// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML
import TestSupport
import Testing

/// What people get wrong in YAML, and what they are told.
struct SyntaxMessageTests {
    static let cases = [
        TextCase(
            "a second colon",
            .yamlSyntax,
            message: "a second ': '",
            hint: "quote the value",
            text: "a: b①: c\n"
        ),
        TextCase(
            "no space after the colon above",
            .yamlSyntax,
            message: "a part of the value above",
            hint: "write ': ' with a space",
            text: "a:b\nc①: d\n"
        ),
        TextCase(
            "no colon above",
            .yamlSyntax,
            hint: "write 'key: value' in the line above",
            text: "# a comment\na b\n\nc①: d\n"
        ),
        TextCase(
            "a text where a document was",
            .yamlSyntax,
            message: "the document has ended",
            hint: "---",
            text: "a b\n# a comment\n①c: d\n"
        ),
        TextCase(
            "no space after a dash",
            .yamlSyntax,
            hint: "write '- ' with a space in the line above: - kind: x",
            text: "a:\n  -kind: x\n   b①: c\n"
        ),
        TextCase(
            "deeper than its key",
            .yamlSyntax,
            hint: "same column as the key above",
            text: "a: b\n  c①: d\n"
        ),
        TextCase(
            "between two columns",
            .yamlSyntax,
            message: "indented like none",
            hint: "column 3, the line above in column 4",
            text: "a:\n   b: 1\n  ①c: 2\n"
        ),
        TextCase(
            "a list on the line of its key",
            .yamlSyntax,
            hint: "on a line of its own",
            text: "a: ①- b\n"
        ),
        TextCase(
            "a list beside keys",
            .yamlSyntax,
            message: "a list entry stands where a key",
            hint: "indent the list",
            text: "a: 1\n①- b\n"
        ),
        TextCase(
            "a key beside a list",
            .yamlSyntax,
            message: "goes on with '- '",
            text: "a:\n  - b\n  ①c: d\n"
        ),
        TextCase(
            "text after a quote",
            .yamlSyntax,
            message: "more text after the end of the value",
            hint: "is written ''",
            text: "a: 'it'①s'\n"
        ),
        TextCase(
            "an open list",
            .yamlSyntax,
            message: "the list in [ ] is not closed",
            hint: "']' at its end",
            text: "a: [b, c\nd①: e\n"
        ),
        TextCase(
            "an open mapping",
            .yamlSyntax,
            message: "the mapping in { } is not closed",
            text: "a: {b: 1\n  c①: 2\nd: 3\n"
        ),
        TextCase(
            "an open quote",
            .yamlSyntax,
            message: "the quoted text is not closed",
            text: "a: ①\"b\nc: d\n"
        ),
        TextCase(
            "a comma too many",
            .yamlSyntax,
            message: "a value is expected",
            text: "a: [①, b]\n"
        ),
        TextCase(
            "a glob",
            .yamlSyntax,
            message: "cannot begin with '*'",
            hint: "quote",
            text: "a: [①*]\n"
        ),
        TextCase("an ampersand", .yamlSyntax, message: "cannot begin with '&'", text: "a: ①& b\n"),
        TextCase(
            "an at sign",
            .yamlSyntax,
            message: "cannot begin with '@'",
            hint: "quote the value",
            text: "a: ①@b\n"
        ),
        TextCase("a back-tick", .yamlSyntax, message: "cannot begin with '`'", text: "a: ①`b`\n"),
        TextCase(
            "a backslash",
            .yamlSyntax,
            message: "no escape",
            hint: "single quotes",
            text: "a: \"C:①\\dir\"\n"
        ),
        TextCase(
            "a line without colon",
            .yamlSyntax,
            message: "without ': '",
            text: "a: 1\n①b\nc: 2\n"
        ),
    ]

    @Test("BI-024 a message says what is wrong and what to write", arguments: cases)
    func messages(_ test: TextCase) throws { try test.check() }

    @Test("where it began is named beside where it went wrong")
    func note() throws {
        let found = parseYAML(Array("a:\n  b: [1,\n  2\nc: 3\n".utf8), file: "f.yaml").diagnostics
        let note = try #require(found.first?.notes.first)
        #expect(note.range.start == SourcePosition(line: 2, column: 6))
        #expect(note.message == "it begins here")
    }
}
