// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML
import TestSupport
import Testing

struct ScalarTests {
    struct Meaning: CustomTestStringConvertible, Sendable {
        var meaning: PlainMeaning
        var texts: [String]
        var testDescription: String { "\(meaning)" }
    }

    @Test(
        "BI-032 what any reader of YAML would convert is known",
        arguments: [
            Meaning(meaning: .null, texts: ["", "~", "null", "Null", "NULL"]),
            Meaning(meaning: .boolean, texts: ["true", "false"]),
            Meaning(
                meaning: .looseBoolean,
                texts: ["no", "on", "Yes", "OFF", "y", "N", "True", "FALSE"]
            ),
            Meaning(meaning: .integer, texts: ["0", "7", "-12", "9223372036854775808"]),
            Meaning(
                meaning: .looseInteger,
                texts: [
                    "0755", "+1", "-0", "0o17", "0x1F", "0b11", "1_000", "12:30:45", "190:20:30.15",
                ]
            ),
            Meaning(meaning: .decimal, texts: ["1.0", "-2.50"]),
            Meaning(
                meaning: .looseDecimal,
                texts: ["1e3", ".5", "1.", ".inf", "-.INF", ".NaN", "1.5E-3"]
            ),
            Meaning(
                meaning: .date,
                texts: ["2026-01-01", "2026-1-1 10:00:00", "2026-01-01T10:00:00Z"]
            ),
            Meaning(
                meaning: .text,
                texts: [
                    "nope", "none", "1.2.3", "1.2.3.4", "-", "+", ".", "...", "0x", "0xZZ", "1a",
                    "10%", "5m", "a:b", "2026-01", "nano", "yes!", "12:99", "é",
                ]
            ),
        ]
    )
    func meanings(_ test: Meaning) {
        for text in test.texts { #expect(PlainMeaning(of: text) == test.meaning, "\(text)") }
    }

    struct Reading: CustomTestStringConvertible, Sendable {
        enum Reader: Sendable { case string, integer, boolean }
        var name: String
        var reader: Reader
        var code: DiagnosticCode
        var hint: String?
        var texts: [String]
        var testDescription: String { name }

        init(
            _ name: String,
            _ reader: Reader,
            _ code: DiagnosticCode,
            hint: String? = nil,
            _ texts: String...
        ) {
            (self.name, self.reader, self.code) = (name, reader, code)
            (self.hint, self.texts) = (hint, texts)
        }
    }

    @Test(
        "a scalar of another type is refused, never converted",
        arguments: [
            Reading(
                "BI-032 ambiguous texts",
                .string,
                .ambiguousScalar,
                hint: "quote it",
                "no",
                "on",
                "0755",
                "1e3",
                "12:30:45",
                "2026-01-01",
                "~",
                ".inf",
                "true"
            ),
            Reading(
                "BI-033 numbers for texts",
                .string,
                .typeMismatch,
                hint: "quote it",
                "1",
                "1.0"
            ),
            Reading("BI-033 nothing for texts", .string, .typeMismatch, "", "[a]", "{a: b}"),
            Reading("BI-033 texts for integers", .integer, .typeMismatch, "x", "1.0", "[1]", ""),
            Reading("BI-033 a quoted integer", .integer, .typeMismatch, hint: "remove", "'1'"),
            Reading(
                "BI-033 beyond 64 bits",
                .integer,
                .outOfRange,
                "9223372036854775808",
                "-9223372036854775809"
            ),
            Reading("BI-033 odd integers", .integer, .ambiguousScalar, "-0", "0x10", "017", ".nan"),
            Reading(
                "BI-032 loose booleans",
                .boolean,
                .ambiguousScalar,
                hint: "write ",
                "yes",
                "Off"
            ),
            Reading("BI-033 no boolean", .boolean, .typeMismatch, "1", "maybe", "[]", ""),
            Reading("BI-033 a quoted boolean", .boolean, .typeMismatch, hint: "remove", "'true'"),
        ]
    )
    func readings(_ test: Reading) throws {
        for text in test.texts {
            let node = try #require(try document("k: \(text)\n")["k"])
            var found: [Diagnostic] = []
            let value: Any? =
                switch test.reader {
                case .string: node.string("spec.k", into: &found)
                case .integer: node.integer("spec.k", into: &found)
                case .boolean: node.boolean("spec.k", into: &found)
                }
            #expect(value == nil && found.map(\.code) == [test.code], "\(text) \(found)")
            #expect(found.first?.range == node.range)
            #expect(found.first?.message.contains("'spec.k'") == true)
            if let hint = test.hint {
                #expect(found.first?.hint?.contains(hint) == true, "\(text)")
            }
        }
    }

    @Test("BI-033 a range is said in words")
    func ranges() throws {
        let node = try #require(try document("k: 7\n")["k"])
        var found: [Diagnostic] = []
        #expect(node.integer("k", in: 7...9, into: &found) == 7)
        #expect(node.integer("k", in: 1...5, into: &found) == nil)
        #expect(node.integer("k", in: 8...Int.max, into: &found) == nil)
        #expect(
            found.map(\.message) == [
                "'k' must be from 1 to 5, and is 7", "'k' must be 8 or more, and is 7",
            ]
        )
    }

    @Test(
        "a part of a text is found where it stands",
        arguments: [
            "a: x {{ ①y }} z\n", "a: 'x {{ ①y }} z'\n", "a: \"é x {{ ①y }}\"\n",
            "a: |\n  x\n\n    é {{ ①y }}\n  z\n", "a: |2-\n    x\n   {{ ①y }}\n",
            "a:\n  - |+\n\n      # x\n      {{ ①y }}\n\n", "a: |\r\n  x\r\n  {{ ①y }}\r\n",
        ]
    )
    func parts(_ marked: String) throws {
        let text = MarkedText(marked)
        var node = try #require(try document(text.text)["a"])
        if case .sequence(let items) = node.content { node = items[0] }
        let value = try #require(node.text)
        let offset = try #require(value.utf8.firstRange(of: "{{ y".utf8)).lowerBound
        let start = value.utf8.distance(from: value.utf8.startIndex, to: offset) + 3
        let place = try #require(node.places(ofUTF8: [start..<start + 1]).first)
        #expect("\(place.start.line):\(place.start.column)" == text.places.first)
        #expect(place.end == SourcePosition(line: place.start.line, column: place.start.column + 1))
    }

    @Test(
        "a part whose place is not plain to see is the whole",
        arguments: [
            "a: >\n  x\n  {{ y }}\n", "a: \"\\t{{ y }}\"\n", "a: 'it''s {{ y }}'\n",
            "a: x\n  {{ y }}\n",
        ]
    )
    func hiddenParts(_ text: String) throws {
        let node = try #require(try document(text)["a"])
        #expect(node.places(ofUTF8: [2..<3, 0..<1000]) == [node.range, node.range])
    }
}
