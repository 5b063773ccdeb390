// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Foundation

/// The files of a sandbox node as it sees them: its upper layer over this machine.
///
/// An oracle of its own, written without the code under test.
struct NodeTree {
    private let upper: String

    init(upper: URL) { self.upper = upper.path }

    /// What is at a path; times are no part of it.
    struct Entry: Equatable {
        var type: UInt32
        var mode: UInt32
        var user: UInt32
        var group: UInt32
        /// Bytes of a file, or where a link leads.
        var content: Data?
    }

    /// What changed from another state of the same node, by path: `added`, `modified`, `deleted`.
    func changes(since before: NodeTree) -> [String: String] {
        var changes: [String: String] = [:]
        for path in interesting.union(before.interesting) {
            switch (before.entry(path), entry(path)) {
            case (nil, _?): changes[path] = "added"
            case (_?, nil): changes[path] = "deleted"
            case (let old?, let new?) where old != new: changes[path] = "modified"
            default: break
            }
        }
        return changes
    }

    func entry(_ path: String) -> Entry? {
        var place = "", showsMachine = true
        for name in path.split(separator: "/") {
            place += "/" + name
            guard let status = Self.status(upper + place) else {
                if !showsMachine { return nil }
                continue
            }
            if Self.isWhiteout(status) { return nil }
            if status.st_mode & S_IFMT != S_IFDIR {
                return place == path ? Self.read(upper + place, status) : nil
            }
            if Self.isOpaque(upper + place) { showsMachine = false }
            if let below = Self.status(place), below.st_mode & S_IFMT != S_IFDIR {
                showsMachine = false
            }
        }
        if let status = Self.status(upper + path) { return Self.read(upper + path, status) }
        guard showsMachine, let status = Self.status(path) else { return nil }
        return Self.read(path, status)
    }

    /// Every path of the layer, and what it hides of the machine.
    private var interesting: Set<String> {
        var paths: Set<String> = []
        let all = FileManager.default.enumerator(atPath: upper)?.compactMap { $0 as? String } ?? []
        for path in all.map({ "/" + $0 }) {
            paths.insert(path)
            guard let status = Self.status(upper + path) else { continue }
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            guard !isDirectory || Self.isOpaque(upper + path) else { continue }
            let hidden = FileManager.default.enumerator(atPath: path)
            paths.formUnion((hidden?.compactMap { $0 as? String } ?? []).map { path + "/" + $0 })
        }
        return paths
    }

    private static func read(_ path: String, _ status: stat) -> Entry {
        let content: Data? =
            switch status.st_mode & S_IFMT {
            case S_IFREG: FileManager.default.contents(atPath: path)
            case S_IFLNK:
                (try? FileManager.default.destinationOfSymbolicLink(atPath: path))
                    .map { Data($0.utf8) }
            default: nil
            }
        return Entry(
            type: status.st_mode & S_IFMT,
            mode: status.st_mode & 0o7777,
            user: status.st_uid,
            group: status.st_gid,
            content: content
        )
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    private static func isWhiteout(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
    }

    private static func isOpaque(_ path: String) -> Bool {
        var value: UInt8 = 0
        return lgetxattr(path, "trusted.overlay.opaque", &value, 1) == 1
            && value == UInt8(ascii: "y")
    }
}
