// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Turns the JSON of one thing into lines that read well: no quotes, no braces.
enum FieldText {
    static func render(_ json: String) -> String {
        var lines: [String] = []
        for line in json.split(separator: "\n") {
            var text = String(line)
            let trimmed = text.drop { $0 == " " }
            guard !["{", "}", "},", "[", "]", "],"].contains(String(trimmed)) else { continue }
            if text.hasSuffix(",") { text.removeLast() }
            for ending in [" {", " ["] where text.hasSuffix(ending) {
                text.removeLast(ending.count)
            }
            let indent = text.prefix { $0 == " " }
            let parts = text.dropFirst(indent.count).split(
                separator: " : ",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let fields = parts.map { unquoted($0).displayEscaped }
            lines.append(indent.dropFirst(2) + fields.joined(separator: ": "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
            .replacing("\\n", with: "\n    ").replacing("\\\"", with: "\"")
            .replacing("\\\\", with: "\\")
    }
}
