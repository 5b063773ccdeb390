// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import FleetModel
package import Git
package import SystemPackage

/// One fleet as a revision of its repository declares it, or as a folder does.
package struct LoadedFleet: Sendable {
    /// `nil` when the revision has a mistake.
    package var desired: DesiredState?
    package var diagnostics: [Diagnostic]
    /// The texts that diagnostics point into, by path.
    package var texts: [String: String]
    /// `nil` for content that no commit holds.
    package var commit: CommitInfo?
    /// The repository that the content came from; `nil` for a folder outside git.
    package var source: GitSource?
    package var location: RepositoryLocation
    /// The branch that was read, where it was one.
    package var branch: String?
    /// The folder on disk that was read, where it was one.
    package var folder: FilePath?

    package init(
        desired: DesiredState?,
        diagnostics: [Diagnostic],
        texts: [String: String] = [:],
        commit: CommitInfo? = nil,
        source: GitSource? = nil,
        location: RepositoryLocation,
        branch: String? = nil,
        folder: FilePath? = nil
    ) {
        self.desired = desired
        self.diagnostics = diagnostics
        self.texts = texts
        self.commit = commit
        self.source = source
        self.location = location
        self.branch = branch
        self.folder = folder
    }

    /// The content, when it has no mistake.
    ///
    /// *Errors*: `invalidRevision`, with the number of mistakes.
    package func valid() throws(ReconcileError) -> DesiredState {
        if let desired, !diagnostics.hasErrors { return desired }
        let count = diagnostics.count { $0.severity == .error }
        let subject = commit.map { "revision \($0.id.short)" } ?? "the folder"
        throw ReconcileError(
            .invalidRevision,
            "\(subject) has \(count) \(count == 1 ? "mistake" : "mistakes") and is not applied",
            hint: "'aplomb validate' lists them; the last good revision stays in force"
        )
    }

    package var ownership: Ownership? {
        desired.map { Ownership(repository: location.description, fleet: $0.fleet.name) }
    }
}
