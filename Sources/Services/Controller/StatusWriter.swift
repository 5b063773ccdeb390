// SPDX-License-Identifier: Apache-2.0
import Drifts
import FleetModel
package import Git
import Planning
package import Reports

/// Makes the commit that carries a status, on whatever tip the branch has.
package actor StatusWriter {
    private let content: StatusContent
    private let author: Signature
    /// What the last commit said, or would have said.
    package private(set) var status: FleetStatus?

    /// More than a fleet of 100,000 nodes needs; a branch beyond it is not ours.
    private static let entriesMax = 400_000

    package init(content: StatusContent, author: Signature) {
        self.content = content
        self.author = author
    }

    /// The new commit, or `nil` when the tip says everything already.
    package func write(in repository: Repository, on tip: ObjectID?) async throws -> ObjectID? {
        let previous = try await previousStatuses(in: repository, at: tip)
        let fleet = content.desired.fleet.name
        let status = FleetStatus.make(
            desired: content.desired,
            observed: content.observed,
            plan: content.remaining,
            record: content.record,
            previous: previous.first { $0.fleet == fleet },
            drift: content.drift
        )
        self.status = status
        var history: String?
        if let tip, let path = StatusTree.historyPath(of: status) {
            history = try await text(of: path, in: repository, at: tip)
        }
        let update = StatusTree.update(
            for: status,
            others: previous.filter { $0.fleet != fleet },
            history: history,
            digests: try await digests(in: repository, at: tip),
            driftEvents: content.drift.unpublished,
            driftHistories: try await driftHistories(in: repository, at: tip)
        )
        var edit = TreeEdit()
        for (path, bytes) in update.files { edit.write(path, bytes) }
        var base: ObjectID?
        if let tip {
            base = try await repository.tree(of: tip)
            for path in try await stale(update, in: repository, at: tip) { edit.delete(path) }
        }
        guard let tree = try await repository.apply(edit, to: base) else { return nil }
        return try await repository.commit(
            tree: tree,
            parents: tip.map { [$0] } ?? [],
            author: author,
            message: StatusTree.commitMessage(
                for: status,
                runID: content.record?.runID,
                tree: tree.hex
            )
        )
    }

    /// The files of the drift history that grow, as the tip has them.
    private func driftHistories(
        in repository: Repository,
        at tip: ObjectID?
    ) async throws -> [String: String] {
        guard let tip else { return [:] }
        var histories: [String: String] = [:]
        let events = content.drift.unpublished
        for path in StatusTree.driftHistoryPaths(of: content.desired.fleet.name, events) {
            histories[path] = try await text(of: path, in: repository, at: tip)
        }
        return histories
    }

    private func text(
        of path: String,
        in repository: Repository,
        at tip: ObjectID
    ) async throws -> String? {
        try await repository.file(path, in: tip, bytesMax: 16 << 20).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// What the branch says of its folders of nodes; `nil` when someone else wrote the tip.
    private func digests(in repository: Repository, at tip: ObjectID?) async throws -> String? {
        guard let tip else { return nil }
        let tree = try await repository.tree(of: tip)
        let message = try await repository.message(of: tip)
        guard StatusTree.isOurs(commitMessage: message, tree: tree.hex) else { return nil }
        let path = StatusTree.digestsPath(of: content.desired.fleet.name)
        return try await repository.file(path, in: tip).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The paths of the fleet's folder that the update neither writes nor keeps.
    private func stale(
        _ update: StatusTree.Update,
        in repository: Repository,
        at tip: ObjectID
    ) async throws -> [String] {
        let folder = StatusTree.folder(of: content.desired.fleet.name)
        let paths = try await repository.paths(
            under: folder,
            of: tip,
            except: update.keptFolders.union([folder + "/history"]),
            entriesMax: Self.entriesMax
        )
        var folders: Set<Substring> = []
        for path in update.files.keys {
            for slash in path.indices where path[slash] == "/" { folders.insert(path[..<slash]) }
        }
        // A file where a folder is to be gives way to it by itself.
        return paths.filter { path in
            update.files[path] == nil && !folders.contains(path[...])
                && StatusTree.replaces(path, fleet: content.desired.fleet.name)
        }
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
