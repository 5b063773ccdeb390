// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import FleetModel
import PositionedYAML

/// From files to what a fleet declares: total, strict, and every finding with its place.
///
/// Two steps, so that a caller reads no more blobs than it must. First parse the files where a
/// `Fleet` may be and ask `findFleets`; then parse what lies in the `folders` of the chosen fleet
/// and `resolve`. `parseFile` is a pure function of one file, and the costly part: keep its results
/// by blob.
package enum Loader {
    /// The endings of files that are read; all others are content.
    package static let extensions = ["yaml", "yml", "json"]

    /// Whether a file is read, by its name; letter case does not matter.
    package static func isRead(_ path: String) -> Bool {
        let lower = path.lowercased()
        return extensions.contains { ending in lower.hasSuffix("." + ending) }
    }

    /// Answers cheaply whether a file may hold a `Fleet`: for passing over the others unparsed.
    package static func mayHoldFleet(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.indices.contains { index in
                buffer[index] == UInt8(ascii: "F") && buffer[index...].starts(with: "Fleet".utf8)
            }
        }
    }

    /// Finds the fleets that files declare.
    ///
    /// *Shape*: sorted by folder. A `Fleet` with a mistake is there too, with the folders that it
    /// names as far as they could be read, so that `resolve` can report on all of it.
    package static func findFleets(in files: [ParsedFile]) -> [FleetLocation] {
        var fleets: [FleetLocation] = []
        for file in files {
            for manifest in file.manifests where manifest.kind == .fleet {
                fleets.append(FleetLocation(manifest, file: file.path))
            }
        }
        return fleets.sorted { ($0.path, $0.source) < ($1.path, $1.source) }
    }

    /// Chooses the fleet of a folder; without a folder, the only one.
    ///
    /// *Errors*: `FLEET_NOT_FOUND`, `AMBIGUOUS_FLEET`, which name the fleets there are.
    package static func select(
        _ path: String?,
        among fleets: [FleetLocation]
    ) -> (fleet: FleetLocation?, diagnostics: [Diagnostic]) {
        let known = fleets.map { "\($0.name) (\($0.path.isEmpty ? "." : $0.path))" }
        let list = known.joined(separator: ", ")
        guard let path else {
            let folders = Set(fleets.map(\.path))
            if folders.count == 1 { return (fleets.first, []) }
            let place = SourceRange(wholeFile: fleets.first?.source.file ?? ".")
            guard fleets.isEmpty else {
                return (
                    nil,
                    [
                        Diagnostic(
                            .ambiguousFleet,
                            "the repository has several fleets: \(list)",
                            at: place,
                            hint: "choose one with --path"
                        )
                    ]
                )
            }
            let hint = "write a file with kind: Fleet into the folder that is to be reconciled"
            return (nil, [notFound("no file declares a Fleet", at: place, hint: hint)])
        }
        let wanted = RepositoryPath.resolve(path, in: "")
        if let fleet = fleets.first(where: { $0.path == wanted || $0.source.file == wanted }) {
            return (fleet, [])
        }
        let below = Self.fleets(below: path, among: fleets)
        if below.count == 1 { return (below.first, []) }
        if below.count > 1 {
            let names = below.map { "\($0.name) (\($0.path))" }.joined(separator: ", ")
            let place = SourceRange(wholeFile: below.first?.source.file ?? path)
            return (
                nil,
                [
                    Diagnostic(
                        .ambiguousFleet,
                        "'\(path)' holds several fleets: \(names)",
                        at: place,
                        hint: "choose one with --path"
                    )
                ]
            )
        }
        let nearest = wanted.flatMap { nearestName(to: $0, among: fleets.map(\.path)) }
        let hint =
            nearest.map { "did you mean '\($0)'?" } ?? (fleets.isEmpty ? nil : "fleets: \(list)")
        return (
            nil,
            [
                notFound(
                    "no Fleet is declared in '\(path)'",
                    at: SourceRange(wholeFile: path),
                    hint: hint
                )
            ]
        )
    }

    /// The fleets that are declared in a folder or anywhere below it.
    package static func fleets(
        below path: String,
        among fleets: [FleetLocation]
    ) -> [FleetLocation] {
        guard let folder = RepositoryPath.resolve(path, in: "") else { return [] }
        return fleets.filter { RepositoryPath.contains(folder, $0.path) }
    }

    /// Joins files into what one fleet declares.
    ///
    /// *Shape*: files outside of the fleet's folders are ignored, and the order of files does not
    /// matter. `desired` is `nil` when anything in scope has a mistake.
    package static func resolve(_ files: [ParsedFile], fleetPath: String? = nil) -> LoadResult {
        let fleets = findFleets(in: files)
        let (chosen, findings) = select(fleetPath, among: fleets)
        guard let chosen else {
            let broken = files.flatMap(\.textDiagnostics)
            return LoadResult(
                diagnostics: (findings + broken).map(\.withoutSecrets).inSourceOrder()
            )
        }
        var resolver = Resolver(fleet: chosen, fleets: fleets, files: files)
        return resolver.run()
    }

    /// Reads and joins files in one go.
    package static func load(
        _ files: [(path: String, bytes: [UInt8])],
        fleetPath: String? = nil
    ) -> LoadResult {
        resolve(files.map { parseFile($0.path, $0.bytes) }, fleetPath: fleetPath)
    }

    private static func notFound(
        _ message: String,
        at place: SourceRange,
        hint: String?
    ) -> Diagnostic {
        Diagnostic(.fleetNotFound, message, at: place, hint: hint)
    }
}

/// What loading a fleet gave.
package struct LoadResult: Sendable {
    /// `nil` when there is a mistake: a revision with one is not applied at all.
    package var desired: DesiredState?
    /// Everything found, in the order of files and places.
    package var diagnostics: [Diagnostic]

    package init(desired: DesiredState? = nil, diagnostics: [Diagnostic] = []) {
        self.desired = desired
        self.diagnostics = diagnostics
    }
}

/// Where a fleet is, and which folders it reads.
package struct FleetLocation: Hashable, Sendable {
    /// Empty when it could not be read.
    package var name: String
    /// The folder that holds the `Fleet`; empty for the root of the repository.
    package var path: String
    /// The folder and the shared ones, each once, relative to the root.
    package var folders: [String]
    package var source: SourceRange

    init(_ manifest: Manifest, file: String) {
        let folder = RepositoryPath.folder(of: file)
        name = manifest.name ?? ""
        path = folder
        source = manifest.node.range
        folders = [folder]
        for item in manifest.node["spec"]?["resources"]?.texts ?? [] {
            guard TextRule.path.refuse(item, field: "") == nil,
                let resolved = RepositoryPath.resolve(item, in: folder), !folders.contains(resolved)
            else { continue }
            folders.append(resolved)
        }
    }
}
