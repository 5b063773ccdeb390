// SPDX-License-Identifier: Apache-2.0

/// Compares two trees by their ids, going down only where they differ.
struct TreeComparison {
    private(set) var changes: [PathChange] = []

    /// How deep a comparison goes: far above what a valid snapshot may have.
    private static let depthMax = 256

    mutating func compare(
        _ old: ObjectID?,
        _ new: ObjectID?,
        path: String,
        depth: Int = 0,
        objects: borrowing ObjectStore
    ) throws(GitError) {
        guard old != new else { return }
        guard depth < Self.depthMax else {
            throw GitError(.treeTooDeep, "the folders are nested more than \(Self.depthMax) deep")
        }
        var left = RawTree.empty
        var right = RawTree.empty
        if let old { left = try objects.tree(old) }
        if let new { right = try objects.tree(new) }
        var leftIndex = 0
        var rightIndex = 0
        while leftIndex < left.entries.count || rightIndex < right.entries.count {
            let oldEntry = leftIndex < left.entries.count ? left.entries[leftIndex] : nil
            let newEntry = rightIndex < right.entries.count ? right.entries[rightIndex] : nil
            switch Self.order(left, oldEntry, right, newEntry) {
            case .both(let oldEntry, let newEntry):
                leftIndex += 1
                rightIndex += 1
                let oldID = left.id(oldEntry)
                let newID = right.id(newEntry)
                if oldID == newID && oldEntry.mode == newEntry.mode { continue }
                let full = TreeWalk.join(path, right.text(newEntry))
                if newEntry.isFolder {
                    try compare(oldID, newID, path: full, depth: depth + 1, objects: objects)
                } else {
                    changes.append(PathChange(path: full, kind: .modified))
                }
            case .onlyOld(let entry):
                leftIndex += 1
                let full = TreeWalk.join(path, left.text(entry))
                if entry.isFolder {
                    try compare(
                        left.id(entry),
                        nil,
                        path: full,
                        depth: depth + 1,
                        objects: objects
                    )
                } else {
                    changes.append(PathChange(path: full, kind: .deleted))
                }
            case .onlyNew(let entry):
                rightIndex += 1
                let full = TreeWalk.join(path, right.text(entry))
                if entry.isFolder {
                    try compare(
                        nil,
                        right.id(entry),
                        path: full,
                        depth: depth + 1,
                        objects: objects
                    )
                } else {
                    changes.append(PathChange(path: full, kind: .added))
                }
            case .neither:
                return
            }
        }
    }

    private enum Step {
        case both(RawTree.Entry, RawTree.Entry)
        case onlyOld(RawTree.Entry)
        case onlyNew(RawTree.Entry)
        case neither
    }

    private static func order(
        _ left: RawTree,
        _ old: RawTree.Entry?,
        _ right: RawTree,
        _ new: RawTree.Entry?
    ) -> Step {
        guard let old else { return new.map { .onlyNew($0) } ?? .neither }
        guard let new else { return .onlyOld(old) }
        let oldName = left.name(old)
        let newName = right.name(new)
        if RawTree.isBefore(oldName, old.isFolder, newName, new.isFolder) { return .onlyOld(old) }
        if RawTree.isBefore(newName, new.isFolder, oldName, old.isFolder) { return .onlyNew(new) }
        return .both(old, new)
    }
}
