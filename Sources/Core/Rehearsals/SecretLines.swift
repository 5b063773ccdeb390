// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Keeps secrets out of reports: by the name of a file, by the look of its content, by the line.
///
/// It hides what looks like one; it cannot know what is one.
package enum SecretLines {
    static let hidden = "***"
    private static let privateKey = "a private key"
    private static let files: Set<String> = [
        "/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-", "/etc/krb5.keytab",
    ]
    private static let names: Set<String> = [
        ".pgpass", ".netrc", ".htpasswd", ".git-credentials", ".vault-token",
    ]
    private static let keys = [
        "password", "passphrase", "secret", "token", "api_key", "apikey", "api-key",
        "private_key", "access_key", "credential",
    ].map { Array($0.utf8) }

    /// Why the content of a file is not shown at all; `nil` when it may be.
    static func reason(path: String, _ contents: [FileFact.Content]) -> String? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        if files.contains(path) || names.contains(name) || name.hasSuffix(".key")
            || path.hasPrefix("/etc/ssl/private/")
        {
            return "holds secrets: its content is not shown"
        }
        for case .bytes(let bytes) in contents
        where SecretText.find(in: bytes, limit: .max).contains(where: { $0.what == privateKey }) {
            return "holds a private key: its content is not shown"
        }
        return nil
    }

    /// A line with what looks like a secret replaced, by its name or by its shape.
    package static func masked(_ line: String) -> String {
        let bytes = Array(line.utf8)
        var shown = bytes
        if let end = endOfKey(in: shown) { shown = Array(shown[..<end]) + Array(hidden.utf8) }
        shown = withoutPasswordOfURL(shown)
        return (shown == bytes ? line : String(decoding: shown, as: UTF8.self)).secretsMasked
    }

    /// Every line of a text, masked.
    package static func maskedLines(_ text: String) -> String {
        var isInKey = false
        let lines = text.unicodeScalars.split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        return lines.map { line in
            let line = String(line)
            let starts = line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----")
            defer { if line.contains("-----END ") { isInKey = false } }
            if starts { isInKey = true }
            return isInKey ? hidden : masked(line)
        }.joined(separator: "\n")
    }

    /// Where the value begins that follows a telling name and `:` or `=`.
    private static func endOfKey(in line: [UInt8]) -> Int? {
        let lower = line.map { (65...90).contains($0) ? $0 | 32 : $0 }
        for start in lower.indices {
            guard let key = keys.first(where: { lower[start...].starts(with: $0) }) else {
                continue
            }
            var end = start + key.count
            while end < lower.count, isName(lower[end]) { end += 1 }
            while end < lower.count, [0x20, 0x09, 0x22, 0x27].contains(lower[end]) { end += 1 }
            guard end < lower.count, [UInt8(ascii: ":"), UInt8(ascii: "=")].contains(lower[end])
            else { continue }
            end += 1
            while end < lower.count, [0x20, 0x09].contains(lower[end]) { end += 1 }
            if end < lower.count { return end }
        }
        return nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || byte == 45
    }

    /// `scheme://user:password@host` without the password.
    private static func withoutPasswordOfURL(_ line: [UInt8]) -> [UInt8] {
        let sign = Array("://".utf8)
        guard line.contains(UInt8(ascii: "@")),
            let start = line.indices.first(where: { line[$0...].starts(with: sign) })
        else { return line }
        let rest = line[(start + sign.count)...]
        let authority = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
            let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return line }
        return Array(line[...colon]) + Array(hidden.utf8) + Array(line[at...])
    }
}
