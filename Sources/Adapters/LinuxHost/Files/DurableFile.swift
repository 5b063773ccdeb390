// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Files that are whole and on the disk, or not there, whenever the plug is pulled.
package enum DurableFile {
    /// Puts a file in the place of another, if there is one, and forces both to the disk.
    ///
    /// Errors: `exhausted` when the disk is full; the former file is then as it was.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(HostError) {
        let temporary = path + ".new"
        do {
            let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
            try file.writeAll(bytes, temporary)
            try file.sync(temporary)
        }
        try move(temporary, to: path)
    }

    /// Sets disk space aside for a file that `commit` will put in place, however full the disk is.
    package static func reserve(_ path: String, bytes: Int) throws(HostError) {
        let temporary = path + ".new"
        let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_NOFOLLOW)
        let result = posix_fallocate(file.number, 0, off_t(bytes))
        guard result == 0 || result == EOPNOTSUPP else {
            throw HostError(errno: result, "cannot set \(bytes) bytes aside for \(path)")
        }
    }

    /// Writes into the space that was set aside, and puts the file in place.
    package static func commit(_ bytes: [UInt8], to path: String) throws(HostError) {
        let temporary = path + ".new"
        do {
            let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_NOFOLLOW)
            try file.writeAll(bytes, temporary)
            guard ftruncate(file.number, off_t(bytes.count)) == 0 else {
                throw HostError(errno: errno, "cannot cut \(temporary)")
            }
            try file.sync(temporary)
        }
        try move(temporary, to: path)
    }

    /// Reads a file, and answers `nil` when there is none.
    ///
    /// A link is no file.
    package static func read(_ path: String) throws(HostError) -> [UInt8]? {
        do {
            return try Descriptor.open(path, O_RDONLY | O_NOFOLLOW).readAll(path)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    private static func move(_ temporary: String, to path: String) throws(HostError) {
        guard rename(temporary, path) == 0 else {
            throw HostError(errno: errno, "cannot put \(path) in place")
        }
        try syncFolder(of: path)
    }

    /// Forces the names in a file's folder to the disk.
    static func syncFolder(of path: String) throws(HostError) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).sync(folder)
    }
}

extension Descriptor {
    func sync(_ name: String) throws(HostError) {
        guard retrying({ Int(fsync(number)) }) == 0 else {
            throw HostError(errno: errno, "cannot force \(name) to the disk")
        }
    }
}
