// SPDX-License-Identifier: Apache-2.0

/// Lists the files of one commit under some folders, read from trees, never checked out (F-08).
package struct Snapshot: Sendable {
    /// One file.
    package struct Entry: Hashable, Sendable {
        /// The path from the root of the repository, with slashes; valid UTF-8, safe to print.
        package let path: String
        /// The content's id.
        package let blob: ObjectID
        /// Whether the file is executable.
        package let isExecutable: Bool
        /// The content's size in bytes; nil where `Options.measuredExtensions` leaves the file out.
        package let size: Int?

        /// Makes an entry.
        package init(path: String, blob: ObjectID, isExecutable: Bool = false, size: Int? = nil) {
            self.path = path
            self.blob = blob
            self.isExecutable = isExecutable
            self.size = size
        }
    }

    /// What to list, and how much of it at most.
    package struct Options: Hashable, Sendable {
        /// The folders to list, relative to the root; "" is the root.
        ///
        /// Others are not visited.
        package var folders: [String]
        /// The file name extensions, without dot, whose files the caller will read: their size is
        /// measured and limited, and a symbolic link among them is an error.
        ///
        /// Nil means all.
        package var measuredExtensions: Set<String>?
        /// The number of tree entries visited (BI-012).
        package var entriesMax: Int
        /// The bytes of a path (BI-008).
        package var pathBytesMax: Int
        /// The folders above a file (BI-008).
        package var depthMax: Int
        /// The bytes of a measured file, from its header (BI-011).
        package var fileBytesMax: Int

        /// Makes options with the tested limits.
        package init(
            folders: [String] = [""],
            measuredExtensions: Set<String>? = nil,
            entriesMax: Int = 20_000,
            pathBytesMax: Int = 255,
            depthMax: Int = 32,
            fileBytesMax: Int = 1 << 20
        ) {
            self.folders = folders
            self.measuredExtensions = measuredExtensions
            self.entriesMax = entriesMax
            self.pathBytesMax = pathBytesMax
            self.depthMax = depthMax
            self.fileBytesMax = fileBytesMax
        }

        func measures(_ name: String) -> Bool {
            guard let measuredExtensions else { return true }
            guard let dot = name.lastIndex(of: ".") else { return false }
            return measuredExtensions.contains(name[name.index(after: dot)...].lowercased())
        }
    }

    /// The commit.
    package let commit: ObjectID
    /// The files, sorted by the bytes of their paths, without repetition.
    package let entries: [Entry]
    /// Everything that was refused or deserves a warning, in the order of the walk.
    package let problems: [TreeProblem]
    /// How many symbolic links were left out without an error, as nobody reads them.
    package let ignoredSymlinks: Int

    /// Makes a snapshot.
    package init(
        commit: ObjectID,
        entries: [Entry],
        problems: [TreeProblem] = [],
        ignoredSymlinks: Int = 0
    ) {
        self.commit = commit
        self.entries = entries
        self.problems = problems
        self.ignoredSymlinks = ignoredSymlinks
    }

    /// Tells whether nothing forbids applying the revision.
    package var isValid: Bool {
        !problems.contains { $0.severity == .error }
    }

    /// Finds a file by its path.
    package subscript(path path: String) -> Entry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].path.utf8.lexicographicallyPrecedes(path.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < entries.count, entries[low].path == path else { return nil }
        return entries[low]
    }
}

/// Describes one file that differs between two commits.
package struct PathChange: Hashable, Sendable {
    /// How it differs.
    package enum Kind: String, Hashable, Sendable {
        case added
        case modified
        case deleted
    }

    /// The path from the root of the repository; bytes that are not UTF-8 are replaced.
    package let path: String
    /// How it differs.
    package let kind: Kind

    /// Makes a change.
    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}
