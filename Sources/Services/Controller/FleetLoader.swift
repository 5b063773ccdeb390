// SPDX-License-Identifier: Apache-2.0
package import Adoption
package import Diagnostics
package import FleetModel
import FoundationEssentials
package import Git
import Manifests
package import Reports
package import SystemPackage

/// Reads fleets from a repository: a revision from its trees, or a folder as it is on disk.
package struct FleetLoader: Sendable {
    /// What stands for a local work tree when no revision is named.
    package enum Content: Sendable {
        /// The files as they are, uncommitted too: for looking.
        case workTree
        /// The commit that is checked out: for doing.
        case commit
    }

    package struct Configuration: Sendable {
        package var repository: String
        package var path: String?
        package var revision: String?
        package var content: Content
        package var workingDirectory: FilePath
        package var stateDirectory: FilePath
        package var gitHelper: FilePath
        package var access: RemoteAccess
        /// What former loads read; shared by whoever loads again.
        package var memory: RevisionMemory
        package var now: @Sendable () -> Timestamp

        package init(
            repository: String,
            path: String? = nil,
            revision: String? = nil,
            content: Content = .workTree,
            workingDirectory: FilePath,
            stateDirectory: FilePath,
            gitHelper: FilePath,
            access: RemoteAccess,
            memory: RevisionMemory = RevisionMemory(),
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.repository = repository
            self.path = path
            self.revision = revision
            self.content = content
            self.workingDirectory = workingDirectory
            self.stateDirectory = stateDirectory
            self.gitHelper = gitHelper
            self.access = access
            self.memory = memory
            self.now = now
        }
    }

    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Loads the fleet that the configuration names, at its revision or at another.
    ///
    /// *Shape*: `adding` are files that are read as if they were there.
    /// *Errors*: `GitError` when the revision cannot be had. Mistakes in files are in the result.
    package func load(
        revision: String? = nil,
        adding files: [AdoptedFile] = []
    ) async throws -> LoadedFleet {
        let first: LoadedFleet
        do {
            first = try await loadOnce(revision, files)
        } catch let error as GitError {
            guard try await heals(error) else { throw error }
            return try await loadOnce(revision, files)
        }
        let damage = first.diagnostics.first { $0.code.rawValue == GitError.Code.corrupt.rawValue }
        guard let damage else { return first }
        // What stays damaged is a finding about its file.
        guard (try? await heals(GitError(.corrupt, damage.message))) == true else { return first }
        return try await loadOnce(revision, files)
    }

    /// Throws a mirror away that turned out damaged, so that it is built anew (F-07).
    private func heals(_ error: GitError) async throws -> Bool {
        let location = try location()
        guard !location.isLocal else { return false }
        return try await gitSource(location).heal(
            after: error,
            now: configuration.now().seconds
        )
    }

    private func loadOnce(
        _ revision: String?,
        _ added: [AdoptedFile]
    ) async throws -> LoadedFleet {
        let place = try await locate(revision ?? configuration.revision)
        var reader = RevisionReader(place.files, adding: added, memory: configuration.memory)
        let fleets = try await reader.fleets()
        let (chosen, findings) = Loader.select(place.path, among: fleets)
        guard let chosen else {
            let result = LoadResult(diagnostics: findings + reader.problems)
            return try await loaded(place, result, reader)
        }
        let result = try await reader.resolve(chosen)
        await reader.remember()
        return try await loaded(try await place.settled(reader), result, reader)
    }

    /// What checking a whole repository found.
    package struct Validation: Sendable {
        package var diagnostics: [Diagnostic]
        package var texts: [String: String]
        /// The folders of the fleets that were checked.
        package var fleets: [String]
        package var fileCount: Int
    }

    /// Checks the fleet that the configuration names, or all fleets when it names none.
    package func validate() async throws -> Validation {
        let place = try await locate(configuration.revision)
        var reader = RevisionReader(place.files, memory: configuration.memory)
        let all = try await reader.fleets()
        var fleets = all
        var diagnostics: Set<Diagnostic> = []
        let below = place.path.map { Loader.fleets(below: $0, among: all) } ?? []
        if below.count > 1 {
            fleets = below
        } else if place.path != nil || all.isEmpty {
            let (chosen, findings) = Loader.select(place.path, among: all)
            fleets = chosen.map { [$0] } ?? []
            diagnostics.formUnion(findings)
        }
        for fleet in fleets {
            diagnostics.formUnion(try await reader.resolve(fleet).diagnostics)
        }
        diagnostics.formUnion(reader.problems)
        await reader.remember()
        return Validation(
            diagnostics: diagnostics.inSourceOrder(),
            texts: try await reader.texts(for: diagnostics),
            fleets: fleets.map(\.path),
            fileCount: reader.fileCount
        )
    }

    /// The status branch as it stands.
    package struct PublishedStatus: Sendable {
        package var bytes: [UInt8]
        package var fleets: [FleetStatus]
    }

    /// Reads the status branch; `nil` when there is none yet.
    package func status(branch: String) async throws -> PublishedStatus? {
        let location = try location()
        guard let source = try await source(for: location) else { return nil }
        let outcome = try await source.update(
            try Revision.branch(branch),
            now: configuration.now().seconds
        )
        guard let tip = outcome.commit,
            let bytes = try await source.repository().file(
                StatusTree.indexPath,
                in: tip,
                bytesMax: 64 << 20
            )
        else { return nil }
        return PublishedStatus(bytes: bytes, fleets: try StatusTree.read(statusJSON: bytes))
    }

    // MARK: - Places

    /// Where a revision's files are, and what is known of it.
    private struct Place {
        var location: RepositoryLocation
        var source: GitSource?
        var files: FileSource
        var commit: CommitInfo?
        var path: String?

        /// The folder on disk that is read; `nil` for a commit's tree.
        var folder: FilePath? {
            guard case .folder(let path) = files else { return nil }
            return path
        }

        /// A work tree whose manifests are those of its commit counts as that commit.
        func settled(_ reader: RevisionReader) async throws -> Place {
            guard case .folder = files, let source else { return self }
            var place = self
            let repository = try await source.repository()
            guard let head = try? await repository.resolve(.head) else { return self }
            guard try await reader.equals(.tree(repository, head)) else { return self }
            place.commit = try await repository.commitInfo(head)
            return place
        }
    }

    private func location() throws -> RepositoryLocation {
        let text = configuration.repository
        let isPlain = !text.contains("://") && !text.contains(":")
        guard isPlain else { return try RepositoryLocation(text) }
        let path = configuration.workingDirectory.pushing(FilePath(text)).lexicallyNormalized()
        return try RepositoryLocation(path.string)
    }

    private func source(for location: RepositoryLocation) async throws -> GitSource? {
        if location.isLocal {
            guard let found = try Repository.discover(from: location.path) else { return nil }
            return try await gitSource(try RepositoryLocation(found.path))
        }
        return try await gitSource(location)
    }

    private func gitSource(_ location: RepositoryLocation) async throws -> GitSource {
        let key = ContentDigest(of: location.description).hex.prefix(16)
        let mirrors = configuration.stateDirectory.appending("mirrors")
        if !location.isLocal { try StateFile.makePrivateDirectory(mirrors) }
        let directory = mirrors.appending(String(key)).string
        let sourceKey = RevisionMemory.SourceKey(
            location: location.description,
            mirrorDirectory: directory,
            access: configuration.access
        )
        let configuration = configuration
        return try await configuration.memory.source(sourceKey) {
            try GitSource(
                location,
                mirrorDirectory: directory,
                helper: configuration.gitHelper.string,
                access: configuration.access
            )
        }
    }

    private func locate(_ revision: String?) async throws -> Place {
        let location = try location()
        guard location.isLocal else {
            return try await place(
                try await gitSource(location),
                revision,
                path: configuration.path
            )
        }
        guard let found = try Repository.discover(from: location.path) else {
            return try plainFolder(location)
        }
        let source = try await gitSource(try RepositoryLocation(found.path))
        let path = configuration.path ?? (found.folder.isEmpty ? nil : found.folder)
        let workTree = try await source.repository().workTree
        guard revision == nil, configuration.content == .workTree, let workTree else {
            return try await place(source, revision, path: path)
        }
        return Place(
            location: source.location,
            source: source,
            files: .folder(FilePath(workTree)),
            commit: nil,
            path: path
        )
    }

    private func plainFolder(_ location: RepositoryLocation) throws -> Place {
        guard configuration.content == .workTree, configuration.revision == nil else {
            throw GitError(
                .repositoryNotFound,
                "'\(location)' is no git repository",
                hint: "'git init' and commit: what runs on nodes comes from commits"
            )
        }
        guard FileManager.default.fileExists(atPath: location.path) else {
            throw GitError(.repositoryNotFound, "there is no '\(location)'")
        }
        return Place(
            location: location,
            source: nil,
            files: .folder(FilePath(location.path)),
            commit: nil,
            path: configuration.path
        )
    }

    private func place(
        _ source: GitSource,
        _ text: String?,
        path: String?
    ) async throws -> Place {
        let revision = try Revision(text)
        let outcome = try await source.update(revision, now: configuration.now().seconds)
        let repository = try await source.repository()
        guard let commit = outcome.commit else {
            throw GitError(
                .referenceNotFound,
                "'\(source.location)' has no '\(revision)'",
                hint: "name a branch, a tag or a commit with --ref"
            )
        }
        return Place(
            location: source.location,
            source: source,
            files: .tree(repository, commit),
            commit: try await repository.commitInfo(commit),
            path: path
        )
    }

    private func loaded(
        _ place: Place,
        _ result: LoadResult,
        _ reader: RevisionReader
    ) async throws -> LoadedFleet {
        let diagnostics = Set(result.diagnostics + reader.problems).inSourceOrder()
        return LoadedFleet(
            desired: diagnostics.hasErrors ? nil : result.desired,
            diagnostics: diagnostics,
            texts: try await reader.texts(for: diagnostics),
            commit: place.commit,
            source: place.source,
            location: place.location,
            folder: place.folder
        )
    }
}
