// SPDX-License-Identifier: Apache-2.0
import CLibgit2
import Glibc

/// The lock file of a reference, which a killed writer leaves behind (F-07, P-13).
extension Repository {
    /// Tells one lock file from the next of the same name; nil when the branch is not locked.
    func lockIdentity(of branch: BranchName) -> UInt64? {
        guard let path = lockPath(of: branch) else { return nil }
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return UInt64(status.st_ino) ^ UInt64(bitPattern: Int64(status.st_ctim.tv_nsec)) << 20
    }

    /// Removes the lock file of a branch, if it is still the one that was seen.
    ///
    /// Only the holder of the writers' lock may ask, after it has watched the same file for longer
    /// than any writer keeps one: then whoever made it is dead.
    func removeLock(of branch: BranchName, seen identity: UInt64) {
        guard let path = lockPath(of: branch), lockIdentity(of: branch) == identity else { return }
        unsafe unlink(path)
    }

    /// The folder in which the writers of this repository lock each other out.
    var writersFolder: String? { commonFolder.map { $0 + "aplomb" } }

    private func lockPath(of branch: BranchName) -> String? {
        commonFolder.map { $0 + branch.reference + ".lock" }
    }

    /// The folder of references, with a slash at its end.
    ///
    /// *Source*: git_repository_commondir.
    private var commonFolder: String? {
        guard let path = unsafe git_repository_commondir(handle.raw) else { return nil }
        return unsafe String(cString: path)
    }
}
