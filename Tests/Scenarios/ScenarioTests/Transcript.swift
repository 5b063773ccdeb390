// SPDX-License-Identifier: Apache-2.0
import TestSupport
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

/// Compares with the file beside the tests; `GOLDEN_UPDATE=1` writes it.
func expectGolden(
    _ text: String,
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let difference = try GoldenFile.difference(of: text, from: name, beside: #filePath)
    #expect(difference == nil, sourceLocation: sourceLocation)
}
