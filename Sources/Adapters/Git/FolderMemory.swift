// SPDX-License-Identifier: Apache-2.0

/// One listed folder, with everything below it; immutable once made.
///
/// A later listing of the same path with the same tree id takes it over whole, so that the cost of
/// a listing grows with what changed.
final class ListedFolder: Sendable {
    /// A file or a folder, in git's order.
    enum Item: Sendable {
        case file(Snapshot.Entry)
        case folder(name: String, ListedFolder)
    }

    let tree: ObjectID
    let items: [Item]
    /// The problems of the folder itself, not of those below it.
    let problems: [TreeProblem]
    /// The links left out of the folder itself.
    let ignoredSymlinks: Int
    /// The tree entries visited, here and below.
    let visited: Int
    private let children: [String: ListedFolder]

    init(
        tree: ObjectID,
        items: [Item],
        problems: [TreeProblem],
        ignoredSymlinks: Int,
        visited: Int
    ) {
        self.tree = tree
        self.items = items
        self.problems = problems
        self.ignoredSymlinks = ignoredSymlinks
        self.visited = visited
        var children: [String: ListedFolder] = [:]
        for case .folder(let name, let folder) in items {
            children[name] = folder
        }
        self.children = children
    }

    func child(_ name: String) -> ListedFolder? {
        children[name]
    }

    /// Adds what is here and below to the parts of a snapshot.
    func collect(
        entries: inout [Snapshot.Entry],
        problems: inout [TreeProblem],
        ignored: inout Int
    ) {
        problems += self.problems
        ignored += ignoredSymlinks
        for item in items {
            switch item {
            case .file(let entry): entries.append(entry)
            case .folder(_, let folder):
                folder.collect(entries: &entries, problems: &problems, ignored: &ignored)
            }
        }
    }
}

/// Remembers the folders of the last listing.
struct FolderMemory {
    private var options: Snapshot.Options?
    private var folders: [String: ListedFolder] = [:]

    /// Finds what was listed at a path under the same options.
    func folder(_ path: String, _ options: Snapshot.Options) -> ListedFolder? {
        self.options == options ? folders[path] : nil
    }

    /// Replaces what is remembered.
    mutating func keep(_ folders: [String: ListedFolder], _ options: Snapshot.Options) {
        self.folders = folders
        self.options = options
    }
}
