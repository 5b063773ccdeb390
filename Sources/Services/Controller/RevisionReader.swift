// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Manifests

/// Reads the files of one revision, each once, and no more than a fleet needs.
struct RevisionReader {
    private let files: FileSource
    private var entries: [FileSource.Entry]?
    private var contents: [String: [UInt8]] = [:]
    private var parsed: [String: ParsedFile] = [:]
    /// What is wrong with entries and files as such.
    private(set) var problems: [Diagnostic] = []

    init(_ files: FileSource) { self.files = files }

    var fileCount: Int { parsed.count }

    /// The texts that findings point into, by path: no others are shown.
    func texts(for diagnostics: some Sequence<Diagnostic>) -> [String: String] {
        var texts: [String: String] = [:]
        for diagnostic in diagnostics {
            for range in [diagnostic.range] + diagnostic.notes.map(\.range) {
                guard texts[range.file] == nil, let bytes = contents[range.file] else { continue }
                texts[range.file] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return texts
    }

    /// The fleets that the revision declares.
    mutating func fleets() async throws -> [FleetLocation] {
        let all = try await list()
        let candidates = try await read(all).filter { Loader.mayHoldFleet($0.bytes) }
        return Loader.findFleets(in: await parse(candidates))
    }

    /// Everything that one fleet declares.
    mutating func resolve(_ fleet: FleetLocation) async throws -> LoadResult {
        let wanted = try await list().filter { entry in
            fleet.folders.contains { $0.isEmpty || entry.path.hasPrefix($0 + "/") }
        }
        return Loader.resolve(await parse(try await read(wanted)), fleetPath: fleet.path)
    }

    /// Whether another source has the same files with the same content.
    func equals(_ other: FileSource) async throws -> Bool {
        let listing = try await other.list([""])
        guard Set(listing.entries.map(\.path)) == Set((entries ?? []).map(\.path)) else {
            return false
        }
        let theirs = try await other.read(listing.entries.filter { contents[$0.path] != nil })
        return theirs.files.count == contents.count
            && theirs.files.allSatisfy { contents[$0.path] == $0.bytes }
    }

    private mutating func list() async throws -> [FileSource.Entry] {
        if let entries { return entries }
        let listing = try await files.list([""])
        entries = listing.entries
        problems += listing.problems
        return listing.entries
    }

    private mutating func read(
        _ wanted: [FileSource.Entry]
    ) async throws -> [(path: String, bytes: [UInt8])] {
        let missing = wanted.filter { contents[$0.path] == nil }
        if !missing.isEmpty {
            let (files, problems) = try await files.read(missing)
            for file in files { contents[file.path] = file.bytes }
            self.problems += problems
        }
        return wanted.compactMap { entry in
            contents[entry.path].map { (path: entry.path, bytes: $0) }
        }
    }

    /// How many files one task parses: enough that handing them over costs nothing beside it.
    private static let filesPerTask = 256

    /// Parses what has not been parsed, on every core: it is the costliest part of a cold start.
    private mutating func parse(_ files: [(path: String, bytes: [UInt8])]) async -> [ParsedFile] {
        let missing = files.filter { parsed[$0.path] == nil }
        let starts = stride(from: 0, to: missing.count, by: Self.filesPerTask)
        await withTaskGroup(of: [ParsedFile].self) { group in
            for start in starts {
                let batch = Array(missing[start..<min(start + Self.filesPerTask, missing.count)])
                group.addTask { batch.map { Loader.parseFile($0.path, $0.bytes) } }
            }
            for await batch in group { for file in batch { parsed[file.path] = file } }
        }
        return files.compactMap { parsed[$0.path] }
    }
}
