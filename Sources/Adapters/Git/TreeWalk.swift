// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Lists one folder after another, checks every entry, and stops at the limits.
///
/// *Source*: BI-001 to BI-014.
struct TreeWalk {
    let options: Snapshot.Options
    /// How many tree entries may still be visited.
    private var remaining: Int
    /// Whether a limit ended the walk.
    private(set) var isCut = false
    /// The problem that ended it.
    private(set) var cut: TreeProblem?

    init(options: Snapshot.Options) {
        self.options = options
        remaining = options.entriesMax
    }

    /// What one folder has yielded so far.
    private struct Listing {
        var items: [ListedFolder.Item] = []
        var problems: [TreeProblem] = []
        var ignoredSymlinks = 0
        var visited = 0
        /// The names seen, folded; `String` compares NFC and NFD as equal.
        var names: [String: String] = [:]
    }

    /// Lists a folder; what `previous` already lists under the same ids is taken over.
    mutating func list(
        _ tree: ObjectID,
        path: String,
        depth: Int,
        previous: ListedFolder?,
        objects: borrowing ObjectStore
    ) -> ListedFolder {
        if let previous, previous.tree == tree, previous.visited <= remaining {
            remaining -= previous.visited
            return previous
        }
        var listing = Listing()
        do throws(GitError) {
            let raw = try objects.tree(tree)
            list(raw, path: path, depth: depth, previous: previous, objects: objects, &listing)
        } catch {
            listing.problems.append(
                TreeProblem(error.code, path: path.isEmpty ? "." : path, error.message)
            )
        }
        return ListedFolder(
            tree: tree,
            items: listing.items,
            problems: listing.problems,
            ignoredSymlinks: listing.ignoredSymlinks,
            visited: listing.visited
        )
    }

    private mutating func list(
        _ raw: RawTree,
        path: String,
        depth: Int,
        previous: ListedFolder?,
        objects: borrowing ObjectStore,
        _ listing: inout Listing
    ) {
        var last: RawTree.Entry?
        for entry in raw.entries {
            guard remaining > 0 else {
                stop(path)
                return
            }
            remaining -= 1
            listing.visited += 1
            let name = raw.name(entry)
            let shown = Self.join(path, DisplayText.escaped(name))
            if let last, !isOrdered(raw, last, entry) {
                listing.problems.append(
                    TreeProblem(
                        .badTreeEntry,
                        path: shown,
                        "the entry is repeated or out of order"
                    )
                )
                continue
            }
            last = entry
            if let problem = PathRules.problem(name: name) {
                listing.problems.append(TreeProblem(problem.code, path: shown, problem.message))
                continue
            }
            let text = raw.text(entry)
            let full = Self.join(path, text)
            guard full.utf8.count <= options.pathBytesMax else {
                listing.problems.append(
                    TreeProblem(
                        .pathTooLong,
                        path: shown,
                        "the path has \(full.utf8.count) bytes, more than \(options.pathBytesMax)"
                    )
                )
                continue
            }
            let isOurs = entry.isFolder || options.measures(text)
            guard note(text, shown, isOurs, &listing) else { continue }
            if entry.isFolder {
                guard mayEnter(shown, depth: depth, &listing) else { continue }
                let child = list(
                    raw.id(entry),
                    path: full,
                    depth: depth + 1,
                    previous: previous?.child(text),
                    objects: objects
                )
                listing.visited += child.visited
                listing.items.append(.folder(name: text, child))
                if isCut { return }
            } else {
                add(raw, entry, full, shown, isOurs, objects, &listing)
            }
        }
    }

    private func mayEnter(_ shown: String, depth: Int, _ listing: inout Listing) -> Bool {
        if depth < options.depthMax { return true }
        listing.problems.append(
            TreeProblem(
                .treeTooDeep,
                path: shown,
                "the folder is nested more than \(options.depthMax) deep"
            )
        )
        return false
    }

    private func isOrdered(_ raw: RawTree, _ left: RawTree.Entry, _ right: RawTree.Entry) -> Bool {
        RawTree.isBefore(raw.name(left), left.isFolder, raw.name(right), right.isFolder)
    }

    /// Notes a name; false when the very same name was there already.
    private func note(
        _ name: String,
        _ shown: String,
        _ isOurs: Bool,
        _ listing: inout Listing
    ) -> Bool {
        let folded = name.lowercased()
        guard let other = listing.names.updateValue(name, forKey: folded) else { return true }
        if other.utf8.elementsEqual(name.utf8) {
            listing.problems.append(
                TreeProblem(.badTreeEntry, path: shown, "the name is there twice")
            )
            return false
        }
        let otherIsOurs = options.measures(other)
        listing.problems.append(
            TreeProblem(
                .caseCollision,
                path: shown,
                "the name differs from '\(DisplayText.escaped(Array(other.utf8)))' only in case"
                    + " or accents",
                severity: isOurs && otherIsOurs ? .error : .warning
            )
        )
        return true
    }

    private func add(
        _ raw: RawTree,
        _ entry: RawTree.Entry,
        _ path: String,
        _ shown: String,
        _ isOurs: Bool,
        _ objects: borrowing ObjectStore,
        _ listing: inout Listing
    ) {
        switch entry.mode {
        case RawTree.Mode.file, RawTree.Mode.executable, RawTree.Mode.groupWritableFile: break
        case RawTree.Mode.symlink:
            if isOurs {
                listing.problems.append(
                    TreeProblem(
                        .symlinkNotSupported,
                        path: shown,
                        "symbolic links are not followed"
                    )
                )
            } else {
                listing.ignoredSymlinks += 1
            }
            return
        case RawTree.Mode.submodule:
            listing.problems.append(
                TreeProblem(
                    .submoduleNotSupported,
                    path: shown,
                    "submodules are not supported"
                )
            )
            return
        default:
            listing.problems.append(
                TreeProblem(
                    .badTreeEntry,
                    path: shown,
                    "the mode \(String(entry.mode, radix: 8)) is not one of git's"
                )
            )
            return
        }
        var size: Int?
        if isOurs {
            do throws(GitError) {
                size = try measure(raw.id(entry), shown, objects, &listing)
            } catch {
                listing.problems.append(TreeProblem(error.code, path: shown, error.message))
                return
            }
            guard size != nil else { return }
        }
        listing.items.append(
            .file(
                Snapshot.Entry(
                    path: path,
                    blob: raw.id(entry),
                    isExecutable: entry.mode == RawTree.Mode.executable,
                    size: size
                )
            )
        )
    }

    /// Reads the size of a blob from its header; nil, and a problem, when it is over the limit.
    private func measure(
        _ id: ObjectID,
        _ shown: String,
        _ objects: borrowing ObjectStore,
        _ listing: inout Listing
    ) throws(GitError) -> Int? {
        let header = try objects.header(id)
        guard header.kind == GIT_OBJECT_BLOB else {
            throw GitError(.corrupt, "the object \(id.short) is not a file's content")
        }
        guard header.size <= options.fileBytesMax else {
            listing.problems.append(
                TreeProblem(
                    .fileTooLarge,
                    path: shown,
                    "the file has \(header.size) bytes, more than \(options.fileBytesMax)"
                )
            )
            return nil
        }
        return header.size
    }

    private mutating func stop(_ path: String) {
        guard !isCut else { return }
        isCut = true
        cut = TreeProblem(
            .tooManyFiles,
            path: path.isEmpty ? "." : path,
            "there are more than \(options.entriesMax) files and folders"
        )
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder + "/" + name
    }
}
