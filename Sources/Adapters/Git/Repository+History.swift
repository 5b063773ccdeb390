// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension Repository {
    /// Finds the commit that a name stands for; tags are peeled, at most five deep (BI-016).
    ///
    /// *Errors*: `.referenceNotFound`, `.emptyRepository`, `.ambiguousRevision`, `.badCommit`,
    /// `.corrupt`.
    package func resolve(_ revision: Revision) throws(GitError) -> ObjectID {
        for name in revision.candidates {
            if let target = try target(of: name) {
                return try peel(target, named: revision.description)
            }
        }
        if revision.mayBeCommitID, let id = try find(abbreviated: revision.description) {
            return try peel(id, named: revision.description)
        }
        guard try hasReferences() else {
            throw GitError(
                .emptyRepository,
                "the repository has no commit yet",
                hint: "push a first commit to it"
            )
        }
        let hint = isShallow ? "the repository is shallow: git fetch --unshallow" : nil
        throw GitError(
            .referenceNotFound,
            revision.name == nil
                ? "the default branch has no commit"
                : "no branch, tag or commit is called '\(revision)'",
            hint: hint
        )
    }

    /// Finds a branch's tip; nil when there is no such branch.
    ///
    /// *Errors*: `.corrupt`.
    package func tip(of branch: BranchName) throws(GitError) -> ObjectID? {
        try target(of: branch.reference)
    }

    /// Describes a commit.
    ///
    /// *Errors*: `.badCommit` when it cannot be parsed, `.corrupt` when it is missing (BI-015).
    package func commitInfo(_ id: ObjectID) throws(GitError) -> CommitInfo {
        let commit = try commit(id)
        let author = unsafe git_commit_author(commit.raw)
        let name = unsafe author.flatMap { unsafe $0.pointee.name }
        let email = unsafe author.flatMap { unsafe $0.pointee.email }
        let summary = unsafe git_commit_summary(commit.raw)
        return CommitInfo(
            id: id,
            authorName: unsafe Self.shown(name),
            authorEmail: unsafe Self.shown(email),
            time: unsafe author.map { unsafe $0.pointee.when.time } ?? 0,
            committedTime: unsafe git_commit_time(commit.raw),
            subject: unsafe Self.shown(summary)
        )
    }

    /// The whole message of a commit; bytes that are not UTF-8 are replaced, 64 KiB at most.
    ///
    /// *Errors*: `.badCommit`, `.corrupt`.
    package func message(of id: ObjectID) throws(GitError) -> String {
        let commit = try commit(id)
        guard let message = unsafe git_commit_message(commit.raw) else { return "" }
        let text = unsafe String(cString: message)
        return text.utf8.count <= 65_536 ? text : String(text.prefix(65_536))
    }

    /// The parents of a commit, in order.
    ///
    /// *Errors*: `.badCommit`, `.corrupt`.
    package func parents(of id: ObjectID) throws(GitError) -> [ObjectID] {
        let commit = try commit(id)
        var parents: [ObjectID] = []
        for index in 0..<(unsafe git_commit_parentcount(commit.raw)) {
            if let parent = unsafe git_commit_parent_id(commit.raw, index) {
                parents.append(ObjectID(unsafe parent.pointee))
            }
        }
        return parents
    }

    /// The tree of a commit.
    ///
    /// *Errors*: `.badCommit`, `.corrupt`.
    package func tree(of commit: ObjectID) throws(GitError) -> ObjectID {
        let commit = try self.commit(commit)
        guard let tree = unsafe git_commit_tree_id(commit.raw) else {
            throw GitError(.badCommit, "the commit has no tree")
        }
        return ObjectID(unsafe tree.pointee)
    }

    /// Tells whether one commit is another's ancestor, or the same.
    ///
    /// *Errors*: `.corrupt`. *Source*: git_graph_descendant_of.
    package func isAncestor(
        _ ancestor: ObjectID,
        of descendant: ObjectID
    ) throws(GitError) -> Bool {
        if ancestor == descendant { return true }
        var older = ancestor.oid
        var newer = descendant.oid
        guard objects.contains(ancestor) else { return false }
        let code = unsafe git_graph_descendant_of(handle.raw, &newer, &older)
        try Libgit2.check(code, "cannot compare the commits \(ancestor.short), \(descendant.short)")
        return code == 1
    }

    /// Describes the newest commits of a branch's first-parent line, newest first.
    ///
    /// *Errors*: `.badCommit`, `.corrupt`.
    package func history(from commit: ObjectID, limit: Int) throws(GitError) -> [CommitInfo] {
        var infos: [CommitInfo] = []
        var next: ObjectID? = commit
        while let id = next, infos.count < limit {
            infos.append(try commitInfo(id))
            next = try parents(of: id).first
        }
        return infos
    }

    // MARK: Pieces

    func commit(_ id: ObjectID) throws(GitError) -> Owned {
        var oid = id.oid
        let repository = unsafe handle.raw
        do {
            return try unsafe Owned.make(
                "cannot read the commit \(id.short)",
                free: git_commit_free
            ) {
                unsafe git_commit_lookup($0, repository, &oid)
            }
        } catch {
            guard objects.contains(id) else {
                throw GitError(
                    .corrupt,
                    "the commit \(id.short) is missing",
                    hint: isShallow ? "the repository is shallow: git fetch --unshallow" : nil,
                    underlying: error.underlying
                )
            }
            throw GitError(
                .badCommit,
                "the commit \(id.short) is malformed",
                underlying: error.underlying
            )
        }
    }

    /// Reads what a reference points at, through symbolic ones; nil when it is not there.
    func target(of name: String) throws(GitError) -> ObjectID? {
        var oid = git_oid()
        let code = unsafe git_reference_name_to_id(&oid, handle.raw, name)
        if code == GIT_ENOTFOUND.rawValue || code == GIT_EINVALIDSPEC.rawValue {
            git_error_clear()
            return nil
        }
        try Libgit2.check(code, "cannot read the reference '\(name)'")
        return ObjectID(oid)
    }

    private func hasReferences() throws(GitError) -> Bool {
        let repository = unsafe handle.raw
        let iterator = try unsafe Owned.make(
            "cannot list the references",
            free: git_reference_iterator_free
        ) {
            unsafe git_reference_iterator_new($0, repository)
        }
        var name: UnsafePointer<CChar>?
        let code = unsafe git_reference_next_name(&name, iterator.raw)
        git_error_clear()
        return code == 0
    }

    private func find(abbreviated text: String) throws(GitError) -> ObjectID? {
        var oid = git_oid()
        try Libgit2.check(
            unsafe git_oid_fromstrn(&oid, text, text.utf8.count),
            "cannot read the id '\(text)'"
        )
        let repository = unsafe handle.raw
        let digits = text.utf8.count
        var object: OpaquePointer?
        let code = unsafe git_object_lookup_prefix(
            &object,
            repository,
            &oid,
            digits,
            GIT_OBJECT_ANY
        )
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        guard code >= 0, let found = unsafe object else {
            throw Libgit2.failure(code, "cannot find the commit '\(text)'")
        }
        let owned = unsafe Owned(found, git_object_free)
        guard let id = unsafe git_object_id(owned.raw) else { return nil }
        return ObjectID(unsafe id.pointee)
    }

    private func peel(_ id: ObjectID, named name: String) throws(GitError) -> ObjectID {
        var id = id
        for _ in 0...5 {
            let kind = try objects.header(id).kind
            if kind == GIT_OBJECT_COMMIT {
                _ = try tree(of: id)
                return id
            }
            guard kind == GIT_OBJECT_TAG else {
                throw GitError(.referenceNotFound, "'\(name)' is not a commit")
            }
            var oid = id.oid
            let repository = unsafe handle.raw
            let tag = try unsafe Owned.make("cannot read the tag '\(name)'", free: git_tag_free) {
                unsafe git_tag_lookup($0, repository, &oid)
            }
            guard let target = unsafe git_tag_target_id(tag.raw) else {
                throw GitError(.corrupt, "the tag '\(name)' has no target")
            }
            id = ObjectID(unsafe target.pointee)
        }
        throw GitError(.referenceNotFound, "the tag '\(name)' is nested more than five deep")
    }

    private static func shown(_ pointer: UnsafePointer<CChar>?) -> String {
        guard let pointer = unsafe pointer else { return "" }
        return DisplayText.sanitised(unsafe String(cString: pointer), limit: 120)
    }
}
