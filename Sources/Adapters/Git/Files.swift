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

    /// Names the last error of the system.
    static func failure(_ action: String, _ number: Int32 = errno) -> GitError {
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) }
        return GitError(.storage, action, underlying: reason)
    }
}
