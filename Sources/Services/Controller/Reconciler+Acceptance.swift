// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git

extension Reconciler {
    /// Refuses a revision that does not contain the one accepted last, unless told otherwise.
    func checkAncestry(
        _ loaded: LoadedFleet,
        _ directory: FleetDirectory,
        _ options: Options
    ) async throws {
        guard let commit = loaded.commit, let source = loaded.source,
            let accepted = try AcceptedRevision.read(at: directory.accepted),
            accepted.commit != commit.id.hex, !options.acceptsRewrite
        else { return }
        // A commit that is gone from the repository is no ancestor: that too is a rewrite.
        let repository = try await source.repository()
        if let last = ObjectID(hex: accepted.commit),
            try await repository.isAncestor(last, of: commit.id)
        {
            return
        }
        throw ReconcileError(
            .diverged,
            "\(commit.id.short) does not contain \(accepted.commit.prefix(12)), which was accepted "
                + "at \(accepted.acceptedAt): the branch was rewritten or went backwards",
            hint: "if that is meant, say so with 'aplomb reconcile --accept-rewrite'"
        )
    }

    /// Remembers the revision before anything of it is done.
    func accept(_ loaded: LoadedFleet, _ directory: FleetDirectory) throws {
        guard let commit = loaded.commit else { return }
        if try AcceptedRevision.read(at: directory.accepted)?.commit == commit.id.hex { return }
        try StateFile.write(
            AcceptedRevision(commit: commit.id.hex, acceptedAt: configuration.now()),
            to: directory.accepted
        )
    }
}
