// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Keeps a private bare copy of one remote: a cache that may be thrown away at any time (F-07).
///
/// All network work is done by the child `aplomb-git` (F-04). Reads go to `repository()`.
package actor Mirror {
    /// Where the remote is.
    package nonisolated let location: RepositoryLocation
    /// The folder of the mirror; nothing else may be in it.
    package nonisolated let directory: String

    private let helper: HelperProcess
    private let access: RemoteAccess
    private var opened: Repository?

    /// The least time between two rebuilds of a broken mirror.
    private static let rebuildIntervalSeconds: Int64 = 600

    /// Prepares a mirror; nothing is touched yet.
    ///
    /// *Errors*: `.badSourceURL` for a local path, which is opened in place instead.
    package init(
        of location: RepositoryLocation,
        directory: String,
        helper program: String,
        access: RemoteAccess
    ) throws(GitError) {
        guard !location.isLocal else {
            throw GitError(.badSourceURL, "'\(location)' is a local path and needs no mirror")
        }
        self.location = location
        self.directory = directory
        self.access = access
        helper = HelperProcess(program: program, access: access, home: directory + "/home")
    }

    /// One name to follow.
    package struct Request: Hashable, Sendable {
        /// What to fetch.
        package let revision: Revision
        /// The commit that the caller accepted last; nil compares with what the mirror had.
        package let lastSeen: ObjectID?

        /// Makes a request.
        package init(_ revision: Revision, lastSeen: ObjectID? = nil) {
            self.revision = revision
            self.lastSeen = lastSeen
        }
    }

    /// What an update found.
    package struct Update: Sendable {
        /// One outcome for each request, in their order.
        package let outcomes: [RefOutcome]
        /// The full reference that each request stands for, such as the default branch's.
        package let references: [String?]
        /// Why the mirror was thrown away and built anew, if it was.
        package let rebuilt: GitError?
    }

    /// Fetches what the requests name and compares it with what was there.
    ///
    /// A broken mirror is put aside and built anew, once a call and once in ten minutes.
    /// *Units*: `now` is seconds since 1970.
    /// *Errors*: the remote's (`.unreachable`, `.timedOut`, `.authenticationFailed`,
    /// `.hostKeyUnknown`, …), `.cacheThrottled`, `.storage`.
    package func update(_ requests: [Request], now: Int64) async throws(GitError) -> Update {
        let lock = try await FolderLock(directory: directory, patience: access.deadline)
        var refs: [HelperRequest.RefRequest] = []
        for request in requests {
            refs.append(.init(name: request.revision.name, lastSeen: request.lastSeen))
        }
        let task = HelperRequest.Task.update(refs: refs)
        do throws(GitError) {
            return try await update(task, lock, rebuilt: nil)
        } catch  where Self.meansBroken(error) {
            try rebuild(now: now, because: error)
            return try await update(task, lock, rebuilt: error)
        }
    }

    /// Fetches one name; see `update(_:now:)`.
    package func update(
        _ revision: Revision,
        lastSeen: ObjectID? = nil,
        now: Int64
    ) async throws(GitError) -> RefOutcome {
        let update = try await update([Request(revision, lastSeen: lastSeen)], now: now)
        return update.outcomes.first ?? .absent
    }

    /// Pushes a commit that is in this mirror; never forced (F-06).
    ///
    /// *Errors*: the remote's, as in `update`.
    package func push(
        _ commit: ObjectID,
        to branch: BranchName,
        expected: ObjectID?
    ) async throws(GitError) -> PushOutcome {
        let lock = try await FolderLock(directory: directory, patience: access.deadline)
        let task = HelperRequest.Task.push(
            commit: commit,
            reference: branch.reference,
            expected: expected
        )
        guard case .pushed(let result) = try await helper.run(request(task), keepingOpen: lock.file)
        else {
            throw GitError(.helperFailed, "the git helper gave another answer than asked for")
        }
        switch result {
        case .pushed: return .pushed
        case .lostRace(let tip): return .lostRace(remoteTip: tip)
        case .rejected(let reason): return .rejected(reason: reason)
        }
    }

    /// The mirror as a repository, for reading and for writing objects to push.
    ///
    /// After an update that says `rebuilt`, or after `quarantine`, ask again.
    /// *Errors*: `.repositoryNotFound` before the first update.
    package func repository() throws(GitError) -> Repository {
        if let opened { return opened }
        let repository = try Repository(path: repositoryPath)
        opened = repository
        return repository
    }

    /// Throws the mirror away, as reading it found it broken; the next update builds it anew.
    ///
    /// *Errors*: `.cacheThrottled` when that happened less than ten minutes ago.
    package func quarantine(now: Int64, because error: GitError) async throws(GitError) {
        let lock = try await FolderLock(directory: directory, patience: access.deadline)
        try rebuild(now: now, because: error)
        withExtendedLifetime(lock) {}
    }

    // MARK: Pieces

    private var repositoryPath: String { directory + "/repository.git" }

    private func update(
        _ task: HelperRequest.Task,
        _ lock: FolderLock,
        rebuilt: GitError?
    ) async throws(GitError) -> Update {
        guard
            case .updated(let results) = try await helper.run(
                request(task),
                keepingOpen: lock.file
            )
        else {
            throw GitError(.helperFailed, "the git helper gave another answer than asked for")
        }
        return Update(
            outcomes: results.map(\.outcome),
            references: results.map(\.reference),
            rebuilt: rebuilt
        )
    }

    private func request(_ task: HelperRequest.Task) throws(GitError) -> HelperRequest {
        let known = try prepareHome()
        let login: HelperRequest.Login
        switch access.credentials {
        case .none: login = .none
        case .password(let user, let password):
            login = .password(user: user, password: password.value)
        case .sshAgent: login = .sshAgent
        case .sshKey(let path, let passphrase):
            login = .sshKey(path: path, passphrase: passphrase?.value)
        }
        return HelperRequest(
            task: task,
            url: location.description,
            repository: repositoryPath,
            login: login,
            hostKeys: known,
            certificateFile: access.certificateFile,
            packBytesMax: access.packBytesMax,
            cpuSecondsMax: Int(access.deadline.components.seconds) + 10
        )
    }

    /// Makes the private home, whose only content is what is known of the SSH host: libgit2 1.5
    /// reads `.ssh/known_hosts` of `HOME` and cannot be given another file.
    private func prepareHome() throws(GitError) -> HelperRequest.HostKeys {
        try Files.makeFolder(helper.home + "/.ssh")
        guard location.transport == .ssh else { return .none }
        let known = KnownHosts(of: location, files: access.knownHostsFiles)
        try Files.write(helper.home + "/.ssh/known_hosts", known.text)
        if known.keys.isEmpty { return .none }
        return known.hasOnlyRSA ? .onlyRSA : .known
    }

    /// Tells whether a failure is the mirror's fault rather than the remote's: the child answers
    /// with these for the mirror alone, or it has crashed on what it read there.
    static func meansBroken(_ error: GitError) -> Bool {
        switch error.code {
        case .corrupt, .locked, .repositoryNotFound, .badCommit, .helperFailed,
            .referenceNotFound:
            true
        default: false
        }
    }

    private func rebuild(now: Int64, because error: GitError) throws(GitError) {
        let stamp = directory + "/rebuilt"
        if let last = Files.modificationTime(stamp),
            now >= last, now - last < Self.rebuildIntervalSeconds
        {
            throw GitError(
                .cacheThrottled,
                "the mirror of '\(location)' broke twice within ten minutes: \(error.message)",
                hint: "check the disk, and the remote with git fsck",
                underlying: error.underlying
            )
        }
        opened = nil
        let aside = directory + "/quarantine"
        Files.delete(aside)
        if unsafe rename(repositoryPath, aside) != 0, errno != ENOENT {
            throw Files.failure("cannot put aside the broken mirror '\(repositoryPath)'")
        }
        try Files.touch(stamp, time: now)
    }
}

/// Says how a push ended.
package enum PushOutcome: Hashable, Sendable {
    /// The server said so, and advertises the commit.
    case pushed
    /// Another writer was faster; the branch stands at this commit, or is not there.
    case lostRace(remoteTip: ObjectID?)
    /// The server refused: a hook, a protected branch, a quota.
    case rejected(reason: String)
}
