// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Foundation
import PositionedYAML
import TestSupport
import Testing

struct JSONReaderTests {
    private static func json(
        _ name: String,
        _ codes: DiagnosticCode...,
        message: String = "",
        hint: String = "",
        text: String
    ) -> TextCase {
        var test = TextCase(name, message: message, hint: hint, file: "f.json", text: text)
        test.codes = codes
        return test
    }

    static let refusals = [
        json("F-12 the same key twice", .duplicateKey, text: #"{"a": 1, ①"a": 2}"#),
        json("F-12 the same key by an escape", .duplicateKey, text: #"{"a": 1, ①"\u0061": 2}"#),
        json("F-12 within a list", .duplicateKey, text: #"[{"a": {"b": 1, ①"b": 2}}]"#),
        json("BI-038 a comment", .jsonSyntax, hint: "no comments", text: "{\n  ①// no\n}"),
        json("BI-038 a comment at the end", .jsonSyntax, hint: "no comments", text: "{} ①/* no */"),
        json("BI-038 a hash", .jsonSyntax, hint: "no comments", text: "①# no\n{}"),
        json("BI-038 trailing data", .jsonSyntax, message: "more text after", text: "{}\n①{}"),
        json("BI-038 YAML", .jsonSyntax, hint: ".yaml", text: "①a: b\n"),
        json("BI-038 YAML with a list", .jsonSyntax, hint: ".yaml", text: "①- a\n"),
        json("a comma at the end", .jsonSyntax, hint: "no comma", text: #"{"a": 1, ①}"#),
        json("a comma at the end of a list", .jsonSyntax, hint: "no comma", text: "[1, ①]"),
        json("a single quote", .jsonSyntax, hint: "double quotes", text: "{①'a': 1}"),
        json("no quote", .jsonSyntax, text: "{①a: 1}"),
        json("no colon", .jsonSyntax, message: "':'", text: #"{"a" ①1}"#),
        json("no comma", .jsonSyntax, message: "','", text: #"{"a": 1 ①"b": 2}"#),
        json("no end", .jsonSyntax, message: "'}'", text: #"{"a": 1①"#),
        json("an open text", .jsonSyntax, message: "not closed", text: #"{"a": "x①"#),
        json("a line end in a text", .jsonSyntax, message: "escape", text: "[\"a①\nb\"]"),
        json("an escape of C", .jsonSyntax, message: "escape", text: #"["①\x41"]"#),
        json("half a surrogate pair", .jsonSyntax, message: "surrogate", text: #"["①\ud800"]"#),
        json("the wrong half", .jsonSyntax, message: "surrogate", text: #"["①\udc00\ud800"]"#),
        json("F-12 NUL", .badEncoding, text: #"["a①\u0000"]"#),
        json("NaN", .jsonSyntax, message: "'NaN'", text: "[①NaN]"),
        json("a plus", .jsonSyntax, text: "[①+1]"),
        json("a leading zero", .jsonSyntax, text: "[①01]"),
        json("no digit after the point", .jsonSyntax, text: "[①1.]"),
        json("a capital", .jsonSyntax, text: "[①True]"),
        json("nothing", .emptyManifest, text: " \n"),
    ]

    @Test("BI-038 one strict reader", arguments: refusals)
    func refusal(_ test: TextCase) throws {
        var test = test
        if test.codes == [.emptyManifest] { test.marked.places = ["1:1"] }
        try test.check()
        #expect(parseText(test.marked.bytes, file: test.file).documents.isEmpty)
    }

    @Test(
        "F-12 everything that is JSON is read, as another reader has it",
        arguments: [
            #"{"a": [1, -2.5e10, true, false, null, "x"], "b": {}, "": []}"#,
            #"["é\n\t\"\\\/\b\f\r", "\u00e9", "\ud834\udd1e", "𝄞"]"#, "[[], [[]], {}]", " \"x\" ",
            "\r\n{\r\n\"a\"\t:\n1 }\r\n",
        ]
    )
    func accepted(_ text: String) throws {
        let parsed = parseJSON(Array(text.utf8), file: "f.json")
        #expect(parsed.diagnostics == [])
        let node = try #require(parsed.documents.first)
        let peer = try JSONSerialization.jsonObject(
            with: Data(text.utf8),
            options: .fragmentsAllowed
        )
        #expect(Self.describe(node) == Self.describe(peer))
    }

    @Test("BI-022 a byte order mark takes no column")
    func byteOrderMark() {
        let parsed = parseJSON(Array("\u{FEFF}{\"a\": 1}".utf8), file: "f.json")
        #expect(parsed.diagnostics == [])
        #expect(parsed.documents.first?.entry("a")?.keyRange.start == .init(line: 1, column: 2))
    }

    @Test("BI-038 JSON is YAML too, and both readers say the same")
    func agreement() throws {
        let text = #"{"a": ["x", 1, {"b": true}], "c": "é\n"}"#
        let yaml = try document(text)
        let json = try #require(parseJSON(Array(text.utf8), file: "f.yaml").documents.first)
        #expect(Self.describe(yaml) == Self.describe(json))
    }

    private static func describe(_ node: Node) -> String {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.style == .plain else { return "text \(scalar.text)" }
            return Double(scalar.text).map { "number \($0)" } ?? scalar.text
        case .sequence(let items): return "[" + items.map(describe).joined(separator: ",") + "]"
        case .mapping(let entries):
            let pairs = entries.map { "\($0.key):\(describe($0.value))" }
            return "{" + pairs.sorted().joined(separator: ",") + "}"
        }
    }

    private static func describe(_ value: Any) -> String {
        switch value {
        case let text as String: return "text \(text)"
        case is NSNull: return "null"
        case let items as [Any]: return "[" + items.map(describe).joined(separator: ",") + "]"
        case let fields as [String: Any]:
            let pairs = fields.map { "\($0.key):\(describe($0.value))" }
            return "{" + pairs.sorted().joined(separator: ",") + "}"
        case let number as NSNumber:
            let isBoolean = CFNumberIsBoolean(number)
            return isBoolean ? "\(number.boolValue)" : "number \(number.doubleValue)"
        default: return "?"
        }
    }

    private static func CFNumberIsBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}
