// SPDX-License-Identifier: Apache-2.0

/// Says where a repository is: checked, so that nothing in it can be taken for an option, a command
/// or a credential (BI-019, TH-05-c).
package struct RepositoryLocation: Hashable, Sendable, CustomStringConvertible {
    /// How a repository is reached.
    package enum Transport: String, Hashable, Sendable, Codable {
        /// A path on this machine, opened in place.
        case local
        /// A `file://` address, mirrored.
        case file
        case http
        case https
        case ssh
    }

    /// How it is reached.
    package let transport: Transport
    /// The host in lower case, without brackets; empty for local paths and files.
    package let host: String
    /// The port, where the address names one.
    package let port: Int?
    /// The user of an SSH address.
    package let user: String?
    /// The path: absolute for files, as given for local paths and scp-form addresses.
    package let path: String

    /// Parses an address or a path.
    ///
    /// *Shape*: a path (work tree or bare repository), `file:///path`, `https://host[:port]/path`,
    /// `http://` of a loopback host, `ssh://[user@]host[:port]/path` or `[user@]host:path`.
    /// *Errors*: `.badSourceURL`.
    package init(_ text: String) throws(GitError) {
        let text = text
        try Self.checkCharacters(text)
        if let separator = text.firstRange(of: "://") {
            let scheme = text[..<separator.lowerBound].lowercased()
            try self.init(scheme: scheme, rest: text[separator.upperBound...], of: text)
            return
        }
        if text.contains("::") && !text.hasPrefix("/") && !text.hasPrefix(".") {
            throw Self.refusal(text, "names a remote helper, which is not supported")
        }
        if let colon = Self.scpColon(text) {
            try self.init(scp: text, colon: colon)
            return
        }
        self.init(transport: .local, host: "", port: nil, user: nil, path: text)
    }

    private init(transport: Transport, host: String, port: Int?, user: String?, path: String) {
        self.transport = transport
        self.host = host
        self.port = port
        self.user = user
        self.path = path
    }

    private init(scheme: String, rest: Substring, of text: String) throws(GitError) {
        switch scheme {
        case "file":
            guard rest.hasPrefix("/") else {
                throw Self.refusal(text, "has a host; write file:///absolute/path")
            }
            let path = try Self.decoded(rest, of: text)
            try Self.checkSegments(path, of: text)
            self.init(transport: .file, host: "", port: nil, user: nil, path: path)
        case "https", "http", "ssh":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let authority = try Authority(rest[..<slash], of: text)
            let path = String(rest[slash...])
            guard path.count > 1 else { throw Self.refusal(text, "has no path") }
            guard let transport = Transport(rawValue: scheme) else {
                throw Self.refusal(text, "has an unknown scheme")
            }
            if transport != .ssh, authority.user != nil {
                throw Self.refusal(
                    text,
                    "has a user in it",
                    hint: "configure the credentials instead"
                )
            }
            if transport == .http, !Self.isLoopback(authority.host) {
                throw Self.refusal(text, "is not encrypted", hint: "use https or ssh")
            }
            try Self.checkURLPath(path, of: text)
            self.init(
                transport: transport,
                host: authority.host,
                port: authority.port,
                user: authority.user,
                path: path
            )
        case "git":
            throw Self.refusal(text, "is not encrypted", hint: "use https or ssh")
        default:
            throw Self.refusal(
                text,
                "has the scheme '\(scheme)'",
                hint: "use a path, file, https or ssh"
            )
        }
    }

    private init(scp text: String, colon: String.Index) throws(GitError) {
        let authority = try Authority(text[..<colon], of: text)
        guard authority.port == nil else { throw Self.refusal(text, "has two ports") }
        let path = String(text[text.index(after: colon)...])
        guard !path.isEmpty else { throw Self.refusal(text, "has no path") }
        guard !path.hasPrefix("-") else {
            throw Self.refusal(text, "has a path that begins with '-'")
        }
        try Self.checkURLPath(path, of: text)
        self.init(
            transport: .ssh,
            host: authority.host,
            port: nil,
            user: authority.user,
            path: path
        )
    }

    /// Tells whether the repository is opened in place.
    package var isLocal: Bool { transport == .local }

    /// The address in its normal spelling; it never holds a password.
    package var description: String {
        switch transport {
        case .local: return path
        case .file: return "file://" + path
        case .http, .https, .ssh:
            let name = host.contains(":") ? "[\(host)]" : host
            let account = user.map { $0 + "@" } ?? ""
            let number = port.map { ":\($0)" } ?? ""
            if path.hasPrefix("/") {
                return "\(transport.rawValue)://\(account)\(name)\(number)\(path)"
            }
            return "\(account)\(name):\(path)"
        }
    }
}

extension RepositoryLocation {
    /// The `user@host:port` part of an address.
    private struct Authority {
        var user: String?
        var host: String
        var port: Int?

