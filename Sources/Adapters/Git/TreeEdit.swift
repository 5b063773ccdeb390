// SPDX-License-Identifier: Apache-2.0

/// Collects changes of files by path, to be applied to a tree.
package struct TreeEdit: Sendable {
    /// What becomes of a path.
    package enum Change: Hashable, Sendable {
        /// The file has these bytes.
        case write([UInt8])
        /// The file, or the folder with everything below it, is not there.
        case delete
    }

    /// The changes by path; a later one of the same path replaces the earlier.
    package private(set) var changes: [String: Change]

    /// Makes an edit.
    package init(_ changes: [String: Change] = [:]) {
        self.changes = changes
    }

    /// Writes a file, making the folders above it.
    package mutating func write(_ path: String, _ bytes: [UInt8]) {
        changes[path] = .write(bytes)
    }

    /// Writes a file of text.
    package mutating func write(_ path: String, _ text: String) {
        changes[path] = .write(Array(text.utf8))
    }

    /// Deletes a file or a folder; it need not be there.
    ///
    /// Folders left empty vanish.
    package mutating func delete(_ path: String) {
        changes[path] = .delete
    }
}

/// Arranges an edit by folder.
struct EditFolder {
    enum Node {
        case change(TreeEdit.Change)
        case folder(EditFolder)
    }

    private(set) var nodes: [String: Node] = [:]

    /// Arranges the changes of an edit.
    ///
    /// *Errors*: `.badPath`, also when a file that is written lies below another one.
    init(_ edit: TreeEdit) throws(GitError) {
        for (path, change) in edit.changes {
            let components = try PathRules.components(path, allowsRoot: false)
            guard path.utf8.count <= 4096, components.allSatisfy({ $0.utf8.count <= 255 }) else {
                throw GitError(.badPath, "the path '\(path.prefix(80))…' is too long")
            }
            try insert(change, components[...], path)
        }
    }

    private init() {}

    private mutating func insert(
        _ change: TreeEdit.Change,
        _ components: ArraySlice<String>,
        _ path: String
    ) throws(GitError) {
        guard let name = components.first else { return }
        let rest = components.dropFirst()
        if rest.isEmpty {
            if nodes[name] != nil { throw Self.conflict(path) }
            nodes[name] = .change(change)
            return
        }
        var folder: EditFolder
        switch nodes.removeValue(forKey: name) {
        case nil: folder = EditFolder()
        case .folder(let existing): folder = existing
        case .change: throw Self.conflict(path)
        }
        try folder.insert(change, rest, path)
        nodes[name] = .folder(folder)
    }

    private static func conflict(_ path: String) -> GitError {
        GitError(.badPath, "'\(path)' is changed together with a path above or below it")
    }
}
