// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git
import Planning
import Reports

extension Reconciler {
    /// Commits the status to its branch: one commit per change of state, none when nothing changed.
    ///
    /// A branch that cannot be written is reported and never stops a reconcile (P-07); the next
    /// run says what this one could not.
    func publish(
        _ content: StatusContent,
        _ loaded: LoadedFleet,
        _ options: Options
    ) async throws -> StatusPublication {
        guard options.publishesStatus, let source = loaded.source else {
            return StatusPublication(status: status(content, previous: nil))
        }
        let branch = try BranchName(content.desired.fleet.status.branch)
        let writer = StatusWriter(content: content, author: author())
        do throws(GitError) {
            let publication = try await source.publish(
                branch,
                author: author(),
                now: configuration.now().seconds,
                pause: { attempt in
                    let pause = Backoff.pause(attempt: attempt, jitter: configuration.jitter())
                    await configuration.pause(Int(pause / .milliseconds(1)))
                },
                build: { repository, tip in try await writer.write(in: repository, on: tip) }
            )
            return outcome(publication, await writer.status ?? status(content, previous: nil))
        } catch {
            return StatusPublication(
                status: await writer.status ?? status(content, previous: nil),
                problem: error.explanation
            )
        }
    }

    private func outcome(
        _ publication: GitSource.Publication,
        _ status: FleetStatus
    ) -> StatusPublication {
        switch publication {
        case .published(let commit, _): StatusPublication(status: status, commit: commit.hex)
        case .unchanged: StatusPublication(status: status)
        case .rejected(let reason):
            StatusPublication(status: status, problem: "the server refuses the push: \(reason)")
        case .lostRace:
            StatusPublication(status: status, problem: "other writers were faster every time")
        }
    }

    private func author() -> Signature {
        Signature(name: "Aplomb", email: "aplomb@localhost", time: configuration.now().seconds)
    }

    private func status(_ content: StatusContent, previous: FleetStatus?) -> FleetStatus {
        FleetStatus.make(
            desired: content.desired,
            observed: content.observed,
            plan: content.remaining,
            record: content.record,
            previous: previous
        )
    }
}

/// Makes the commit that carries a status, on whatever tip the branch has.
private actor StatusWriter {
    private let content: StatusContent
    private let author: Signature
    /// What the last commit said, or would have said.
    private(set) var status: FleetStatus?

    /// More than a fleet of 100,000 nodes needs; a branch beyond it is not ours.
    private static let entriesMax = 400_000

    init(content: StatusContent, author: Signature) {
        self.content = content
        self.author = author
    }

    /// The new commit, or `nil` when the tip says everything already.
    func write(in repository: Repository, on tip: ObjectID?) async throws -> ObjectID? {
        let previous = try await previousStatuses(in: repository, at: tip)
        let fleet = content.desired.fleet.name
        let status = FleetStatus.make(
            desired: content.desired,
            observed: content.observed,
            plan: content.remaining,
            record: content.record,
            previous: previous.first { $0.fleet == fleet }
        )
        self.status = status
        var history: String?
        if let tip, let path = StatusTree.historyPath(of: status) {
            history = try await repository.file(path, in: tip, bytesMax: 16 << 20).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        let files = StatusTree.files(
            for: status,
            others: previous.filter { $0.fleet != fleet },
            history: history
        )
        var edit = TreeEdit()
        for (path, bytes) in files { edit.write(path, bytes) }
        var base: ObjectID?
        if let tip {
            base = try await repository.tree(of: tip)
            let old = try await repository.snapshot(
                of: tip,
                Snapshot.Options(measuredExtensions: [], entriesMax: Self.entriesMax)
            )
            for entry in old.entries where StatusTree.replaces(entry.path, fleet: fleet) {
                if files[entry.path] == nil { edit.delete(entry.path) }
            }
        }
        guard let tree = try await repository.apply(edit, to: base) else { return nil }
        return try await repository.commit(
            tree: tree,
            parents: tip.map { [$0] } ?? [],
            author: author,
            message: StatusTree.commitMessage(for: status, runID: content.record?.runID)
        )
    }

    /// A tip whose index cannot be read is replaced rather than obeyed.
    private func previousStatuses(
        in repository: Repository,
        at tip: ObjectID?
    ) async throws -> [FleetStatus] {
        guard let tip,
            let bytes = try await repository.file(
                StatusTree.indexPath,
                in: tip,
                bytesMax: 64 << 20
            )
        else { return [] }
        return (try? StatusTree.read(statusJSON: bytes)) ?? []
    }
}