        init(_ authority: Substring, of text: String) throws(GitError) {
            var rest = authority
            if let at = rest.lastIndex(of: "@") {
                let account = rest[..<at]
                guard !account.contains(":") else {
                    throw RepositoryLocation.refusal(
                        text,
                        "has a password in it",
                        hint: "configure the credentials instead"
                    )
                }
                let allowed = account.utf8.allSatisfy { byte in
                    RepositoryLocation.isWord(byte) || byte == UInt8(ascii: ".")
                }
                guard !account.isEmpty, !account.hasPrefix("-"), allowed else {
                    throw RepositoryLocation.refusal(text, "has a malformed user")
                }
                user = String(account)
                rest = rest[rest.index(after: at)...]
            }
            var portText: Substring?
            if rest.hasPrefix("[") {
                guard let close = rest.firstIndex(of: "]") else {
                    throw RepositoryLocation.refusal(text, "has a malformed host")
                }
                let inner = rest[rest.index(after: rest.startIndex)..<close]
                let isAddress = inner.utf8.allSatisfy { byte in
                    ObjectID.hexValue(byte) != nil || byte == UInt8(ascii: ":")
                        || byte == UInt8(ascii: ".")
                }
                guard isAddress, inner.contains(":") else {
                    throw RepositoryLocation.refusal(text, "has a malformed IPv6 host")
                }
                host = inner.lowercased()
                let tail = rest[rest.index(after: close)...]
                if !tail.isEmpty {
                    guard tail.hasPrefix(":") else {
                        throw RepositoryLocation.refusal(text, "has a malformed host")
                    }
                    portText = tail.dropFirst()
                }
            } else {
                let parts = rest.split(
                    separator: ":",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                host = (parts.first ?? "").lowercased()
                portText = parts.count > 1 ? parts[1] : nil
                let allowed = host.utf8.allSatisfy { byte in
                    RepositoryLocation.isWord(byte) || byte == UInt8(ascii: ".")
                }
                guard !host.isEmpty, host.utf8.count <= 253, allowed, !host.hasPrefix("-"),
                    !host.hasPrefix(".")
                else {
                    throw RepositoryLocation.refusal(text, "has a malformed host")
                }
            }
            if let portText {
                guard portText.utf8.count <= 5,
                    portText.utf8.allSatisfy({ (48...57).contains($0) }),
                    let number = Int(portText), (1...65535).contains(number)
                else {
                    throw RepositoryLocation.refusal(text, "has a malformed port")
                }
                port = number
            }
        }
    }

    private static func checkCharacters(_ text: String) throws(GitError) {
        guard !text.isEmpty else {
            throw GitError(.badSourceURL, "the repository address is empty")
        }
        guard text.utf8.count <= 2048 else {
            throw GitError(.badSourceURL, "the repository address is longer than 2048 bytes")
        }
        if text.hasPrefix("-") { throw refusal(text, "begins with '-'") }
        for scalar in text.unicodeScalars {
            if DisplayText.isUnsafe(scalar) { throw refusal(text, "contains a control character") }
            if "'\"`\\".unicodeScalars.contains(scalar) {
                throw refusal(text, "contains a quote or backslash")
            }
        }
    }

    /// The colon of the scp form, as git sees it: before the first slash.
    private static func scpColon(_ text: String) -> String.Index? {
        guard !text.hasPrefix("/"), !text.hasPrefix(".") else { return nil }
        if let at = text.firstIndex(of: "@"), text[text.index(after: at)...].hasPrefix("["),
            let close = text.firstIndex(of: "]"), text[close...].hasPrefix("]:")
        {
            return text.index(after: close)
        }
        if text.hasPrefix("["), let close = text.firstIndex(of: "]"),
            text[close...].hasPrefix("]:")
        {
            return text.index(after: close)
        }
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        return text[..<slash].firstIndex(of: ":")
    }

    private static func checkURLPath(_ path: String, of text: String) throws(GitError) {
        let allowed = path.utf8.allSatisfy { byte in
            isWord(byte) || "/.~+@%,=:".utf8.contains(byte) || byte >= 0x80
        }
        guard allowed else {
            throw refusal(text, "has a character in its path that is not allowed")
        }
        let lower = path.lowercased()
        for encoded in ["%00", "%0a", "%0d", "%22", "%27", "%5c", "%2e%2e"]
        where lower.contains(encoded) {
            throw refusal(text, "hides a character behind '%'")
        }
        try checkSegments(path, of: text)
    }

    private static func checkSegments(_ path: String, of text: String) throws(GitError) {
        for segment in path.split(separator: "/") where segment == ".." || segment.hasPrefix("-") {
            throw refusal(text, "has '..' or a leading '-' in its path")
        }
    }

    private static func decoded(_ path: Substring, of text: String) throws(GitError) -> String {
        guard !path.contains("%") else {
            throw refusal(text, "has '%' in it", hint: "write the path as it is")
        }
        guard !path.contains("?"), !path.contains("#") else {
            throw refusal(text, "has a query or fragment")
        }
        return String(path)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Words a refusal; a password in the address is not repeated.
    private static func refusal(_ text: String, _ problem: String, hint: String? = nil) -> GitError
    {
        var shown = text
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        if let at = text[start...].lastIndex(of: "@"), text[start..<at].contains(":") {
            shown = text[..<start] + "…" + text[at...]
        }
        let display = DisplayText.escaped(Array(shown.utf8), limit: 120)
        return GitError(.badSourceURL, "the repository address '\(display)' \(problem)", hint: hint)
    }
}
