// SPDX-License-Identifier: Apache-2.0
import Adoption
import Diagnostics
import Manifests

/// Reads the files of one revision, each once, and no more than a fleet needs.
struct RevisionReader {
    private let source: FileSource
    private let memory: RevisionMemory
    private let added: [AdoptedFile]
    private var files: [ReadFile]?
    /// By the folder of the fleet.
    private var resolved: [String: ResolvedFleet] = [:]
    private var former: [ReadRevision] = []
    /// What is wrong with entries and files as such.
    private(set) var problems: [Diagnostic] = []

    init(_ source: FileSource, adding added: [AdoptedFile] = [], memory: RevisionMemory) {
        self.source = source
        self.added = added
        self.memory = memory
    }

    var fileCount: Int { (files ?? []).count { $0.parsed != nil } }

    /// The texts that findings point into, by path: no others are shown.
    func texts(for diagnostics: some Sequence<Diagnostic>) async throws -> [String: String] {
        var wanted: Set<String> = []
        for diagnostic in diagnostics {
            wanted.insert(diagnostic.range.file)
            for note in diagnostic.notes { wanted.insert(note.range.file) }
        }
        guard !wanted.isEmpty, let files else { return [:] }
        let shown = files.filter { !$0.isUnreadable && wanted.contains($0.entry.path) }
        var texts: [String: String] = [:]
        for file in shown {
            texts[file.entry.path] = file.bytes.map { String(decoding: $0, as: UTF8.self) }
        }
        let missing = shown.filter { $0.bytes == nil }.map(\.entry)
        for file in try await source.read(missing).files {
            texts[file.path] = String(decoding: file.bytes, as: UTF8.self)
        }
        return texts
    }

    /// The fleets that the revision declares.
    mutating func fleets() async throws -> [FleetLocation] {
        try await list()
        try await read { $0.mayHoldFleet == nil }
        await parse { $0.mayHoldFleet == true }
        return Loader.findFleets(in: (files ?? []).compactMap(\.parsed))
    }

    /// Everything that one fleet declares.
    mutating func resolve(_ fleet: FleetLocation) async throws -> LoadResult {
        try await list()
        let folders = fleet.folders.map { $0.isEmpty ? "" : $0 + "/" }
        let isWanted: (ReadFile) -> Bool = { file in
            folders.contains { file.entry.path.utf8.starts(with: $0.utf8) }
        }
        try await read { $0.parsed == nil && $0.bytes == nil && isWanted($0) }
        await parse(isWanted)
        let known = resolved[fleet.path] ?? former.lazy.compactMap { $0.resolved[fleet.path] }.first
        let (result, next) = Loader.resolve(
            (files ?? []).compactMap { isWanted($0) ? $0.parsed : nil },
            fleetPath: fleet.path,
            after: known
        )
        resolved[fleet.path] = next
        return result
    }

    /// Hands on what was read: the next revision shares most of it.
    func remember() async {
        guard case .tree = source, var files else { return }
        for place in files.indices where files[place].bytes != nil { files[place].bytes = nil }
        await memory.keep(ReadRevision(files: files, resolved: resolved))
    }

    /// Whether another source has the same files with the same content.
    func equals(_ other: FileSource) async throws -> Bool {
        let listing = try await other.list([""])
        let ours = files ?? []
        guard Set(listing.entries.map(\.path)) == Set(ours.map(\.entry.path)) else { return false }
        var read: [String: [UInt8]] = [:]
        for file in ours { read[file.entry.path] = file.bytes }
        let theirs = try await other.read(listing.entries.filter { read[$0.path] != nil })
        return theirs.files.count == read.count
            && theirs.files.allSatisfy { read[$0.path] == $0.bytes }
    }

    /// Lists the files, with what is known of those that a former revision has too.
    private mutating func list() async throws {
        guard files == nil else { return }
        let listing = try await source.list([""])
        problems += listing.problems
        var all = listing.entries.map { ReadFile(entry: $0) }
        former = await memory.revisions
        for revision in former { revision.tell(&all) }
        if !added.isEmpty {
            all += added.map(ReadFile.init)
            all.sort { $0.entry.path < $1.entry.path }
        }
        files = all
    }

    private mutating func read(_ isWanted: (ReadFile) -> Bool) async throws {
        guard let all = files else { return }
        let places = all.indices.filter { !all[$0].isUnreadable && isWanted(all[$0]) }
        guard !places.isEmpty else { return }
        let (contents, problems) = try await source.read(places.map { all[$0].entry })
        self.problems += problems
        var rest = contents[...]
        for place in places {
            guard let next = rest.first, next.path == all[place].entry.path else {
                files?[place].isUnreadable = true
                continue
            }
            files?[place].bytes = next.bytes
            files?[place].mayHoldFleet = Loader.mayHoldFleet(next.bytes)
            rest = rest.dropFirst()
        }
    }

    /// How many files one task parses: enough that handing them over costs nothing beside it.
    private static let filesPerTask = 256

    /// Parses what has not been parsed, on every core: it is the costliest part of a cold start.
    private mutating func parse(_ isWanted: (ReadFile) -> Bool) async {
        let missing = (files ?? []).enumerated().filter { _, file in
            file.parsed == nil && file.bytes != nil && isWanted(file)
        }
        guard !missing.isEmpty else { return }
        await withTaskGroup(of: [(Int, ParsedFile)].self) { group in
            for start in stride(from: 0, to: missing.count, by: Self.filesPerTask) {
                let batch = missing[start..<min(start + Self.filesPerTask, missing.count)]
                group.addTask {
                    batch.map { place, file in
                        (place, Loader.parseFile(file.entry.path, file.bytes ?? []))
                    }
                }
            }
            for await batch in group {
                for (place, parsed) in batch { files?[place].parsed = parsed }
            }
        }
        // A tree can be read again; a folder is not what it was.
        guard case .tree = source else { return }
        for (place, _) in missing { files?[place].bytes = nil }
    }
}
