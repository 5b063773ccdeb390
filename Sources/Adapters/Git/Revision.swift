// SPDX-License-Identifier: Apache-2.0

/// Names what to read of a repository: its default branch, a branch, a tag, a full reference or a
/// commit id, full or abbreviated.
///
/// Invariant: the text is a legal reference name or a hexadecimal id (BI-018), so that it can be
/// put into a refspec.
package struct Revision: Hashable, Sendable, CustomStringConvertible {
    /// The name as given; nil is the default branch.
    package let name: String?

    /// The default branch of the repository.
    package static let head = Revision(unchecked: nil)

    private init(unchecked name: String?) {
        self.name = name
    }

    /// Checks and takes a name; nil, empty and `HEAD` are the default branch.
    ///
    /// *Errors*: `.badRefName`. *Source*: git-check-ref-format(1).
    package init(_ text: String?) throws(GitError) {
        guard let text, !text.isEmpty, text != "HEAD" else {
            self = .head
            return
        }
        if let problem = Self.problem(text) {
            let shown = DisplayText.escaped(Array(text.utf8), limit: 80)
            throw GitError(
                .badRefName,
                "'\(shown)' is not a name of a branch, tag or commit: \(problem)"
            )
        }
        self.init(unchecked: text)
    }

    /// Names a branch by its short name.
    ///
    /// *Errors*: `.badRefName`.
    package static func branch(_ name: String) throws(GitError) -> Revision {
        let revision = try Revision("refs/heads/" + name)
        return revision
    }

    /// The name as given, or `HEAD`.
    package var description: String { name ?? "HEAD" }

    /// The id, where the name is 40 hexadecimal digits.
    package var commitID: ObjectID? {
        name.flatMap { ObjectID(hex: $0) }
    }

    /// Tells whether the name may be a full or abbreviated id.
    var mayBeCommitID: Bool {
        guard let name, (7...40).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy { ObjectID.hexValue($0) != nil }
    }

    /// The full reference names to try, in order.
    var candidates: [String] {
        guard let name else { return ["HEAD"] }
        if name.hasPrefix("refs/") { return [name] }
        return ["refs/heads/" + name, "refs/tags/" + name]
    }

    private static func problem(_ text: String) -> String? {
        if text.utf8.count > 255 { return "longer than 255 bytes" }
        if text.hasPrefix("-") { return "begins with '-'" }
        if text == "@" || text.contains("@{") { return "reflog syntax" }
        if text.contains("..") { return "contains '..'" }
        if text.contains("//") || text.hasPrefix("/") || text.hasSuffix("/") {
            return "has an empty component"
        }
        if text.hasSuffix(".") { return "ends with '.'" }
        for scalar in text.unicodeScalars {
            if scalar.value <= 0x20 || DisplayText.isUnsafe(scalar) {
                return "contains a space or control character"
            }
            if "~^:?*[\\'\"".unicodeScalars.contains(scalar) {
                return "contains '\(scalar)'"
            }
        }
        for part in text.split(separator: "/") {
            if part.hasPrefix(".") || part.hasSuffix(".lock") || part.hasPrefix("-") {
                return "has a component that begins with '.' or '-' or ends with '.lock'"
            }
        }
        if text.hasPrefix("refs/") && text.split(separator: "/").count < 3 {
            return "is not a full reference"
        }
        return nil
    }
}

/// Names a branch that we write.
///
/// Invariant: a legal reference name (BI-018).
package struct BranchName: Hashable, Sendable, CustomStringConvertible {
    /// The short name, such as `aplomb/status`.
    package let name: String

    /// Checks and takes a short branch name.
    ///
    /// *Errors*: `.badRefName`.
    package init(_ name: String) throws(GitError) {
        guard !name.hasPrefix("refs/") else {
            throw GitError(.badRefName, "'\(name)' is a full reference, not a branch name")
        }
        guard name != "HEAD", !name.isEmpty else {
            throw GitError(.badRefName, "'\(name)' cannot be a branch name")
        }
        _ = try Revision("refs/heads/" + name)
        self.name = name
    }

    /// The full name, `refs/heads/…`.
    package var reference: String { "refs/heads/" + name }

    /// The branch as a revision to read.
    package var revision: Revision {
        get throws(GitError) { try Revision(reference) }
    }

    /// The short name.
    package var description: String { name }
}
