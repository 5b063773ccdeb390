// SPDX-License-Identifier: Apache-2.0
import Adoption
import Git
import Manifests

/// What was read of the last revisions, so that the next load parses only what changed (E2).
///
/// Outlives one load: that of the other side of a comparison, of the next fleet, of the next round.
/// Nothing in it can be wrong: a file is known by its path and the id of its content.
package actor RevisionMemory {
    /// A comparison goes to and fro between two.
    private static let revisionsMax = 2

    /// The last one first.
    private(set) var revisions: [ReadRevision] = []
    private var sources: [SourceKey: GitSource] = [:]

    package init() {}

    func keep(_ revision: ReadRevision) {
        revisions = [revision] + revisions.prefix(Self.revisionsMax - 1)
    }

    /// What an open repository is known by.
    struct SourceKey: Hashable {
        var location: String
        var mirrorDirectory: String
        var access: RemoteAccess
    }

    /// An open repository knows the folders that it listed last.
    func source(_ key: SourceKey, open: @Sendable () throws -> GitSource) throws -> GitSource {
        if let source = sources[key] { return source }
        let source = try open()
        sources = [key: source]
        return source
    }
}

/// One revision as far as it was read.
struct ReadRevision: Sendable {
    /// In the order of the listing.
    var files: [ReadFile]
    /// By the folder of the fleet.
    var resolved: [String: ResolvedFleet]

    /// Puts what is known of files into the same ones of another listing.
    func tell(_ others: inout [ReadFile]) {
        var place = 0
        for index in others.indices where others[index].parsed == nil {
            let entry = others[index].entry
            guard let blob = entry.blob else { continue }
            while place < files.count, files[place].entry.path != entry.path,
                files[place].entry.path.utf8.lexicographicallyPrecedes(entry.path.utf8)
            {
                place += 1
            }
            guard place < files.count, files[place].entry.blob == blob,
                files[place].entry.path == entry.path
            else { continue }
            others[index].mayHoldFleet = files[place].mayHoldFleet
            others[index].parsed = files[place].parsed
        }
    }
}

/// One file of a revision, and what is known of it.
struct ReadFile: Sendable {
    var entry: FileSource.Entry
    /// Until it is parsed; afterwards only what cannot be read again as it was.
    var bytes: [UInt8]?
    /// `nil` until it was read.
    var mayHoldFleet: Bool?
    var parsed: ParsedFile?
    var isUnreadable = false

    init(entry: FileSource.Entry) { self.entry = entry }

    /// A file that is read as if it were there.
    init(_ file: AdoptedFile) {
        let bytes = Array(file.text.utf8)
        entry = FileSource.Entry(path: file.path, size: bytes.count)
        self.bytes = bytes
        mayHoldFleet = Loader.mayHoldFleet(bytes)
    }
}
