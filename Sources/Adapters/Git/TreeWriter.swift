// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Builds the objects of an edit, reading only the folders on the changed paths.
struct TreeWriter {
    /// The new objects in the order in which they may be written: contents before trees.
    private(set) var pending: [(id: ObjectID, kind: git_object_t, bytes: [UInt8])] = []
    private var known: Set<ObjectID> = []

    /// Applies the changes of a folder; nil when nothing is left in it.
    mutating func apply(
        _ edit: EditFolder,
        to base: ObjectID?,
        objects: borrowing ObjectStore
    ) throws(GitError) -> ObjectID? {
        var tree = RawTree.empty
        if let base { tree = try objects.tree(base) }
        var removed: Set<Int> = []
        var added: [Addition] = []
        for (name, node) in edit.nodes {
            let bytes = Array(name.utf8)
            let index = tree.find(bytes)
            var mode = RawTree.Mode.file
            let id: ObjectID?
            switch node {
            case .change(.delete):
                id = nil
            case .change(.write(let content)):
                id = try add(content, GIT_OBJECT_BLOB, objects)
                if let index, tree.entries[index].mode == RawTree.Mode.executable {
                    mode = RawTree.Mode.executable
                }
            case .folder(let folder):
                mode = RawTree.Mode.folder
                var below: ObjectID?
                if let index, tree.entries[index].isFolder { below = tree.id(tree.entries[index]) }
                if below == nil, index != nil, folder.onlyDeletes { continue }
                id = try apply(folder, to: below, objects: objects)
            }
            if let index { removed.insert(index) }
            if let id {
                added.append(Addition(mode: mode, name: bytes, id: id, in: tree))
            }
        }
        let bytes = Self.merge(tree, removed, added)
        guard !bytes.isEmpty else { return nil }
        if base != nil, bytes == tree.bytes { return base }
        return try add(bytes, GIT_OBJECT_TREE, objects)
    }

    /// The empty tree, for a commit that holds nothing.
    mutating func emptyTree(_ objects: borrowing ObjectStore) throws(GitError) -> ObjectID {
        try add([], GIT_OBJECT_TREE, objects)
    }

    private mutating func add(
        _ bytes: [UInt8],
        _ kind: git_object_t,
        _ objects: borrowing ObjectStore
    ) throws(GitError) -> ObjectID {
        let id = try ObjectStore.id(of: bytes, kind)
        if !known.contains(id), !objects.contains(id) {
            known.insert(id)
            pending.append((id, kind, bytes))
        }
        return id
    }

    /// An entry to put in, and where.
    private struct Addition {
        let position: Int
        let mode: UInt32
        let name: [UInt8]
        let id: ObjectID

        init(mode: UInt32, name: [UInt8], id: ObjectID, in tree: RawTree) {
            self.mode = mode
            self.name = name
            self.id = id
            position = tree.position(name[...], isFolder: mode == RawTree.Mode.folder)
        }

        var isFolder: Bool { mode == RawTree.Mode.folder }

        func write(to bytes: inout [UInt8]) {
            bytes += String(mode, radix: 8).utf8
            bytes.append(UInt8(ascii: " "))
            bytes += name
            bytes.append(0)
            bytes += id.bytes
        }
    }

    /// Copies a tree's bytes with some entries left out and others put in, in git's order.
    private static func merge(
        _ tree: RawTree,
        _ removed: Set<Int>,
        _ added: [Addition]
    ) -> [UInt8] {
        let added = added.sorted { left, right in
            if left.position != right.position { return left.position < right.position }
            return RawTree.isBefore(
                left.name[...],
                left.isFolder,
                right.name[...],
                right.isFolder
            )
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tree.bytes.count + added.reduce(0) { $0 + $1.name.count + 32 })
        let stops = Set(added.map(\.position)).union(removed).sorted()
        var next = added[...]
        var copied = 0
        for stop in stops {
            bytes += tree.bytes[offset(tree, copied)..<offset(tree, stop)]
            copied = stop
            while let addition = next.first, addition.position == stop {
                addition.write(to: &bytes)
                next = next.dropFirst()
            }
            if removed.contains(stop) { copied += 1 }
        }
        bytes += tree.bytes[offset(tree, copied)...]
        return bytes
    }

    private static func offset(_ tree: RawTree, _ index: Int) -> Int {
        index < tree.entries.count ? tree.entries[index].start : tree.bytes.count
    }
}

extension EditFolder {
    /// Tells whether nothing is written here or below.
    var onlyDeletes: Bool {
        nodes.values.allSatisfy { node in
            switch node {
            case .change(.delete): true
            case .change(.write): false
            case .folder(let folder): folder.onlyDeletes
            }
        }
    }
}
