// SPDX-License-Identifier: Apache-2.0

/// Knows which names and paths we accept from a tree, and which we write (BI-003 to BI-008).
enum PathRules {
    /// Says what is wrong with the name of a tree entry; nil when nothing is.
    static func problem(name: ArraySlice<UInt8>) -> (code: GitError.Code, message: String)? {
        var isPlain = true
        for byte in name {
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") {
                return (.badTreeEntry, "the name contains a slash or backslash")
            }
            if byte < 0x20 || byte >= 0x7f { isPlain = false }
        }
        guard let first = name.first else { return (.badTreeEntry, "the name is empty") }
        if first == UInt8(ascii: ".") {
            if name.count == 1 || name.elementsEqual("..".utf8) {
                return (.badTreeEntry, "the name is '.' or '..'")
            }
        }
        guard isPlain else { return problem(unusualName: name) }
        if first == UInt8(ascii: ".") || first | 0x20 == UInt8(ascii: "g"), isGitFolder(name) {
            return (.badTreeEntry, "the name stands for git's own folder")
        }
        return nil
    }

    private static func problem(
        unusualName name: ArraySlice<UInt8>
    ) -> (code: GitError.Code, message: String)? {
        guard let text = String(validating: name, as: UTF8.self) else {
            return (.badPathEncoding, "the name is not UTF-8")
        }
        // HFS+ ignores these scalars, so that .g<U+200C>it is .git there (CVE-2014-9390).
        let visible = text.unicodeScalars.filter { !DisplayText.isUnsafe($0) }
        if isGitFolder(Array(String(String.UnicodeScalarView(visible)).utf8)[...]) {
            return (.badTreeEntry, "the name stands for git's own folder")
        }
        if text.unicodeScalars.contains(where: DisplayText.isUnsafe) {
            return (.badPathEncoding, "the name contains a control or direction character")
        }
        return nil
    }

    /// Tells whether a file system could take a name for `.git`.
    private static func isGitFolder(_ name: ArraySlice<UInt8>) -> Bool {
        // NTFS drops trailing dots and spaces and reads `:` as a stream.
        var stem = name.prefix { $0 != UInt8(ascii: ":") }
        while let last = stem.last, last == UInt8(ascii: ".") || last == UInt8(ascii: " ") {
            stem = stem.dropLast()
        }
        let lower = stem.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        return lower.elementsEqual(".git".utf8) || lower.elementsEqual("git~1".utf8)
    }

    /// Checks a path of ours and splits it; folders may be empty, which is the root.
    ///
    /// *Errors*: `.badPath` (BI-020).
    static func components(_ path: String, allowsRoot: Bool) throws(GitError) -> [String] {
        let display = DisplayText.escaped(Array(path.utf8), limit: 120)
        guard path.utf8.count <= 4096 else {
            throw GitError(.badPath, "the path '\(display)' is longer than 4096 bytes")
        }
        guard !path.hasPrefix("/") else {
            throw GitError(.badPath, "the path '\(display)' is absolute")
        }
        var components: [String] = []
        for part in path.split(separator: "/") where part != "." {
            if let problem = problem(name: Array(part.utf8)[...]) {
                throw GitError(
                    .badPath,
                    "the path '\(display)' is not allowed: \(problem.message)"
                )
            }
            components.append(String(part))
        }
        guard allowsRoot || !components.isEmpty else {
            throw GitError(.badPath, "the path is empty")
        }
        return components
    }
}
