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

    /// The texts of files with findings are enough to show them.
    var texts: [String: String] { contents.mapValues { String(decoding: $0, as: UTF8.self) } }

    /// The fleets that the revision declares.
    mutating func fleets() async throws -> [FleetLocation] {
        let all = try await list()
        let candidates = try await read(all).filter { Loader.mayHoldFleet($0.bytes) }
        return Loader.findFleets(in: candidates.map { parse($0.path, $0.bytes) })
    }

    /// Everything that one fleet declares.
    mutating func resolve(_ fleet: FleetLocation) async throws -> LoadResult {
        let wanted = try await list().filter { entry in
            fleet.folders.contains { $0.isEmpty || entry.path.hasPrefix($0 + "/") }
        }
        let files = try await read(wanted).map { parse($0.path, $0.bytes) }
        return Loader.resolve(files, fleetPath: fleet.path)
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

    private mutating func parse(_ path: String, _ bytes: [UInt8]) -> ParsedFile {
        if let file = parsed[path] { return file }
        let file = Loader.parseFile(path, bytes)
        parsed[path] = file
        return file
    }
}
