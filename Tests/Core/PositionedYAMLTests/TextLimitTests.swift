// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML
import TestSupport
import Testing

/// Budgets and encodings: what is refused before it can cost anything.
struct TextLimitTests {
    struct Encoded: CustomTestStringConvertible, Sendable {
        var name: String
        var bytes: [UInt8]
        var offset: Int
        var place: String
        var hint: String?
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], offset: Int, at place: String, hint: String? = nil) {
            (self.name, self.bytes, self.offset) = (name, bytes, offset)
            (self.place, self.hint) = (place, hint)
        }
    }

    static let encodings = [
        Encoded("UTF-16 with a mark", [0xFF, 0xFE, 97, 0], offset: 0, at: "1:1", hint: "UTF-8"),
        Encoded(
            "UTF-16 of the other order",
            [0xFE, 0xFF, 0, 97],
            offset: 0,
            at: "1:1",
            hint: "UTF-8"
        ),
        Encoded("UTF-16 without a mark", [97, 0, 58, 0], offset: 1, at: "1:2", hint: "UTF-16"),
        Encoded(
            "Latin-1",
            Array("a: gr".utf8) + [0xFC, 0xDF],
            offset: 5,
            at: "1:6",
            hint: "UTF-8"
        ),
        Encoded("after an é", Array("é: ".utf8) + [0x80], offset: 4, at: "1:4"),
        Encoded("overlong", Array("a: 1\nb: ".utf8) + [0xC0, 0xAF], offset: 8, at: "2:4"),
        Encoded("overlong in three", Array("a: ".utf8) + [0xE0, 0x80, 0xAF], offset: 3, at: "1:4"),
        Encoded("a lone surrogate", Array("a: ".utf8) + [0xED, 0xA0, 0x80], offset: 3, at: "1:4"),
        Encoded(
            "beyond Unicode",
            Array("a: ".utf8) + [0xF4, 0x90, 0x80, 0x80],
            offset: 3,
            at: "1:4"
        ),
        Encoded("cut short", Array("a: ".utf8) + [0xE2, 0x82], offset: 3, at: "1:4"),
        Encoded("NUL", Array("a: b\r\nc: ".utf8) + [0, 100], offset: 9, at: "2:4"),
        Encoded("an escape", Array("a: ".utf8) + [0x1B, 0x5B], offset: 3, at: "1:4"),
        Encoded("DEL", Array("a: ".utf8) + [0x7F], offset: 3, at: "1:4"),
        Encoded("a second byte order mark", Array("a: \u{FEFF}b".utf8), offset: 3, at: "1:4"),
        Encoded("a C1 control", Array("a: \u{9B}b".utf8), offset: 3, at: "1:4"),
    ]

    @Test("BI-023 a text that is not plain UTF-8 is refused at its offset", arguments: encodings)
    func encoding(_ test: Encoded) throws {
        let parsed = parseYAML(test.bytes, file: "f.yaml")
        let finding = try #require(parsed.diagnostics.first)
        #expect(parsed.diagnostics.summaries == ["\(test.place) BAD_ENCODING"])
        #expect(finding.message.contains("at byte offset \(test.offset)"), "\(finding.message)")
        if let hint = test.hint { #expect(finding.hint?.contains(hint) == true) }
        #expect(parsed.documents.isEmpty && parsed.damaged.isEmpty)
    }

    @Test("BI-023 NUL in an escape is refused too", arguments: ["f.yaml", "f.json"])
    func escapedNUL(_ file: String) {
        let text = file == "f.yaml" ? #"a: "x\0y""# : #"{"a": "x\u0000y"}"#
        #expect(parseText(Array(text.utf8), file: file).diagnostics.map(\.code) == [.badEncoding])
    }

    @Test(
        "a line end that readers disagree about is refused",
        arguments: ["\u{85}", "\u{2028}", "\u{2029}"]
    )
    func lineSeparators(_ separator: String) {
        let found = parseYAML(Array("a: b\(separator)c: d".utf8), file: "f.yaml").diagnostics
        #expect(found.summaries == ["1:5 YAML_SYNTAX"])
        #expect(found.first?.hint != nil)
    }

    private static func nested(_ depth: Int, _ open: String, _ close: String) -> String {
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }

    @Test("BI-030 depth ends at the limit, and far beyond it", arguments: [65, 1000, 10_000])
    func depth(_ depth: Int) {
        let flow = parseYAML(Array(Self.nested(depth, "[", "]").utf8), file: "f.yaml")
        #expect(flow.diagnostics.summaries == ["1:65 TOO_DEEP"])
        #expect(flow.documents.isEmpty)
        let lines = (0..<min(depth, 1000)).map { String(repeating: " ", count: $0) + "a:" }
        let block = parseYAML(Array(lines.joined(separator: "\n").utf8), file: "f.yaml")
        #expect(block.diagnostics.map(\.code) == [.tooDeep])
        let json = parseJSON(Array(Self.nested(depth, "{\"a\":", "}").utf8), file: "f.json")
        #expect(json.diagnostics.map(\.code) == [.tooDeep])
        #expect(json.documents.isEmpty)
    }

    @Test("BI-030 the greatest depth that is allowed is read")
    func greatestDepth() {
        let text = Array(Self.nested(64, "[", "]").utf8)
        #expect(parseYAML(text, file: "f.yaml").documents.count == 1)
        #expect(parseJSON(text, file: "f.json").documents.count == 1)
    }

    struct Budget: CustomTestStringConvertible, Sendable {
        var name: String
        var message: String
        var limits: ParseLimits
        var text: String
        var testDescription: String { name }
    }

    static let budgets = [
        Budget(
            name: "bytes",
            message: "21 bytes, more than the 20 allowed",
            limits: ParseLimits(bytesMax: 20),
            text: #"{"a": "bcdefghijklm"}"#
        ),
        Budget(
            name: "a text",
            message: "the text has 9 bytes, more than the 8 allowed",
            limits: ParseLimits(scalarBytesMax: 8),
            text: #"{"a": "123456789"}"#
        ),
        Budget(
            name: "a key",
            message: "the key has 9 bytes, more than the",
            limits: ParseLimits(keyBytesMax: 8),
            text: #"{"123456789": "a"}"#
        ),
        Budget(
            name: "nodes",
            message: "more than 5 nodes",
            limits: ParseLimits(nodesMax: 5),
            text: #"["1", "2", "3", "4", "5", "6"]"#
        ),
    ]

    @Test("BI-031 a budget that is exceeded is named", arguments: budgets)
    func budget(_ test: Budget) throws {
        for file in ["f.yaml", "f.json"] {
            let whole = parseText(Array(test.text.utf8), file: file)
            #expect(whole.documents.count == 1, "within the defaults it is read")
            let parsed = parseText(Array(test.text.utf8), file: file, limits: test.limits)
            #expect(parsed.diagnostics.map(\.code) == [.limitExceeded], "\(file)")
            #expect(parsed.diagnostics.first?.message.contains(test.message) == true)
            #expect(parsed.documents.isEmpty)
        }
    }

    @Test("BI-031 the defaults: 1 MiB of text, 1 MiB of key, 200,000 nodes")
    func defaults() {
        let large = String(repeating: "x", count: 1 << 20)
        let texts = [
            "a: \(large)", "? \(large)\n: b", "[" + String(repeating: "1,", count: 200_000) + "]",
        ]
        for text in texts {
            let found = parseYAML(Array(text.utf8), file: "f.yaml").diagnostics
            #expect(found.map(\.code) == [.limitExceeded])
        }
    }

    @Test("BI-027 no bomb is expanded: aliases cost what they are long")
    func bomb() {
        var text = "a0: &a0 [x]\n"
        for level in 1..<9 {
            let row = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(row)]\n"
        }
        let found = parseYAML(Array(text.utf8), file: "f.yaml").diagnostics
        #expect(Set(found.map(\.code)) == [.aliasNotAllowed])
        #expect(found.count == 81)
    }

    @Test(
        "BI-027 BI-045 findings are bounded, and the reader says that it stopped",
        arguments: [
            String(repeating: "- &a b\n", count: 100_000),
            String(repeating: "- !x b\n", count: 1000),
            "{" + String(repeating: "\"a\": 1, ", count: 1000) + "\"a\": 1}",
            String(repeating: "<<<<<<< x\n", count: 150_000),
            String(repeating: "a: [\n---\n", count: 1000),
        ]
    )
    func findings(_ text: String) {
        for file in ["f.yaml", "f.json"] {
            let parsed = parseText(Array(text.utf8), file: file)
            #expect((1...101).contains(parsed.diagnostics.count))
            #expect(parsed.documents.isEmpty)
        }
    }

    @Test("a text that was not read to its end may hide documents")
    func hidden() {
        let text = Array("a: [1, 2, 3]\n---\nb: 1\n".utf8)
        let cut = parseYAML(text, file: "f.yaml", limits: ParseLimits(nodesMax: 4))
        #expect(cut.mayHideDocuments)
        #expect(!parseYAML(text, file: "f.yaml").mayHideDocuments)
        #expect(parseYAML(Array("a: 1\na: 2\n".utf8), file: "f.yaml").mayHideDocuments)
    }

    @Test("messages quote no more of a text than a line takes")
    func excerpts() {
        let digits = String(repeating: "7", count: 100_000)
        var found: [Diagnostic] = []
        for file in ["f.yaml", "f.json"] {
            let node = parseText(Array("[\(digits)]".utf8), file: file).documents.first
            guard case .sequence(let items)? = node?.content else { continue }
            _ = items[0].string("a", into: &found)
            _ = items[0].integer("a", into: &found)
            _ = items[0].boolean("a", into: &found)
        }
        found += parseYAML(Array("a: &\(digits) b\nc: !\(digits) d\n".utf8), file: "f").diagnostics
        #expect(found.count == 8)
        for finding in found { #expect(finding.message.count + (finding.hint?.count ?? 0) < 300) }
    }
}
