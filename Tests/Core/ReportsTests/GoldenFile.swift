// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Compares with the file beside the tests; `GOLDEN_UPDATE=1` writes it.
func expectGolden(
    _ text: String,
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let difference = try GoldenFile.difference(of: text, from: name, beside: #filePath)
    #expect(difference == nil, sourceLocation: sourceLocation)
}
