// SPDX-License-Identifier: Apache-2.0

/// Describes one thing in a tree that we refuse to read, or that deserves a warning.
package struct TreeProblem: Hashable, Sendable {
    /// How much it matters.
    package enum Severity: String, Hashable, Sendable {
        /// The revision must not be applied.
        case error
        /// The revision may be applied.
        case warning
    }

    /// The kind, one of the tree codes of `GitError.Code`.
    package let code: GitError.Code
    /// How much it matters.
    package let severity: Severity
    /// The path, escaped for show: not fit to open anything.
    package let path: String
    /// What is wrong, in words, without the path.
    package let message: String

    /// Makes a problem.
    package init(
        _ code: GitError.Code,
        path: String,
        _ message: String,
        severity: Severity = .error
    ) {
        self.code = code
        self.severity = severity
        self.path = path
        self.message = message
    }
}
