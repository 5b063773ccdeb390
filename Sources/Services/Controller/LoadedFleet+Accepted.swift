// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git

extension LoadedFleet {
    /// Whether a reconcile has accepted this revision, or a later one that contains it.
    package func isAccepted(in directory: FleetDirectory) async throws -> Bool {
        guard let commit, let source,
            let accepted = try AcceptedRevision.read(at: directory.accepted)
        else { return false }
        if accepted.commit == commit.id.hex { return true }
        guard let last = ObjectID(hex: accepted.commit) else { return false }
        // A commit that is gone from the repository contains nothing.
        let repository = try await source.repository()
        return (try? await repository.isAncestor(commit.id, of: last)) ?? false
    }
}
