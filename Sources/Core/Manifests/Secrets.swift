// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Warns of texts that look like secrets (BI-046).
///
/// A finding never repeats the text.
enum Secrets {
    private static let findingsMax = 20

    static func find(in bytes: [UInt8], file: String) -> [Diagnostic] {
        SecretText.find(in: bytes, limit: findingsMax).map { match in
            Diagnostic(
                .warning,
                .plaintextSecret,
                "this looks like \(match.what) in plain text",
                at: SourceRange(
                    file: file,
                    start: position(of: match.range.lowerBound, in: bytes),
                    end: position(of: match.range.upperBound, in: bytes)
                ),
                hint: "keep secrets out of git, and replace this one: it has been seen"
            )
        }
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var line = 1
        var start = bytes.starts(with: mark) ? min(mark.count, offset) : 0
        for (index, byte) in bytes[..<offset].enumerated() {
            let isPair = byte == 13 && index + 1 < bytes.count && bytes[index + 1] == 10
            guard byte == 10 || byte == 13 && !isPair else { continue }
            line += 1
            start = index + 1
        }
        let column = bytes[start..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return SourcePosition(line: line, column: column)
    }
}
