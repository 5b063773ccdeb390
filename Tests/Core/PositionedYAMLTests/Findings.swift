// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML
import TestSupport
import Testing

/// A text and what is expected of it: one code for each mark in it, in the order of the marks.
struct TextCase: CustomTestStringConvertible, Sendable {
    var name: String
    var codes: [DiagnosticCode]
    /// A part of the first finding's message.
    var message: String
    /// A part of the first finding's hint.
    var hint: String
    var marked: MarkedText
    var file: String
    var testDescription: String { name }

    init(
        _ name: String,
        _ codes: DiagnosticCode...,
        message: String = "",
        hint: String = "",
        file: String = "f.yaml",
        text: String
    ) {
        (self.name, self.codes, self.message, self.hint) = (name, codes, message, hint)
        (marked, self.file) = (MarkedText(text), file)
    }

    /// Reads the text and compares every finding with the marks.
    func check() throws {
        let parsed = parseText(marked.bytes, file: file)
        #expect(
            parsed.diagnostics.summaries == zip(marked.places, codes).map { "\($0) \($1.rawValue)" }
        )
        #expect(marked.places.count == codes.count, "as many marks as codes")
        guard let first = parsed.diagnostics.first else { return }
        #expect(first.message.contains(message), "\(first.message)")
        if !hint.isEmpty {
            #expect(first.hint?.contains(hint) == true, "\(first.hint ?? "no hint")")
        }
    }
}

extension [Diagnostic] {
    /// `line:column CODE` of each finding, in the order of places.
    var summaries: [String] {
        inSourceOrder().map {
            "\($0.range.start.line):\($0.range.start.column) \($0.code.rawValue)"
        }
    }
}

/// Reads YAML that must have no finding, and answers its only document.
func document(
    _ text: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> Node {
    let parsed = parseYAML(Array(text.utf8), file: "f.yaml")
    #expect(parsed.diagnostics == [], sourceLocation: sourceLocation)
    return try #require(parsed.documents.first, sourceLocation: sourceLocation)
}
