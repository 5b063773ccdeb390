// SPDX-License-Identifier: Apache-2.0

/// Texts that look like secrets: found by their shape, and never shown (BI-046).
package enum SecretText {
    /// A text that looks like a secret, by its place in the bytes that were searched.
    package struct Match: Hashable, Sendable {
        package var range: Range<Int>
        /// With its article, for a message.
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
        Mark("gho_", tail: 30, "a token of GitHub"),
        Mark("ghs_", tail: 30, "a token of GitHub"),
        Mark("github_pat_", tail: 30, "a token of GitHub"),
        Mark("glpat-", tail: 20, "a token of GitLab"),
        Mark("xoxb-", tail: 10, "a token of Slack"),
        Mark("xoxp-", tail: 10, "a token of Slack"),
    ]
    private static let keyBlock = Array("-----BEGIN ".utf8)
    private static let keyBlockEnd = Array("PRIVATE KEY-----".utf8)
    /// A run of base 64 of this length is the body of a key rather than a word of someone.
    private static let keyBodyMin = 48

    /// Finds what looks like a secret; at most `limit` of them, in the order of the bytes.
    ///
    /// *Shape*: of a private key the line that begins it is found, not its body.
    package static func find(in bytes: [UInt8], limit: Int) -> [Match] {
        bytes.withUnsafeBufferPointer { buffer in
            var found: [Match] = []
            var offset = 0
            while offset < buffer.count, found.count < limit {
                let match =
                    switch buffer[offset] {
                    case UInt8(ascii: "A"), UInt8(ascii: "g"), UInt8(ascii: "x"):
                        token(buffer, offset)
                    case UInt8(ascii: "-"): keyStart(buffer, offset)
                    default: Match?.none
                    }
                if let match { found.append(match) }
                offset = match?.range.upperBound ?? offset + 1
            }
            return found
        }
    }

    private static func token(_ buffer: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Match? {
        if offset > 0, isWord(buffer[offset - 1]) { return nil }
        let rest = buffer[offset...]
        for mark in marks where rest.starts(with: mark.prefix) {
            let tail = rest.dropFirst(mark.prefix.count).prefix { isWord($0) || $0 == 45 }
            if tail.count >= mark.tail {
                return Match(range: offset..<tail.endIndex, what: mark.what)
            }
        }
        return nil
    }

    private static func keyStart(_ buffer: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Match? {
        let rest = buffer[offset...]
        guard rest.starts(with: keyBlock) else { return nil }
        let line = rest.dropFirst(keyBlock.count).prefix(40)
        let end = line.indices.first { line[$0...].starts(with: keyBlockEnd) }
        return end.map { Match(range: offset..<$0 + keyBlockEnd.count, what: "a private key") }
    }

    /// Replaces what looks like a secret, and the body of a private key, by asterisks.
    fileprivate static func mask(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var hidden = find(in: bytes, limit: .max).map(\.range)
        if let key = find(in: bytes, limit: .max).first(where: { $0.what == "a private key" }) {
            hidden.append(key.range.upperBound..<bytes.count)
        }
        hidden += keyBodies(in: bytes)
        guard !hidden.isEmpty else { return text }
        var result: [UInt8] = []
        var next = 0
        for range in hidden.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard range.lowerBound >= next, !range.isEmpty else { continue }
            result += bytes[next..<range.lowerBound] + Array("***".utf8)
            next = range.upperBound
        }
        return String(decoding: result + bytes[next...], as: UTF8.self)
    }

    /// Runs of base 64 with digits and letters of both cases: a digest in hexadecimal is none.
    private static func keyBodies(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        for end in 0...bytes.count where end == bytes.count || !isBase64(bytes[end]) {
            let run = bytes[start..<end]
            if run.count >= keyBodyMin, run.contains(where: { (48...57).contains($0) }),
                run.contains(where: { (65...90).contains($0) }),
                run.contains(where: { (103...122).contains($0) })
            {
                found.append(start..<end)
            }
            start = end + 1
        }
        return found
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        isWord(byte) && byte != 95 || byte == 43 || byte == 47 || byte == 61
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (97...122).contains(byte | 32) || byte == 95
    }
}

extension String {
    /// The text with everything that looks like a secret replaced by asterisks.
    package var secretsMasked: String {
        // Nothing that is masked is shorter than this.
        utf8.count < 14 ? self : SecretText.mask(self)
    }
}
