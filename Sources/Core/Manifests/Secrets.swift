// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Warns of texts that look like secrets (BI-046).
///
/// A finding never repeats the text.
enum Secrets {
    private static let findingsMax = 20

    static func find(in bytes: [UInt8], file: String) -> [Diagnostic] {
        SecretMarks.find(in: bytes, atMost: findingsMax).map { finding in
            Diagnostic(
                .warning,
                .plaintextSecret,
                "this looks like \(finding.what) in plain text",
                at: SourceRange(file: file, start: position(of: finding.offset, in: bytes)),
                hint: "keep secrets out of git, and replace this one: it has been seen"
            )
        }
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let before = bytes[..<offset]
        let line = before.reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        let start = before.lastIndex { $0 == 10 || $0 == 13 }.map { $0 + 1 } ?? 0
        let column = bytes[start..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return SourcePosition(line: line, column: column)
    }
}
