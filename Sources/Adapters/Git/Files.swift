// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The few file operations that a mirror needs.
enum Files {
    /// Resolves links and relative parts of a path.
    static func realPath(_ path: String) throws(GitError) -> String {
        guard let resolved = unsafe realpath(path, nil) else {
            throw failure("cannot find '\(path)'")
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Makes a folder, and those above it, for the owner alone.
    static func makeFolder(_ path: String) throws(GitError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        if errno == ENOENT, !parent.isEmpty {
            try makeFolder(parent.joined(separator: "/"))
            if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw failure("cannot make the folder '\(path)'")
    }

    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Names of a folder's entries; empty when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Tells whether a path is a folder, not following a link.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// Deletes a file or a whole folder; links are deleted, not followed.
    static func delete(_ path: String) {
        if isFolder(path) {
            for name in names(in: path) { delete(path + "/" + name) }
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }

    /// Moves a file or folder to a name that is free.
    static func move(_ path: String, to new: String) throws(GitError) {
        guard unsafe rename(path, new) == 0 else { throw failure("cannot make '\(new)'") }
    }

    /// When a file was changed last, in seconds since 1970; nil when it is not there.
    static func modificationTime(_ path: String) -> Int64? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec)
    }

    /// Makes an empty file that is as old as the caller says.
    static func touch(_ path: String, time: Int64) throws(GitError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot make '\(path)'") }
        defer { close(file) }
        let moment = timespec(tv_sec: Int(time), tv_nsec: 0)
        var times = [moment, moment]
        guard unsafe futimens(file, &times) == 0 else { throw failure("cannot date '\(path)'") }
    }

    /// Reads a file; nil when it cannot be read.
    ///
    /// What is over the limit is cut off.
    static func read(_ path: String, bytesMax: Int) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < bytesMax {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Replaces a file by one with new content, whole or not at all; for the owner alone.
    static func write(_ path: String, _ text: String) throws(GitError) {
        let new = path + ".new"
        let file = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot write '\(path)'") }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    file,
                    buffer.baseAddress?.advanced(by: written),
                    buffer.count - written
                )
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure("cannot write '\(path)'")
                close(file)
                throw failure
            }
            written += count
        }
        let synced = fsync(file)
        guard close(file) == 0, synced == 0, unsafe rename(new, path) == 0 else {
            throw failure("cannot write '\(path)'")
        }
    }

    /// The size of a file in bytes; nil when it is not there or is no file.
    static func size(_ path: String) -> Int? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// Names the last error of the system.
    static func failure(_ action: String, _ number: Int32 = errno) -> GitError {
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) }
        return GitError(.storage, action, underlying: reason)
    }
}
