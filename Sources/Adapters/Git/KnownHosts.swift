// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials
import Glibc

/// The SSH host keys that are known of one host.
///
/// libssh2 1.10 refuses a whole file for one line that it cannot read (`@cert-authority`), and
/// knows no patterns; so the lines of one host are picked here, and it gets no others.
/// *Source*: sshd(8), section SSH_KNOWN_HOSTS FILE FORMAT.
package struct KnownHosts: Equatable {
    /// One key, as a line has it.
    package struct Key: Hashable {
        package let type: String
        package let base64: String
    }

    package let location: RepositoryLocation
    package private(set) var keys: [Key] = []

    /// The key types that libssh2 1.10 verifies; `ssh-rsa` only for servers that still sign with
    /// SHA-1, which OpenSSH does not since 8.8.
    private static let types: Set<String> = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "ssh-rsa",
    ]

    /// Reads files as ssh(1) does; those that are not there count as empty.
    package init(of location: RepositoryLocation, files: [String]) {
        self.init(of: location, text: files.map { Self.read($0) ?? "" }.joined(separator: "\n"))
    }

    /// Picks the lines of the host; those of its plain name count where none names the port.
    package init(of location: RepositoryLocation, text: String) {
        self.location = location
        var named: [Key] = []
        var plain: [Key] = []
        var revoked: Set<Key> = []
        let full = "[\(location.host)]:\(location.port ?? 22)"
        for line in text.split(whereSeparator: \.isNewline) {
            var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = fields.first, !first.hasPrefix("#") else { continue }
            if first.hasPrefix("@") { fields.removeFirst() }
            guard fields.count >= 3, Self.types.contains(String(fields[1])) else { continue }
            let key = Key(type: String(fields[1]), base64: String(fields[2]))
            guard Data(base64Encoded: key.base64) != nil else { continue }
            let isNamed = Self.matches(fields[0], full)
            let isPlain = Self.matches(fields[0], location.host)
            if first == "@revoked" {
                if isNamed || isPlain { revoked.insert(key) }
            } else if !first.hasPrefix("@") {
                if isNamed { named.append(key) }
                if isPlain { plain.append(key) }
            }
        }
        let usesPort = location.port != nil && location.port != 22
        keys = (usesPort && !named.isEmpty ? named : named + plain)
            .filter { !revoked.contains($0) }
    }

    /// The lines as libssh2 reads them.
    package var text: String {
        keys.map { "[\(location.host)]:\(location.port ?? 22) \($0.type) \($0.base64)\n" }.joined()
    }

    /// Whether the server could only show a key that libssh2 cannot verify.
    package var hasOnlyRSA: Bool { !keys.isEmpty && keys.allSatisfy { $0.type == "ssh-rsa" } }

    // MARK: Names

    /// Tells whether the first field of a line means a host: hashed, or names and patterns.
    private static func matches(_ field: Substring, _ host: String) -> Bool {
        if field.hasPrefix("|1|") { return matchesHash(field, host) }
        var isMatch = false
        for pattern in field.lowercased().split(separator: ",") {
            if pattern.hasPrefix("!") {
                if matches(pattern.dropFirst().utf8, host.utf8[...]) { return false }
            } else if matches(pattern.utf8, host.utf8[...]) {
                isMatch = true
            }
        }
        return isMatch
    }

    /// `|1|salt|HMAC-SHA1 of the name`, both in base64.
    private static func matchesHash(_ field: Substring, _ host: String) -> Bool {
        let parts = field.split(separator: "|")
        guard parts.count == 3, let salt = Data(base64Encoded: String(parts[1])),
            let hash = Data(base64Encoded: String(parts[2]))
        else { return false }
        return HMAC<Insecure.SHA1>.isValidAuthenticationCode(
            hash,
            authenticating: Data(host.utf8),
            using: SymmetricKey(data: salt)
        )
    }

    /// Matches `*` and `?`, without backtracking into anything costly.
    private static func matches(_ pattern: Substring.UTF8View, _ name: Substring.UTF8View) -> Bool {
        var pattern = pattern
        var name = name
        var retry: (pattern: Substring.UTF8View, name: Substring.UTF8View)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if let byte = name.first, let wanted = pattern.first,
                wanted == byte || wanted == UInt8(ascii: "?")
            {
                pattern = pattern.dropFirst()
                name = name.dropFirst()
            } else if pattern.isEmpty && name.isEmpty {
                return true
            } else if let last = retry, !last.name.isEmpty {
                pattern = last.pattern
                name = last.name.dropFirst()
                retry = (pattern, name)
            } else {
                return false
            }
        }
    }

    private static func read(_ path: String) -> String? {
        Files.read(path, bytesMax: 8 << 20).map { String(decoding: $0, as: UTF8.self) }
    }
}
