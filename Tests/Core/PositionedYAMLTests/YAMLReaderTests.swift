// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML
import TestSupport
import Testing

struct YAMLReaderTests {
    static let refusals = [
        TextCase("BI-021 an empty file", .emptyManifest, message: "no document", text: "①"),
        TextCase("BI-021 only comments", .emptyManifest, text: "①# later\n# much later\n"),
        TextCase("BI-021 only ---", .emptyManifest, text: "①---\n---\n"),
        TextCase("BI-021 only a byte order mark", .emptyManifest, text: "\u{FEFF}①"),
        TextCase(
            "BI-024 a tab as indentation",
            .yamlSyntax,
            message: "indented with a tab",
            hint: "spaces",
            text: "a:\n①\tb: 1\n"
        ),
        TextCase(
            "BI-024 a tab after spaces",
            .yamlSyntax,
            hint: "tab",
            text: "a:\n  c: 1\n  ①\tb: 1\n"
        ),
        TextCase(
            "BI-025 the same key twice",
            .duplicateKey,
            message: "'b' is given twice",
            text: "a:\n  b: 1\n  ①b: 2\n"
        ),
        TextCase("BI-025 differing only in quoting", .duplicateKey, text: "a: {b: 1, ①'b': 2}\n"),
        TextCase(
            "BI-025 composed and decomposed",
            .duplicateKey,
            text: "a: {é: 1, ①e\u{301}: 2}\n"
        ),
        TextCase(
            "BI-025 a second object without ---",
            .duplicateKey,
            .duplicateKey,
            hint: "---",
            text: "kind: A\nname: a\n①kind: B\n②name: b\n"
        ),
        TextCase(
            "BI-026 F-11 a list as key",
            .keyNotString,
            message: "a list or mapping cannot be a key",
            hint: "quote",
            text: "①[1, 2]: c\n"
        ),
        TextCase("BI-026 F-11 an empty list as key", .keyNotString, text: "①[]: c\n"),
        TextCase("BI-026 F-11 a mapping as key", .keyNotString, text: "①{a: b}: c\n"),
        TextCase("BI-026 an explicit block as key", .keyNotString, text: "? ①- a\n: b\n"),
        TextCase(
            "BI-026 a null key",
            .keyNotString,
            message: "may be read as null",
            hint: "\"null\"",
            text: "①null: 1\n"
        ),
        TextCase("BI-026 an empty key", .keyNotString, message: "empty", text: "?① \n: b\n"),
        TextCase("BI-026 no key", .yamlSyntax, message: "no key before", text: "①: 1\n"),
        TextCase("BI-026 a number as key", .keyNotString, hint: "\"8080\"", text: "①8080: http\n"),
        TextCase("BI-026 a decimal as key", .keyNotString, text: "a: {①1.5: x}\n"),
        TextCase(
            "BI-026 a boolean as key",
            .keyNotString,
            message: "a boolean",
            text: "①on: push\n"
        ),
        TextCase(
            "BI-027 an anchor and its alias",
            .aliasNotAllowed,
            .aliasNotAllowed,
            message: "the anchor '&x'",
            hint: "write the value out",
            text: "a: ①&x 1\nb: ②*x\n"
        ),
        TextCase("BI-027 an anchor on a mapping", .aliasNotAllowed, text: "a: ①&x\n  b: 1\n"),
        TextCase("BI-027 an anchor on a key", .aliasNotAllowed, text: "①&x a: 1\n"),
        TextCase(
            "BI-027 an undefined alias",
            .aliasNotAllowed,
            hint: "'*'",
            text: "a: ①*nothing\n"
        ),
        TextCase(
            "BI-027 a recursive alias",
            .aliasNotAllowed,
            .aliasNotAllowed,
            text: "a: ①&x [②*x]\n"
        ),
        TextCase(
            "BI-028 a merge key",
            .mergeKeyNotAllowed,
            hint: "write the values out",
            text: "a: {①<<: {b: 1}}\n"
        ),
        TextCase(
            "BI-029 a tag of Python",
            .tagNotAllowed,
            text: "a: ①!!python/object:os.system x\n"
        ),
        TextCase(
            "BI-029 a tag of CloudFormation",
            .tagNotAllowed,
            message: "'!Ref'",
            text: "a: ①!Ref b\n"
        ),
        TextCase(
            "BI-029 binary",
            .tagNotAllowed,
            message: "'!!binary'",
            text: "a: ①!!binary aGk=\n"
        ),
        TextCase("BI-029 a set", .tagNotAllowed, text: "a: ①!!set {b}\n"),
        TextCase("BI-029 a handle that nobody declared", .tagNotAllowed, text: "a: ①!e!foo b\n"),
        TextCase(
            "BI-037 a version",
            .directiveNotAllowed,
            hint: "'%'",
            text: "①%YAML 1.1\n---\na: b\n"
        ),
        TextCase(
            "BI-037 a handle",
            .directiveNotAllowed,
            text: "①%TAG !e! tag:x,2000:\n---\na: b\n"
        ),
        TextCase(
            "BI-045 what a merge left behind",
            .mergeConflictMarker,
            .mergeConflictMarker,
            hint: "=======",
            text: "①<<<<<<< HEAD\na: 1\n=======\na: 2\n②>>>>>>> topic\n"
        ),
    ]

