// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Holds a folder for one process: a second one is refused, and the end of the first frees it.
package final class FolderHold: Sendable {
    private let file: Descriptor

    /// Errors: `busy` when another process holds it.
    package init(_ folder: String) throws(HostError) {
        let path = folder + "/lock"
        file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? HostError(.busy, "another process uses \(folder)")
                : HostError(errno: errno, "cannot lock \(path)")
        }
    }

    /// Makes a folder that only its owner may enter; one that others could change is refused.
    package static func makePrivateFolder(_ path: String) throws(HostError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw HostError(errno: errno, "cannot make \(path)")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw HostError(errno: errno, "cannot look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw HostError(.notPermitted, "\(path) is not a folder of this user")
        }
        guard chmod(path, 0o700) == 0 else {
            throw HostError(errno: errno, "cannot close \(path) to others")
        }
    }
}
