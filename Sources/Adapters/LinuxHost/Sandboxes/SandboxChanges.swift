// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Says how a sandbox differs from what lies below it at one path.
package struct SandboxChange: Sendable, Equatable {
    package enum Kind: String, Sendable { case added, modified, deleted, metadata }
    package enum FileType: String, Sendable { case file, directory, symlink, other }
    package enum Moment: Sendable { case before, after }

    /// Rights and owner; of a symlink also where it leads.
    package struct Attributes: Sendable, Equatable {
        package var mode: UInt32
        package var user: UInt32
        package var group: UInt32
        package var target: String?
    }

    /// Absolute.
    package var path: String
    /// `metadata`: same content; mode, owner, group or extended attributes differ.
    ///
    /// Times alone are no change.
    package var kind: Kind
    /// What is there in the sandbox, or (deleted) below it.
    package var type: FileType
    /// Of files: bytes below the sandbox.
    package var bytesBefore: Int64?
    /// Of files: bytes in the sandbox.
    package var bytesAfter: Int64?
    package var before: Attributes?
    package var after: Attributes?
    /// Tells whether the sandbox wrote it again since; of directories there is none.
    package var identity: HostFileIdentity?
    /// Where the content is, seen from this machine.
    var placeBefore: String?
    var placeAfter: String?
}

