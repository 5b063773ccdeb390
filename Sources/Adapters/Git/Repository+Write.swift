// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension Repository {
    /// Applies an edit to a tree and writes the new objects; nil when nothing changes.
    ///
    /// The cost grows with the changed paths and the size of the folders on them (goals D1, D2).
    /// Everything is synced to disk before this returns. Without a base, an edit that writes
    /// nothing yields nil too. *Errors*: `.badPath`, `.corrupt`, `.storage`.
    package func apply(_ edit: TreeEdit, to base: ObjectID?) throws(GitError) -> ObjectID? {
        let folder = try EditFolder(edit)
        var writer = TreeWriter()
        var tree = try writer.apply(folder, to: base, objects: objects)
        if tree == nil {
            guard base != nil else { return nil }
            tree = try writer.emptyTree(objects)
        }
        guard tree != base else { return nil }
        // A pack is two files to sync, whatever it holds; small edits stay loose, so that a
        // status branch does not leave one pack a commit behind.
        if writer.pending.count > Self.looseObjectsMax {
            try writePack(writer.pending)
        } else {
            for object in writer.pending {
                _ = try objects.write(object.bytes, object.kind)
            }
        }
        return tree
    }

    /// The most objects that one edit writes loose.
    private static let looseObjectsMax = 64

    /// Writes a commit, synced to disk; no reference names it yet.
    ///
    /// *Errors*: `.badCommit` (a parent or the tree is missing), `.storage`.
    package func commit(
        tree: ObjectID,
        parents: [ObjectID],
        author: Signature,
        committer: Signature? = nil,
        message: String
    ) throws(GitError) -> ObjectID {
        guard try objects.header(tree).kind == GIT_OBJECT_TREE else {
            throw GitError(.badCommit, "the object \(tree.short) is not a tree")
        }
        for parent in parents where try objects.header(parent).kind != GIT_OBJECT_COMMIT {
            throw GitError(.badCommit, "the parent \(parent.short) is not a commit")
        }
        var text = "tree \(tree.hex)\n"
        for parent in parents { text += "parent \(parent.hex)\n" }
        text += "author \(Self.line(author))\n"
        text += "committer \(Self.line(committer ?? author))\n\n"
        // A NUL would end the message for many readers.
        text += message.replacing("\0", with: "\u{FFFD}")
        if !message.hasSuffix("\n") { text += "\n" }
        return try objects.write(Array(text.utf8), GIT_OBJECT_COMMIT)
    }

    /// Moves a branch of this repository from one commit to another, or makes it, or says that it
    /// lost.
    ///
    /// *Shape*: `expected` nil means that the branch must not exist. Returns nil when it moved, and
    /// the tip found instead when another writer was faster. Never forced.
    /// *Errors*: `.branchCheckedOut`, `.locked`, `.corrupt`, `.storage`.
    /// *Source*: git_transaction; the reference's lock file is held while its value is compared.
    package func updateBranch(
        _ branch: BranchName,
        expected: ObjectID?,
        to new: ObjectID,
        by author: Signature,
        reason: String
    ) throws(GitError) -> UpdateOutcome {
        guard try objects.header(new).kind == GIT_OBJECT_COMMIT else {
            throw GitError(.badCommit, "the object \(new.short) is not a commit")
        }
        try refuseCheckedOut(branch)
        if expected == nil { try refuseConflict(branch) }
        let repository = unsafe handle.raw
        let transaction = try unsafe Owned.make(
            "cannot start a reference update",
            free: git_transaction_free
        ) {
            unsafe git_transaction_new($0, repository)
        }
        try Libgit2.check(
            unsafe git_transaction_lock_ref(transaction.raw, branch.reference),
            "cannot lock the branch '\(branch)'"
        )
        let found = try target(of: branch.reference)
        guard found == expected else {
            return .moved(found)
        }
        let signature = try Self.make(author)
        var oid = new.oid
        try Libgit2.check(
            unsafe git_transaction_set_target(
                transaction.raw,
                branch.reference,
                &oid,
                UnsafePointer(signature.raw),
                reason
            ),
            "cannot move the branch '\(branch)'"
        )
        try Libgit2.check(
            unsafe git_transaction_commit(transaction.raw),
            "cannot move the branch '\(branch)'"
        )
        return .updated
    }

    /// Says whether a branch moved.
    package enum UpdateOutcome: Hashable, Sendable {
        /// It points at the new commit.
        case updated
        /// It did not point at what was expected, but at this; nil when it is not there.
        case moved(ObjectID?)
    }

    // MARK: Pieces

    private static func line(_ signature: Signature) -> String {
        let minutes = abs(signature.offsetMinutes)
        let sign = signature.offsetMinutes < 0 ? "-" : "+"
        let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
        return "\(signature.name) <\(signature.email)> \(signature.time) \(sign)\(digits)"
    }

    private static func make(_ author: Signature) throws(GitError) -> Owned {
        try unsafe Owned.make("cannot make a signature", free: aplomb_git_signature_free) {
            unsafe aplomb_git_signature_new(
                $0,
                author.name,
                author.email,
                author.time,
                Int32(author.offsetMinutes)
            )
        }
    }

    /// A branch that a work tree shows must not move under it, as git's own push refuses too.
    private func refuseCheckedOut(_ branch: BranchName) throws(GitError) {
        let repository = unsafe handle.raw
        var pointer: OpaquePointer?
        let code = unsafe git_reference_lookup(&pointer, repository, branch.reference)
        guard code >= 0, let found = unsafe pointer else {
            git_error_clear()
            return
        }
        let reference = unsafe Owned(found, git_reference_free)
        guard workTree != nil else { return }
        if unsafe git_branch_is_checked_out(reference.raw) == 1 {
            throw GitError(
                .branchCheckedOut,
                "the branch '\(branch)' is checked out in a work tree",
                hint: "check out another branch, or configure another status branch"
            )
        }
    }

    /// `a` and `a/b` cannot both be branches; packed references do not show it by themselves.
    private func refuseConflict(_ branch: BranchName) throws(GitError) {
        var prefix = "refs/heads"
        let parts = branch.name.split(separator: "/")
        for part in parts.dropLast() {
            prefix += "/" + part
            if try target(of: prefix) != nil {
                throw GitError(
                    .badRefName,
                    "the branch '\(branch)' cannot exist beside the branch '\(prefix.dropFirst(11))'",
                    hint: "configure another name"
                )
            }
        }
    }

    /// Writes objects as one pack with its index, synced to disk.
    private func writePack(
        _ pending: [(id: ObjectID, kind: git_object_t, bytes: [UInt8])]
    ) throws(GitError) {
        let memory = try unsafe Owned.make("cannot make a pack", free: git_odb_free) {
            unsafe git_odb_new($0)
        }
        var backend: UnsafeMutablePointer<git_odb_backend>?
        try Libgit2.check(unsafe git_mempack_new(&backend), "cannot make a pack")
        try Libgit2.check(
            unsafe git_odb_add_backend(memory.raw, backend, 1),
            "cannot make a pack"
        )
        let wrapped = try unsafe Owned.make("cannot make a pack", free: git_repository_free) {
            unsafe git_repository_wrap_odb($0, memory.raw)
        }
        let builder = try unsafe Owned.make("cannot make a pack", free: git_packbuilder_free) {
            unsafe git_packbuilder_new($0, wrapped.raw)
        }
        for object in pending {
            var oid = git_oid()
            let code = unsafe object.bytes.withUnsafeBytes { data in
                unsafe git_odb_write(&oid, memory.raw, data.baseAddress, data.count, object.kind)
            }
            try Libgit2.check(code, "cannot make a pack")
            try Libgit2.check(
                unsafe git_packbuilder_insert(builder.raw, &oid, nil),
                "cannot make a pack"
            )
        }
        let folder = commonDirectory + "/objects/pack"
        try Files.makeFolder(folder)
        try Libgit2.check(
            unsafe git_packbuilder_write(builder.raw, folder, 0, nil, nil),
            "cannot write a pack"
        )
        let repository = unsafe handle.raw
        var database: OpaquePointer?
        if unsafe git_repository_odb(&database, repository) == 0, let database = unsafe database {
            let owned = unsafe Owned(database, git_odb_free)
            try Libgit2.check(unsafe git_odb_refresh(owned.raw), "cannot read the new pack")
        }
    }
}
