// SPDX-License-Identifier: Apache-2.0

/// Finds texts that look like secrets (BI-046): tokens by how they begin, and private keys.
package enum SecretMarks {
    /// A place that looks like a secret.
    package struct Finding: Hashable, Sendable {
        /// In bytes from the start of the text.
        package var offset: Int
        /// The bytes that tell, at least.
        package var count: Int
        /// Such as `a private key`.
        package var what: String
    }

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
    package static let privateKey = "a private key"
    private static let keyBlock = Array("-----BEGIN ".utf8)
    private static let keyBlockEnd = Array("PRIVATE KEY-----".utf8)

    /// Finds the first places, in order.
    package static func find(in bytes: [UInt8], atMost most: Int) -> [Finding] {
        var found: [Finding] = []
        bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            while offset < buffer.count, found.count < most {
                switch buffer[offset] {
                case UInt8(ascii: "A"), UInt8(ascii: "g"), UInt8(ascii: "x"):
                    if let mark = marks.first(where: { matches($0, buffer, offset) }) {
                        let count = mark.prefix.count + mark.tail
                        found.append(Finding(offset: offset, count: count, what: mark.what))
                        offset += count
                    }
                case UInt8(ascii: "-"):
                    if isKeyBlock(buffer, offset) {
                        let count = keyBlock.count
                        found.append(Finding(offset: offset, count: count, what: privateKey))
                        offset += count
                    }
                default: break
                }
                offset += 1
            }
        }
        return found
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
}