/// Reads the upper layers of a sandbox: whiteouts, opaque directories, copied-up files.
enum SandboxChanges {
    /// Lists all changes, sorted by the bytes of their paths.
    static func list(_ directory: SandboxDirectory) throws(HostError) -> [SandboxChange] {
        let seeds = Dictionary(
            uniqueKeysWithValues: try directory.seeds().map { ("/etc/" + $0.file, $0.text) }
        )
        var reader = Reader(seeds: seeds)
        for layer in directory.layers() {
            let prefix = layer.path == "/" ? "" : layer.path
            let below = LowerPlace([layer.base, layer.path].compactMap { $0 })
            try reader.directory(prefix, upper: layer.upper, lower: below)
        }
        return reader.changes.sorted {
            Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8))
        }
    }

    private struct Reader {
        let seeds: [String: String]
        var changes: [SandboxChange] = []

        /// Compares a directory; `lower` is nil when nothing shows through.
        mutating func directory(
            _ path: String,
            upper: String,
            lower: LowerPlace?
        ) throws(HostError) {
            for name in names(in: upper) {
                try entry(path + "/" + name, upper: upper + "/" + name, lower: lower?.child(name))
            }
        }

        private mutating func entry(
            _ path: String,
            upper: String,
            lower: LowerPlace?
        ) throws(HostError) {
            guard let new = OverlayEntry.status(upper) else {
                // Not UTF-8: that there is something is all that can be told.
                guard path.unicodeScalars.contains("\u{FFFD}") else { return }
                changes.append(SandboxChange(path: path, kind: .modified, type: .other))
                return
            }
            if OverlayEntry.isWhiteout(new, upper) {
                if let lower { deleted(path, lower) }
                return
            }
            guard let lower, let old = lower.status else {
                add(path, .added, new, upper)
                if type(new) == .directory { try directory(path, upper: upper, lower: nil) }
                return
            }
            let sameType = new.st_mode & S_IFMT == old.st_mode & S_IFMT
            if type(new) == .directory {
                try changedDirectory(path, upper, new, lower, old)
            } else if !sameType || !hasSameContent(upper, new, lower.path, old) {
                if isSeed(path, upper) { return }
                add(path, .modified, new, upper, lower)
                if type(old) == .directory { deletedChildren(path, lower) }
            } else if !hasSameMetadata(upper, new, lower.path, old) {
                add(path, .metadata, new, upper, lower)
            }
        }

        private mutating func changedDirectory(
            _ path: String,
            _ upper: String,
            _ new: stat,
            _ lower: LowerPlace,
            _ old: stat
        ) throws(HostError) {
            guard type(old) == .directory else {
                add(path, .modified, new, upper, lower)
                try directory(path, upper: upper, lower: nil)
                return
            }
            if !hasSameMetadata(upper, new, lower.path, old) {
                add(path, .metadata, new, upper, lower)
            }
            if OverlayEntry.isOpaque(upper) {
                // What lies below is not visible here, unless it was made again.
                for (name, hidden) in lower.children
                where OverlayEntry.status(upper + "/" + name) == nil {
                    deleted(path + "/" + name, hidden)
                }
            }
            try directory(path, upper: upper, lower: lower)
        }

        private mutating func deleted(_ path: String, _ lower: LowerPlace) {
            guard let old = lower.status else { return }
            var change = SandboxChange(path: path, kind: .deleted, type: type(old))
            change.bytesBefore = bytes(old)
            change.before = SandboxChanges.attributes(old, at: lower.path)
            change.placeBefore = lower.path
            changes.append(change)
            if type(old) == .directory { deletedChildren(path, lower) }
        }

        private mutating func deletedChildren(_ path: String, _ lower: LowerPlace) {
            for (name, child) in lower.children { deleted(path + "/" + name, child) }
        }

        private mutating func add(
            _ path: String,
            _ kind: SandboxChange.Kind,
            _ new: stat,
            _ upper: String,
            _ lower: LowerPlace? = nil
        ) {
            var change = SandboxChange(path: path, kind: kind, type: type(new))
            change.bytesAfter = bytes(new)
            change.after = SandboxChanges.attributes(new, at: upper)
            if type(new) != .directory { change.identity = HostFileStatus(new).identity }
            change.placeAfter = upper
            if let lower, let old = lower.status {
                change.bytesBefore = bytes(old)
                change.before = SandboxChanges.attributes(old, at: lower.path)
                change.placeBefore = lower.path
            }
            changes.append(change)
        }

        private func isSeed(_ path: String, _ upper: String) -> Bool {
            guard let seed = seeds[path] else { return false }
            return contents(upper) == seed
        }
    }

    // MARK: - Comparison

    private static func type(_ status: stat) -> SandboxChange.FileType {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        case S_IFLNK: .symlink
        default: .other
        }
    }

    private static func bytes(_ status: stat) -> Int64? {
        status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    private static func attributes(_ status: stat, at path: String) -> SandboxChange.Attributes {
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        return SandboxChange.Attributes(
            mode: status.st_mode & 0o7777,
            user: status.st_uid,
            group: status.st_gid,
            target: isLink
                ? target(path).map {
                    String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                }
                : nil
        )
    }

    private static func hasSameContent(
        _ upper: String,
        _ new: stat,
        _ lower: String,
        _ old: stat
    ) -> Bool {
        switch type(new) {
        case .file: new.st_size == old.st_size && hasSameBytes(upper, lower)
        case .symlink: target(upper) == target(lower)
        default: new.st_rdev == old.st_rdev
        }
    }

    private static func hasSameMetadata(
        _ upper: String,
        _ new: stat,
        _ lower: String,
        _ old: stat
    ) -> Bool {
        new.st_mode == old.st_mode && new.st_uid == old.st_uid && new.st_gid == old.st_gid
            && attributes(upper) == attributes(lower)
    }

    private static func target(_ path: String) -> [CChar]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBufferPointer { bytes in
            bytes.baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
        }
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    private static func hasSameBytes(_ first: String, _ second: String) -> Bool {
        guard let one = try? Descriptor.open(first, O_RDONLY | O_NOFOLLOW),
            let other = try? Descriptor.open(second, O_RDONLY | O_NOFOLLOW)
        else { return false }
        let size = 128 << 10
        var left = [UInt8](repeating: 0, count: size)
        var right = left
        while true {
            let count = retrying { read(one.number, &left, size) }
            var filled = 0
            while filled < count {
                let piece = right.withUnsafeMutableBytes { buffer in
                    retrying {
                        read(other.number, buffer.baseAddress?.advanced(by: filled), count - filled)
                    }
                }
                if piece <= 0 { return false }
                filled += piece
            }
            if count < 0 { return false }
            if count == 0 { return retrying { read(other.number, &right, 1) } == 0 }
            if memcmp(left, right, count) != 0 { return false }
        }
    }

    /// All extended attributes but the overlay's own bookkeeping.
    private static func attributes(_ path: String) -> [String: [UInt8]] {
        let length = llistxattr(path, nil, 0)
        guard length > 0 else { return [:] }
        var list = [CChar](repeating: 0, count: length)
        let count = llistxattr(path, &list, length)
        guard count > 0 else { return [:] }
        var result: [String: [UInt8]] = [:]
        for name in list.prefix(count).split(separator: 0) {
            let name = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if name.hasPrefix("trusted.overlay.") { continue }
            let size = lgetxattr(path, name, nil, 0)
            var value = [UInt8](repeating: 0, count: max(0, size))
            if size > 0 { _ = lgetxattr(path, name, &value, size) }
            result[name] = value
        }
        return result
    }
}
