// SPDX-License-Identifier: Apache-2.0

/// Where a report is posted, which decides how long it may be.
package enum Forge: String, Sendable, CaseIterable {
    case github, gitlab, gitea, bitbucket

    /// The most bytes of a comment, below the forge's limit with room to spare.
    ///
    /// *Source*: GitHub 65,536 characters, GitLab 1,000,000, Bitbucket Server 32,768; Gitea has none
    /// that is documented.
    package var budget: Int {
        switch self {
        case .github: 58_000
        case .gitlab, .gitea: 250_000
        case .bitbucket: 30_000
        }
    }
}
