// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Compares with the file beside the tests; `GOLDEN_UPDATE=1` writes it.
func expectGolden(
    _ text: String,
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden").appending(path: name)
    if ProcessInfo.processInfo.environment["GOLDEN_UPDATE"] == "1" {
        try Data(text.utf8).write(to: url)
        return
    }
    let wanted = try String(contentsOf: url, encoding: .utf8)
    #expect(text == wanted, "\(name) differs", sourceLocation: sourceLocation)
}
