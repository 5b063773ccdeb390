// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// The bare repository behind a mirror, as the child sees it; the parent holds the mirror's lock.
///
/// *Errors*: every one of its own faults is `.corrupt`, which makes the parent build it anew (F-07).
final class MirrorStore {
    let repository: Owned
    private let path: String

    /// Opens the mirror, or makes it where there is none.
    init(path: String) throws(GitError) {
        self.path = path
        if !Files.exists(path) { try Self.make(path) }
        Self.removeLeftovers(path)
        try Self.checkReferences(path + "/refs")
        try PackLedger.check(path)
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue
        do throws(GitError) {
            repository = try unsafe Owned.make("cannot open the mirror", free: git_repository_free)
            {
                unsafe git_repository_open_ext($0, path, flags, nil)
            }
        } catch {
            throw GitError(.corrupt, error.message, underlying: error.underlying)
        }
    }

    /// Makes an empty mirror beside and moves it into place, so that there never is half a one.
    private static func make(_ path: String) throws(GitError) {
        let new = path + ".new"
        Files.delete(new)
        try Files.makeFolder(new)
        _ = try unsafe Owned.make("cannot make the mirror", free: git_repository_free) {
            unsafe git_repository_init($0, new, 1)
        }
        try Files.move(new, to: path)
    }

    /// Notes which packs a mirror in good order has.
    func recordPacks() throws(GitError) {
        try PackLedger.record(path)
    }

    /// Deletes what a killed child has left (F-07).
    private static func removeLeftovers(_ path: String) {
        for name in Files.names(in: path) where name.hasSuffix(".lock") {
            Files.delete(path + "/" + name)
        }
        for name in Files.names(in: path + "/objects") where name.hasPrefix("tmp_") {
            Files.delete(path + "/objects/" + name)
        }
        for name in Files.names(in: path + "/objects/pack")
        where name.hasPrefix("pack_git2_") || name.hasPrefix("tmp_") || name.hasSuffix(".lock") {
            Files.delete(path + "/objects/pack/" + name)
        }
        // A push holds its commit here for its own time.
        Files.delete(path + "/refs/aplomb/outbox")
    }

    /// Deletes stale locks, and reads every loose reference: libgit2 passes over a torn one as if
    /// it were not there, until a fetch fails on it.
    private static func checkReferences(_ folder: String, depth: Int = 0) throws(GitError) {
        guard depth < 32 else { return }
        for name in Files.names(in: folder) {
            let path = folder + "/" + name
            if Files.isFolder(path) {
                try checkReferences(path, depth: depth + 1)
            } else if name.hasSuffix(".lock") {
                Files.delete(path)
            } else {
                let text = String(decoding: Files.read(path, bytesMax: 4096) ?? [], as: UTF8.self)
                let value = text.split(separator: "\n").first ?? ""
                guard ObjectID(hex: String(value)) != nil || value.hasPrefix("ref: refs/") else {
                    throw GitError(.corrupt, "the mirror's reference '\(name)' is damaged")
                }
            }
        }
    }

    // MARK: References

    func target(_ name: String) throws(GitError) -> ObjectID? {
        var oid = git_oid()
        let code = unsafe git_reference_name_to_id(&oid, repository.raw, name)
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try check(code, "cannot read the mirror's reference '\(name)'")
        return ObjectID(oid)
    }

    func setReference(_ name: String, _ id: ObjectID) throws(GitError) {
        if try target(name) == id { return }
        var oid = id.oid
        var made: OpaquePointer?
        let code = unsafe git_reference_create(&made, repository.raw, name, &oid, 1, nil)
        unsafe git_reference_free(made)
        // A branch `a` in place of a branch `a/b` conflicts with what the mirror still has; the
        // mirror is a cache, so it is built anew.
        try check(code, "cannot update the mirror's reference '\(name)'")
    }

    func removeReference(_ name: String) throws(GitError) {
        try check(unsafe git_reference_remove(repository.raw, name), "cannot update the mirror")
    }

    func setHead(_ target: String) throws(GitError) {
        guard target.hasPrefix("refs/heads/"), (try? Revision(target)) != nil else { return }
        try check(
            unsafe git_repository_set_head(repository.raw, target),
            "cannot update the mirror's HEAD"
        )
    }

    /// The last tip of a name, also of a name that had vanished; of HEAD for nil.
    func known(_ name: String?) throws(GitError) -> ObjectID? {
        guard let name else { return try target("HEAD") }
        if let tip = try target(name) { return tip }
        return try target(Self.gone(name))
    }

    /// Moves a vanished name aside, so that nobody reads its old tip as if it were there.
    func forget(_ name: String) throws(GitError) {
        guard let last = try target(name) else { return }
        try setReference(Self.gone(name), last)
        try removeReference(name)
    }

    private static func gone(_ name: String) -> String {
        "refs/aplomb/gone/" + name.dropFirst("refs/".count)
    }

    private func check(_ code: Int32, _ action: @autoclosure () -> String) throws(GitError) {
        guard code < 0 else { return }
        let failure = Libgit2.failure(code, action())
        throw GitError(.corrupt, failure.message, underlying: failure.underlying)
    }

    // MARK: Objects

    func isThere(_ id: ObjectID) -> Bool {
        guard let store = try? ObjectStore(repository: repository) else { return false }
        return store.contains(id)
    }

    /// Tells whether a tip is there and readable.
    func isComplete(_ id: ObjectID) -> Bool {
        guard let store = try? ObjectStore(repository: repository) else { return false }
        return (try? store.header(id)) != nil
    }

    /// The commit that a tip stands for.
    func peeled(_ id: ObjectID) throws(GitError) -> ObjectID {
        var oid = id.oid
        let pointer = unsafe repository.raw
        let object = try unsafe Owned.make(
            "cannot read the commit \(id.short)",
            free: git_object_free
        ) {
            unsafe git_object_lookup($0, pointer, &oid, GIT_OBJECT_ANY)
        }
        let commit = try unsafe Owned.make("'\(id.short)' is no commit", free: git_object_free) {
            unsafe git_object_peel($0, object.raw, GIT_OBJECT_COMMIT)
        }
        // Reading the tree finds out early that the mirror has lost objects.
        _ = try unsafe Owned.make("the commit \(id.short) has no tree", free: git_tree_free) {
            unsafe git_commit_tree($0, commit.raw)
        }
        guard let found = unsafe git_object_id(commit.raw) else { return id }
        return ObjectID(unsafe found.pointee)
    }

    func localCommit(_ text: String) throws(GitError) -> ObjectID? {
        var oid = git_oid()
        try Libgit2.check(
            unsafe git_oid_fromstrn(&oid, text, text.utf8.count),
            "cannot read the id '\(text)'"
        )
        var object: OpaquePointer?
        let code = unsafe git_object_lookup_prefix(
            &object,
            repository.raw,
            &oid,
            text.utf8.count,
            GIT_OBJECT_COMMIT
        )
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try Libgit2.check(code, "cannot find the commit '\(text)'")
        defer { unsafe git_object_free(object) }
        guard let id = unsafe git_object_id(object) else { return nil }
        return ObjectID(unsafe id.pointee)
    }

    func descends(_ tip: ObjectID, from last: ObjectID) throws(GitError) -> Bool {
        guard isThere(last) else { return false }
        var newer = tip.oid
        var older = last.oid
        let code = unsafe git_graph_descendant_of(repository.raw, &newer, &older)
        try Libgit2.check(code, "cannot compare the commits \(last.short), \(tip.short)")
        return code == 1
    }
}
