// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FoundationEssentials
import SystemPackage

/// Lists a folder on disk under the rules and limits that hold for a commit's tree.
enum FolderListing {
    private static let entriesMax = 20_000
    private static let fileBytesMax = 1 << 20

    static func list(
        _ root: FilePath,
        _ folders: [String]
    ) throws -> (entries: [FileSource.Entry], problems: [Diagnostic]) {
        var walk = Walk(root: root)
        for folder in Set(folders).sorted() { walk.visit(folder) }
        return (Set(walk.entries).sorted { $0.path < $1.path }, walk.problems)
    }

    private struct Walk {
        let root: FilePath
        var entries: [FileSource.Entry] = []
        var problems: [Diagnostic] = []
        var visited = 0

        mutating func visit(_ folder: String) {
            let place = folder.isEmpty ? root : root.pushing(FilePath(folder))
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: place.string)
            else {
                report(folder, "PATH_NOT_FOUND", "there is no folder '\(folder)'")
                return
            }
            for name in names.sorted() where !name.hasPrefix(".") {
                visited += 1
                guard visited <= FolderListing.entriesMax else {
                    if visited == FolderListing.entriesMax + 1 {
                        report(
                            folder,
                            "TOO_MANY_FILES",
                            "more than \(FolderListing.entriesMax) files"
                        )
                    }
                    return
                }
                add(folder.isEmpty ? name : "\(folder)/\(name)")
            }
        }

        private mutating func add(_ path: String) {
            let place = root.pushing(FilePath(path)).string
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: place) else {
                return
            }
            let type = attributes[.type] as? FileAttributeType
            if type == .typeDirectory { return visit(path) }
            let suffix = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
            guard FileSource.extensions.contains(suffix) else { return }
            if type == .typeSymbolicLink {
                report(path, "SYMLINK_NOT_SUPPORTED", "a symbolic link is not read")
                return
            }
            let size = (attributes[.size] as? UInt64).map { Int(clamping: $0) } ?? 0
            guard size <= FolderListing.fileBytesMax else {
                report(
                    path,
                    "FILE_TOO_LARGE",
                    "\(size) bytes; at most \(FolderListing.fileBytesMax) are read"
                )
                return
            }
            entries.append(FileSource.Entry(path: path, size: size))
        }

        private mutating func report(_ path: String, _ code: DiagnosticCode, _ message: String) {
            problems.append(Diagnostic(.error, code, message, at: SourceRange(wholeFile: path)))
        }
    }
}
