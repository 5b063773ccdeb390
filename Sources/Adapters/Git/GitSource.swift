// SPDX-License-Identifier: Apache-2.0

/// One repository to read from and report to: a local one, opened in place, or a remote one through
/// its mirror.
///
/// What differs between the two ends here.
package struct GitSource: Sendable {
    /// Where the repository is.
    package let location: RepositoryLocation
    /// The mirror; nil for a local repository.
    package let mirror: Mirror?
    private let local: Repository?

    /// Opens a local repository or prepares a mirror in the given folder.
    ///
    /// *Errors*: of `Repository.init(path:)` for a local one.
    package init(
        _ location: RepositoryLocation,
        mirrorDirectory: String,
        helper: String,
        access: RemoteAccess = RemoteAccess()
    ) throws(GitError) {
        self.location = location
        if location.isLocal {
            local = try Repository(path: location.path)
            mirror = nil
        } else {
            local = nil
            mirror = try Mirror(
                of: location,
                directory: mirrorDirectory,
                helper: helper,
                access: access
            )
        }
    }

    /// The repository to read; of a remote, what the last update brought.
    ///
    /// *Errors*: `.repositoryNotFound` before the first update of a remote.
    package func repository() async throws(GitError) -> Repository {
        if let local { return local }
        guard let mirror else {
            throw GitError(.repositoryNotFound, "'\(location)' is not open")
        }
        return try await mirror.repository()
    }

    /// Looks where a name stands now, fetching it from a remote.
    ///
    /// A local repository is compared with `lastSeen` alone. *Units*: `now` in seconds since 1970.
    /// *Errors*: of `Mirror.update` and `Repository.resolve`.
    package func update(
        _ revision: Revision,
        lastSeen: ObjectID? = nil,
        now: Int64
    ) async throws(GitError) -> RefOutcome {
        if let mirror { return try await mirror.update(revision, lastSeen: lastSeen, now: now) }
        let repository = try await repository()
        let tip: ObjectID
        do throws(GitError) {
            tip = try await repository.resolve(revision)
        } catch  where error.code == .referenceNotFound || error.code == .emptyRepository {
            return lastSeen.map { .gone(last: $0) } ?? .absent
        }
        guard let lastSeen else { return .advanced(from: nil, to: tip) }
        if lastSeen == tip { return .unchanged(tip) }
        return try await repository.isAncestor(lastSeen, of: tip)
            ? .advanced(from: lastSeen, to: tip) : .rewritten(from: lastSeen, to: tip)
    }

    /// Throws a mirror away whose content turned out damaged while it was read, so that the next
    /// update builds it anew; false when the error is not of that kind (F-07).
    ///
    /// *Errors*: `.cacheThrottled` when that happened less than ten minutes ago.
    package func heal(after error: GitError, now: Int64) async throws(GitError) -> Bool {
        guard let mirror, error.code == .corrupt || error.code == .badCommit else { return false }
        try await mirror.quarantine(now: now, because: error)
        return true
    }

    /// Says how publishing ended.
    package enum Publication: Hashable, Sendable {
        /// The branch stands at our commit, or at one that descends from it.
        case published(ObjectID, attempts: Int)
        /// There was nothing to publish; the branch stands here, or is not there.
        case unchanged(ObjectID?)
        /// The server refuses; trying again would not help.
        case rejected(reason: String)
        /// Other writers were faster every time; the branch stands here.
        case lostRace(tip: ObjectID?)
    }

    /// Puts a commit on a branch, making it anew on the branch's tip each time another writer was
    /// faster; never forced (FT-37).
    ///
    /// *Shape*: `build` gets the repository to write to and the tip, nil when the branch is not
    /// there yet, and returns a commit whose first parent is that tip, or nil when nothing is to be
    /// said. It is called again after a crash too, so it must recognise what it has said.
    /// `pause` waits before the next attempt, with jitter; see `Backoff`.
    /// *Errors*: of `build`, unless it throws `GitError`, wrapped as `.storage`; the remote's.
    package func publish(
        _ branch: BranchName,
        retries: Int = 8,
        author: Signature,
        now: Int64,
        pause: (_ attempt: Int) async -> Void,
        build: (_ repository: Repository, _ tip: ObjectID?) async throws -> ObjectID?
    ) async throws(GitError) -> Publication {
        let turn = try await writersTurn()
        defer { withExtendedLifetime(turn) {} }
        var tip = try await tip(of: branch, now: now)
        var ours: ObjectID?
        var lock = LockWatch()
        for attempt in 0...max(0, retries) {
            if attempt > 0 {
                await pause(attempt)
                guard !Task.isCancelled else {
                    throw GitError(.cancelled, "publishing to '\(branch)' was cancelled")
                }
                tip = try await self.tip(of: branch, now: now)
            }
            let repository = try await repository()
            if turn != nil { await lock.look(at: branch, in: repository) }
            if let ours, let tip, try await repository.isAncestor(ours, of: tip) {
                return .published(ours, attempts: attempt)
            }
            guard let commit = try await make(build, repository, tip) else {
                return .unchanged(tip)
            }
            switch try await move(branch, from: tip, to: commit, author, repository) {
            case .pushed: return .published(commit, attempts: attempt + 1)
            case .rejected(let reason): return .rejected(reason: reason)
            case .lostRace(let found):
                ours = commit
                tip = found
            }
        }
        return .lostRace(tip: tip)
    }

    /// The right to write to a local repository, among the processes of Aplomb; a remote has none.
    private func writersTurn() async throws(GitError) -> FolderLock? {
        guard mirror == nil, let folder = await (try repository()).writersFolder else { return nil }
        return try await FolderLock(directory: folder, patience: .seconds(30))
    }

    private func make(
        _ build: (Repository, ObjectID?) async throws -> ObjectID?,
        _ repository: Repository,
        _ tip: ObjectID?
    ) async throws(GitError) -> ObjectID? {
        do {
            return try await build(repository, tip)
        } catch let error as GitError {
            throw error
        } catch {
            throw GitError(
                .storage,
                "cannot make the commit to publish",
                underlying: "\(error)"
            )
        }
    }

    private func tip(of branch: BranchName, now: Int64) async throws(GitError) -> ObjectID? {
        if let mirror { return try await mirror.update(branch.revision, now: now).commit }
        return try await repository().tip(of: branch)
    }

    private func move(
        _ branch: BranchName,
        from tip: ObjectID?,
        to commit: ObjectID,
        _ author: Signature,
        _ repository: Repository
    ) async throws(GitError) -> PushOutcome {
        if let mirror { return try await mirror.push(commit, to: branch, expected: tip) }
        do throws(GitError) {
            switch try await repository.updateBranch(
                branch,
                expected: tip,
                to: commit,
                by: author,
                reason: "aplomb: publish"
            )
            {
            case .updated: return .pushed
            case .moved(let found): return .lostRace(remoteTip: found)
            }
        } catch  where error.code == .locked {
            return .lostRace(remoteTip: tip)
        }
    }
}

/// Watches the lock file of a branch from attempt to attempt, and removes one that nobody holds.
private struct LockWatch {
    private var identity: UInt64?
    private var sightings = 0

    /// So many attempts see the same file before it counts as left behind: with the pauses of
    /// `Backoff` that is over a third of a second, and git keeps one for a thousandth.
    private static let sightingsMax = 5

    mutating func look(at branch: BranchName, in repository: Repository) async {
        guard let found = await repository.lockIdentity(of: branch) else {
            identity = nil
            return
        }
        sightings = found == identity ? sightings + 1 : 1
        identity = found
        guard sightings >= Self.sightingsMax else { return }
        await repository.removeLock(of: branch, seen: found)
    }
}

/// Computes pauses between attempts.
package enum Backoff {
    /// The pause before an attempt, counted from 1: doubling from 50 ms to 5 s, times a random part.
    ///
    /// *Units*: `jitter` from 0 to below 1, drawn by the caller.
    package static func pause(attempt: Int, jitter: Double) -> Duration {
        let most = min(5.0, 0.05 * Double(1 << min(max(attempt, 1) - 1, 10)))
        return .seconds(most * (0.5 + 0.5 * min(max(jitter, 0), 1)))
    }
}
