// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension Repository {
    /// Lists the files of a commit under the given folders.
    ///
    /// *Shape*: what is wrong with entries is collected in `problems`, not thrown; a folder that is
    /// not there is thrown. The work grows with what changed since the previous call.
    /// *Errors*: `.badPath`, `.pathNotFound`, `.badCommit`, `.corrupt` (the commit itself).
    package func snapshot(
        of commit: ObjectID,
        _ options: Snapshot.Options = .init()
    ) throws(GitError) -> Snapshot {
        let root = try tree(of: commit)
        var walk = TreeWalk(options: options)
        var listed: [String: ListedFolder] = [:]
        var entries: [Snapshot.Entry] = []
        var problems: [TreeProblem] = []
        var ignored = 0
        let folders = try Self.distinct(options.folders)
        for components in folders where !walk.isCut {
            let path = components.joined(separator: "/")
            guard let tree = try folderTree(components, in: root) else {
                throw GitError(
                    .pathNotFound,
                    "there is no folder '\(path)' in the commit \(commit.short)"
                )
            }
            let folder = walk.list(
                tree,
                path: path,
                depth: components.count,
                previous: self.folders.folder(path, options),
                objects: objects
            )
            listed[path] = folder
            folder.collect(entries: &entries, problems: &problems, ignored: &ignored)
        }
        if let cut = walk.cut {
            problems.append(cut)
        } else {
            self.folders.keep(listed, options)
        }
        if !Self.isSorted(entries) {
            entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        }
        return Snapshot(
            commit: commit,
            entries: entries,
            problems: problems,
            ignoredSymlinks: ignored
        )
    }

    /// Reads the content of a file.
    ///
    /// *Errors*: `.corrupt`, `.fileTooLarge` (from the header, before inflating).
    package func blob(_ id: ObjectID, bytesMax: Int = 1 << 20) throws(GitError) -> [UInt8] {
        try objects.read(id, GIT_OBJECT_BLOB, bytesMax: bytesMax)
    }

    /// Reads many files in one call; a Git LFS pointer is a failure (BI-013).
    ///
    /// *Shape*: as many results as entries, in their order.
    package func contents(
        of entries: [Snapshot.Entry],
        bytesMax: Int = 1 << 20
    ) -> [Result<[UInt8], GitError>] {
        var results: [Result<[UInt8], GitError>] = []
        results.reserveCapacity(entries.count)
        for entry in entries {
            do throws(GitError) {
                let bytes = try blob(entry.blob, bytesMax: bytesMax)
                guard !Self.isLFSPointer(bytes) else {
                    throw GitError(
                        .lfsPointer,
                        "'\(entry.path)' is a Git LFS pointer, not the file",
                        hint: "keep this file in the repository itself"
                    )
                }
                results.append(.success(bytes))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    /// Reads one file of a commit by its path; nil when it is not there or is not a file.
    ///
    /// *Errors*: `.badPath`, `.corrupt`, `.fileTooLarge`.
    package func file(
        _ path: String,
        in commit: ObjectID,
        bytesMax: Int = 1 << 20
    ) throws(GitError) -> [UInt8]? {
        let components = try PathRules.components(path, allowsRoot: false)
        guard let id = try blobID(components, in: tree(of: commit)) else { return nil }
        return try blob(id, bytesMax: bytesMax)
    }

    /// Lists the paths that differ between two commits' trees, sorted; the first may be none.
    ///
    /// Subtrees with the same id are not visited. *Errors*: `.badCommit`, `.corrupt`.
    package func changedPaths(
        from old: ObjectID?,
        to new: ObjectID,
        under folder: String = ""
    ) throws(GitError) -> [PathChange] {
        let components = try PathRules.components(folder, allowsRoot: true)
        let newTree = try folderTree(components, in: tree(of: new))
        var oldTree: ObjectID?
        if let old { oldTree = try folderTree(components, in: tree(of: old)) }
        var comparison = TreeComparison()
        try comparison.compare(
            oldTree,
            newTree,
            path: components.joined(separator: "/"),
            objects: objects
        )
        return comparison.changes.sorted { left, right in
            left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
        }
    }

    // MARK: Pieces

    /// Finds the tree of a folder; nil when it is not there.
    func folderTree(_ components: [String], in root: ObjectID) throws(GitError) -> ObjectID? {
        var id = root
        for component in components {
            let tree = try objects.tree(id)
            guard let index = tree.find(Array(component.utf8)) else { return nil }
            guard tree.entries[index].isFolder else { return nil }
            id = tree.id(tree.entries[index])
        }
        return id
    }

    /// Finds the content of a regular file; nil when it is not there.
    func blobID(_ components: [String], in root: ObjectID) throws(GitError) -> ObjectID? {
        guard let name = components.last,
            let folder = try folderTree(Array(components.dropLast()), in: root)
        else { return nil }
        let tree = try objects.tree(folder)
        guard let index = tree.find(Array(name.utf8)) else { return nil }
        let entry = tree.entries[index]
        switch entry.mode {
        case RawTree.Mode.file, RawTree.Mode.executable, RawTree.Mode.groupWritableFile:
            return tree.id(entry)
        default: return nil
        }
    }

    /// Takes out folders that lie within another one.
    private static func distinct(_ folders: [String]) throws(GitError) -> [[String]] {
        var all: [[String]] = []
        for folder in folders {
            all.append(try PathRules.components(folder, allowsRoot: true))
        }
        all.sort { $0.lexicographicallyPrecedes($1) }
        var kept: [[String]] = []
        for folder in all {
            if let last = kept.last, folder.starts(with: last) { continue }
            kept.append(folder)
        }
        return kept
    }

    private static func isSorted(_ entries: [Snapshot.Entry]) -> Bool {
        for (left, right) in zip(entries, entries.dropFirst())
        where !left.path.utf8.lexicographicallyPrecedes(right.path.utf8) {
            return false
        }
        return true
    }

    private static func isLFSPointer(_ bytes: [UInt8]) -> Bool {
        bytes.count < 1024 && bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8)
    }
}
