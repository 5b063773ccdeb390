// SPDX-License-Identifier: Apache-2.0

/// Describes a commit for people: safe to print, bounded.
package struct CommitInfo: Hashable, Sendable, Codable {
    /// The commit.
    package let id: ObjectID
    /// The author's name, at most 120 characters, without control characters.
    package let authorName: String
    /// The author's address, treated likewise.
    package let authorEmail: String
    /// When it was authored; seconds since 1970.
    package let time: Int64
    /// When it was committed; seconds since 1970.
    package let committedTime: Int64
    /// The first line of the message, at most 120 characters, without control characters.
    package let subject: String

    /// Makes a description.
    package init(
        id: ObjectID,
        authorName: String,
        authorEmail: String,
        time: Int64,
        committedTime: Int64,
        subject: String
    ) {
        self.id = id
        self.authorName = authorName
        self.authorEmail = authorEmail
        self.time = time
        self.committedTime = committedTime
        self.subject = subject
    }
}

/// Says who makes a commit, and when.
package struct Signature: Hashable, Sendable {
    /// The name; control characters and `<>` are taken out.
    package let name: String
    /// The address; treated likewise.
    package let email: String
    /// Seconds since 1970.
    package let time: Int64
    /// Minutes east of UTC.
    package let offsetMinutes: Int

    /// Makes a signature.
    package init(name: String, email: String, time: Int64, offsetMinutes: Int = 0) {
        self.name = Self.clean(name)
        self.email = Self.clean(email)
        self.time = time
        self.offsetMinutes = offsetMinutes
    }

    private static func clean(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter { scalar in
            scalar != "<" && scalar != ">" && !DisplayText.isUnsafe(scalar)
        }
        let cleaned = String(String.UnicodeScalarView(scalars.prefix(200)))
        let trimmed = cleaned.split(separator: " ", omittingEmptySubsequences: true)
            .joined(separator: " ")
        return trimmed.isEmpty ? "unknown" : trimmed
    }
}
