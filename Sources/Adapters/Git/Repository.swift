// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Holds one repository open and does all work on it, one call at a time.
///
/// It is an actor on an executor of its own, so that blocking reads stay off the cooperative
/// pool, and the handle stays open, as opening costs little and the first access much.
/// Nothing is ever checked out; what is read comes from trees and blobs.
package actor Repository {
    /// The path of the repository's own folder (`.git` or the bare repository).
    package nonisolated let gitDirectory: String
    /// The root of the work tree; nil for a bare repository.
    package nonisolated let workTree: String?
    /// The path of the folder that holds objects; another one only in linked work trees.
    nonisolated let commonDirectory: String
    /// Whether history is cut off (`git clone --depth`).
    package nonisolated let isShallow: Bool

    private nonisolated let executor: GitExecutor
    let handle: Owned
    let objects: ObjectStore
    var folders = FolderMemory()

    /// Runs the actor on its own queue.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Opens a repository: a work tree's root, its `.git`, or a bare repository.
    ///
    /// *Errors*: `.repositoryNotFound`, `.notOwned`, `.unsupportedRepository`, `.corrupt`.
    /// *Source*: git_repository_open_ext, without searching upwards.
    package init(path: String) throws(GitError) {
        try Libgit2.start()
        let shown = DisplayText.escaped(Array(path.utf8), limit: 160)
        let opened = try Self.open(path, shown)
        objects = try ObjectStore(repository: opened)
        let own = unsafe Self.text(git_repository_path(opened.raw)) ?? path
        gitDirectory = own
        commonDirectory =
            unsafe Self.text(git_repository_commondir(opened.raw)) ?? own
        workTree = unsafe Self.text(git_repository_workdir(opened.raw))
        isShallow = unsafe git_repository_is_shallow(opened.raw) == 1
        handle = opened
        executor = GitExecutor(label: "git")
    }

    private static func open(_ path: String, _ shown: String) throws(GitError) -> Owned {
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue
        return try unsafe Owned.make(
            "cannot open the repository '\(shown)'",
            free: git_repository_free
        ) {
            unsafe git_repository_open_ext($0, path, flags, nil)
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        var text = unsafe String(cString: pointer)
        while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
        return text
    }
}

extension Repository {
    /// Says in which repository a folder lies, and where in it.
    package struct Discovery: Hashable, Sendable {
        /// What to open.
        package let path: String
        /// The folder relative to the root, with slashes; "" for the root and bare repositories.
        package let folder: String
    }

    /// Finds the repository that a folder belongs to, searching upwards; nil when there is none.
    ///
    /// *Errors*: `.notOwned`, `.unsupportedRepository`. *Source*: git_repository_discover.
    package static func discover(from folder: String) throws(GitError) -> Discovery? {
        try Libgit2.start()
        var found = unsafe git_buf()
        let code = unsafe git_repository_discover(&found, folder, 0, nil)
        defer { unsafe git_buf_dispose(&found) }
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try Libgit2.check(code, "cannot find the repository of '\(folder)'")
        guard let pointer = unsafe found.ptr else { return nil }
        let path = unsafe String(cString: pointer)
        let handle = try open(path, path)
        guard let root = unsafe text(git_repository_workdir(handle.raw)) else {
            return Discovery(path: path, folder: "")
        }
        let real = try Files.realPath(folder)
        guard real != root, real.hasPrefix(root == "/" ? root : root + "/") else {
            return Discovery(path: root, folder: "")
        }
        let relative = real.dropFirst(root.count).drop { $0 == "/" }
        return Discovery(path: root, folder: String(relative))
    }
}
