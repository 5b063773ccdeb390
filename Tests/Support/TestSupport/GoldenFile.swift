// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Texts that are held to files in a folder `Golden` beside their test.
package enum GoldenFile {
    /// Says in which line a text differs from its file first; `nil` where it does not.
    ///
    /// With `GOLDEN_UPDATE=1` it writes the file instead. *Shape*: `source` is the test's own path.
    package static func difference(
        of text: String,
        from name: String,
        beside source: String
    ) throws -> String? {
        let url = URL(filePath: source).deletingLastPathComponent()
            .appending(path: "Golden").appending(path: name)
        if ProcessInfo.processInfo.environment["GOLDEN_UPDATE"] == "1" {
            try Data(text.utf8).write(to: url)
            return nil
        }
        let wanted = try String(contentsOf: url, encoding: .utf8)
        guard text != wanted else { return nil }
        let (found, meant) = (lines(text), lines(wanted))
        let place = zip(found, meant).enumerated().first { $1.0 != $1.1 }?.offset
        let line = place ?? min(found.count, meant.count)
        func shown(_ lines: [Substring]) -> String {
            line < lines.count ? "'\(lines[line])'" : "the end"
        }
        return "\(name):\(line + 1): \(shown(found)) is not \(shown(meant))"
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