    @Test("a text is refused where it is wrong", arguments: refusals)
    func refusal(_ test: TextCase) throws {
        try test.check()
        let parsed = parseText(test.marked.bytes, file: test.file)
        #expect(parsed.documents.isEmpty, "a text with a mistake is never used")
        #expect(parsed.diagnostics.hasErrors || test.codes == [.emptyManifest])
    }

    @Test("BI-025 both places of a key are named")
    func duplicate() throws {
        let found = parseYAML(Array("a: 1\nb: 2\n\"a\": 3\n".utf8), file: "f.yaml").diagnostics
        #expect(found.map(\.range.start) == [SourcePosition(line: 3, column: 1)])
        #expect(found.first?.notes.map(\.range.start) == [SourcePosition(line: 1, column: 1)])
    }

    @Test("BI-021 a text without a document is a warning, never an error", arguments: ["", "#x"])
    func empty(_ text: String) {
        let parsed = parseYAML(Array(text.utf8), file: "f.yaml")
        #expect(parsed.diagnostics.map(\.severity) == [.warning])
    }

    struct Accepted: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var testDescription: String { name }
    }

    @Test(
        "BI-022 line ends and byte order marks change nothing",
        arguments: [
            Accepted(name: "line feeds", text: "a: 1\nb:\n  - x\n  - é y\n"),
            Accepted(
                name: "carriage returns and line feeds",
                text: "a: 1\r\nb:\r\n  - x\r\n  - é y\r\n"
            ),
            Accepted(name: "carriage returns", text: "a: 1\rb:\r  - x\r  - é y\r"),
            Accepted(name: "no line end at the end", text: "a: 1\nb:\n  - x\n  - é y"),
            Accepted(name: "a byte order mark", text: "\u{FEFF}a: 1\nb:\n  - x\n  - é y\n"),
        ]
    )
    func lineEnds(_ test: Accepted) throws {
        let node = try document(test.text)
        #expect(node["a"]?.text == "1")
        guard case .sequence(let items)? = node["b"]?.content else {
            Issue.record("b is a list")
            return
        }
        #expect(items.map(\.text) == ["x", "é y"])
        #expect(node["a"]?.range.start == SourcePosition(line: 1, column: 4))
        #expect(items[1].range.start == SourcePosition(line: 4, column: 5))
        #expect(items[1].range.end == SourcePosition(line: 4, column: 8))
    }

    @Test("columns count characters, not bytes")
    func columns() throws {
        let node = try document("naïve: {größe: 1, 𝄞: x}\n")
        let inner = try #require(node["naïve"])
        #expect(inner.entry("𝄞")?.keyRange.start == SourcePosition(line: 1, column: 19))
        #expect(inner["𝄞"]?.range.start == SourcePosition(line: 1, column: 22))
    }

    @Test("core tags are allowed, and a text that is tagged so is one")
    func coreTags() throws {
        let node = try document("a: !!str 1\nb: !!int 2\nc: !!map {}\nd: !!seq []\ne: ! on\n")
        var found: [Diagnostic] = []
        #expect(node["a"]?.string("a", into: &found) == "1")
        #expect(node["b"]?.integer("b", into: &found) == 2)
        #expect(node["e"]?.string("e", into: &found) == "on")
        #expect(found == [])
    }

    @Test(
        "BI-036 a broken document hides none of the good ones",
        arguments: [
            "b: [1, 2", "b: 'open", "b: @x", "\tb: 1", "b: {c: 1, c: 2}", "b: *x", "b: c: d",
            "- a\nb: c", "? [a]\n: b", "%X", "b: |\n text\n\tx\n y: {", "%FOO",
        ]
    )
    func several(_ broken: String) throws {
        let text = "a: 1\n---\n\(broken)\n---\nc: 3\n---\nd: 4\n"
        let parsed = parseYAML(Array(text.utf8), file: "f.yaml")
        #expect(parsed.diagnostics.hasErrors)
        #expect(parsed.documents.compactMap { $0["a"] ?? $0["c"] ?? $0["d"] }.count == 3)
        #expect(parsed.damaged.count + parsed.fragments.count == 1 || parsed.mayHideDocuments)
        let line = text.split(separator: "\n").firstIndex { $0 == "c: 3" }.map { $0 + 1 }
        #expect(parsed.documents.first { $0["c"] != nil }?.range.start.line == line)
    }

    @Test("BI-036 every broken document is reported, not only the first")
    func total() {
        let text = "a: 'x\n---\nb: [\n---\nc: {d: 1, d: 2}\n---\ne: @\n"
        let found = parseYAML(Array(text.utf8), file: "f.yaml").diagnostics
        #expect(found.summaries.map { $0.prefix(2) } == ["1:", "4:", "5:", "7:"])
    }
}
