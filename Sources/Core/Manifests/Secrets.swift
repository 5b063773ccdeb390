// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Finds texts that look like secrets (BI-046).
///
/// A finding never repeats the text.
enum Secrets {
    private struct Mark {
        var prefix: [UInt8]
        /// How many letters or digits must follow at least.
        var tail: Int
        var what: String

        init(_ prefix: String, tail: Int, _ what: String) {
            self.prefix = Array(prefix.utf8)
            self.tail = tail
            self.what = what
        }
    }

    private static let marks = [
        Mark("AKIA", tail: 16, "an access key of AWS"),
        Mark("ASIA", tail: 16, "an access key of AWS"),
        Mark("ghp_", tail: 30, "a token of GitHub"),
        Mark("github_pat_", tail: 30, "a token of GitHub"),
        Mark("glpat-", tail: 20, "a token of GitLab"),
        Mark("xoxb-", tail: 10, "a token of Slack"),
    ]
    private static let keyBlock = Array("-----BEGIN ".utf8)
    private static let keyBlockEnd = Array("PRIVATE KEY-----".utf8)
    private static let findingsMax = 20

    static func find(in bytes: [UInt8], file: String) -> [Diagnostic] {
        var found: [(offset: Int, what: String)] = []
        bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            while offset < buffer.count, found.count < findingsMax {
                switch buffer[offset] {
                case UInt8(ascii: "A"), UInt8(ascii: "g"), UInt8(ascii: "x"):
                    if let mark = marks.first(where: { matches($0, buffer, offset) }) {
                        found.append((offset, mark.what))
                        offset += mark.prefix.count + mark.tail
                    }
                case UInt8(ascii: "-"):
                    if isKeyBlock(buffer, offset) {
                        found.append((offset, "a private key"))
                        offset += keyBlock.count
                    }
                default: break
                }
                offset += 1
            }
        }
        return found.map { offset, what in
            Diagnostic(
                .warning,
                .plaintextSecret,
                "this looks like \(what) in plain text",
                at: SourceRange(file: file, start: position(of: offset, in: bytes)),
                hint: "keep secrets out of git, and replace this one: it has been seen"
            )
        }
    }

    private static func matches(
        _ mark: Mark,
        _ buffer: UnsafeBufferPointer<UInt8>,
        _ offset: Int
    ) -> Bool {
        let rest = buffer[offset...]
        guard rest.starts(with: mark.prefix) else { return false }
        if offset > 0, isWord(buffer[offset - 1]) { return false }
        let tail = rest.dropFirst(mark.prefix.count).prefix(mark.tail)
        return tail.count == mark.tail && tail.allSatisfy { isWord($0) || $0 == 45 }
    }

    private static func isKeyBlock(_ buffer: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Bool {
        let rest = buffer[offset...]
        guard rest.starts(with: keyBlock) else { return false }
        let line = rest.dropFirst(keyBlock.count).prefix(40)
        return line.indices.contains { line[$0...].starts(with: keyBlockEnd) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (97...122).contains(byte | 32) || byte == 95
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let before = bytes[..<offset]
        let line = before.reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        let start = before.lastIndex { $0 == 10 || $0 == 13 }.map { $0 + 1 } ?? 0
        let column = bytes[start..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return SourcePosition(line: line, column: column)
    }
}
