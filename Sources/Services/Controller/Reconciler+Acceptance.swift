// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git

extension Reconciler {
    /// Refuses a revision that does not contain the one accepted last, unless told otherwise.
    func checkAncestry(
        _ loaded: LoadedFleet, _ directory: FleetDirectory, _ options: Options
    ) async throws {
        guard let commit = loaded.commit, let repository = loaded.repository,
            let accepted = try AcceptedRevision.read(at: directory.accepted),
            accepted.commit != commit.id.hex, !options.acceptsRewrite
        else { return }
        var contains = false
        if let last = ObjectID(hex: accepted.commit) {
            do throws(GitError) {
                contains = try await repository.isAncestor(last, of: commit.id)
            } catch {
                // The accepted commit is gone from the repository: that too is a rewrite.
                contains = false
            }
        }
        guard !contains else { return }
        throw ReconcileError(
            .diverged,
            "\(commit.id.short) does not contain \(accepted.commit.prefix(12)), which was accepted "
                + "at \(accepted.acceptedAt): the branch was rewritten or went backwards",
            hint: "if that is meant, say so with 'aplomb reconcile --accept-rewrite'")
    }

    /// Remembers the revision before anything of it is done.
    func accept(_ loaded: LoadedFleet, _ directory: FleetDirectory) throws {
        guard let commit = loaded.commit else { return }
        if try AcceptedRevision.read(at: directory.accepted)?.commit == commit.id.hex { return }
        try StateFile.write(
            AcceptedRevision(commit: commit.id.hex, acceptedAt: configuration.now()),
            to: directory.accepted)
    }
}
