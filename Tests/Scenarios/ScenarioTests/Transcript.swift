// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a program wrote, with what differs from run to run replaced by its kind.
enum Transcript {
    static func normalised(_ text: String) throws -> String {
        var text = text
        for (pattern, kind) in [
            (
                #"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( UTC|Z)"#,
                "TIME"
            ),
            (#"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"#, "UUID"),
            (#"\b[0-9a-f]{12,64}\b"#, "DIGEST"),
            (#"\bat [0-9a-f]{7}\b"#, "at COMMIT"),
        ] {
            text.replace(try Regex(pattern), with: kind)
        }
        return text
    }
}

/// Compares with a file beside the tests; `GOLDEN_UPDATE=1` writes it.
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
