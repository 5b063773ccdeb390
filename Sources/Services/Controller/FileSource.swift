// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FoundationEssentials
import Git
import SystemPackage

/// Where the files of a revision come from: a commit's tree, or a folder as it is on disk.
enum FileSource: Sendable {
    case tree(Repository, ObjectID)
    case folder(FilePath)

    /// A file that may be read, and what tells its content from another.
    struct Entry: Hashable, Sendable {
        var path: String
        var blob: ObjectID?
        var size: Int?
    }

    /// The extensions of files that Aplomb reads; everything else is content for documents.
    static let extensions: Set<String> = ["yaml", "yml", "json"]

    /// Lists the manifests and documents below folders, with what is wrong with entries.
    func list(_ folders: [String]) async throws -> (entries: [Entry], problems: [Diagnostic]) {
        switch self {
        case .tree(let repository, let commit):
            let snapshot = try await repository.snapshot(
                of: commit,
                Snapshot.Options(folders: folders, measuredExtensions: Self.extensions)
            )
            let entries = snapshot.entries.filter { Self.isRead($0.path) }.map {
                Entry(path: $0.path, blob: $0.blob, size: $0.size)
            }
            return (entries, snapshot.problems.map(Diagnostic.init))
        case .folder(let root): return try FolderListing.list(root, folders)
        }
    }

    /// Reads files; one that cannot be read is a finding about it.
    func read(_ entries: [Entry]) async throws -> (
        files: [(path: String, bytes: [UInt8])], problems: [Diagnostic]
    ) {
        var files: [(path: String, bytes: [UInt8])] = []
        var problems: [Diagnostic] = []
        switch self {
        case .tree(let repository, _):
            let wanted = entries.compactMap { entry in
                entry.blob.map { Snapshot.Entry(path: entry.path, blob: $0, size: entry.size) }
            }
            let contents = await repository.contents(of: wanted)
            for (entry, content) in zip(wanted, contents) {
                switch content {
                case .success(let bytes): files.append((entry.path, bytes))
                case .failure(let error): problems.append(Diagnostic(error, path: entry.path))
                }
            }
        case .folder(let root):
            for entry in entries {
                let path = root.pushing(FilePath(entry.path)).string
                if let data = FileManager.default.contents(atPath: path) {
                    files.append((entry.path, [UInt8](data)))
                } else {
                    problems.append(
                        Diagnostic(
                            "FILE_UNREADABLE",
                            "the file cannot be read",
                            at: SourceRange(wholeFile: entry.path)
                        )
                    )
                }
            }
        }
        return (files, problems)
    }

    private static func isRead(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return extensions.contains(path[path.index(after: dot)...].lowercased())
    }
}

extension Diagnostic {
    fileprivate init(_ problem: TreeProblem) {
        self.init(
            problem.severity == .error ? .error : .warning,
            DiagnosticCode(rawValue: problem.code.rawValue),
            problem.message,
            at: SourceRange(wholeFile: problem.path)
        )
    }

    fileprivate init(_ error: GitError, path: String) {
        self.init(
            .error,
            DiagnosticCode(rawValue: error.code.rawValue),
            error.message,
            at: SourceRange(wholeFile: path),
            hint: error.hint
        )
    }
}
