// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension Repository {
    /// Finds the commits that last changed given lines of files, in one walk for all of them.
    ///
    /// *Shape*: lines count from 1, as the files are at `commit`; a line whose commit lies beyond
    /// the limits, or that is not there, is missing from the answer: unknown. Merges are followed
    /// into the parent whose text is the same; renames are not followed.
    /// *Errors*: `.badPath`, `.badCommit`, `.corrupt`.
    package func lastChanges(
        at commit: ObjectID,
        lines: [String: Set<Int>],
        commitsMax: Int = 2_000,
        comparisonsMax: Int = 500
    ) throws(GitError) -> [String: [Int: CommitInfo]] {
        var walk = BlameWalk(comparisonsLeft: comparisonsMax)
        let root = try tree(of: commit)
        for (path, wanted) in lines where !wanted.isEmpty {
            let components = try PathRules.components(path, allowsRoot: false)
            guard let blob = try blobID(components, in: root) else { continue }
            walk.add(
                BlameWalk.Suspect(
                    path: path,
                    components: components,
                    blob: blob,
                    lines: wanted.map { .init(original: $0, current: $0) }
                ),
                to: commit,
                time: try commitTime(commit)
            )
        }
        var found: [String: [Int: ObjectID]] = [:]
        var visited = 0
        while visited < commitsMax, let (id, suspects) = walk.next() {
            visited += 1
            for suspect in try pass(suspects, of: id, &walk) {
                for line in suspect.lines {
                    found[suspect.path, default: [:]][line.original] = id
                }
            }
        }
        return try describe(found)
    }

    /// Finds the commit that last changed a file, or took it away.
    ///
    /// *Shape*: `nil` where that lies beyond the limit, or the file was never there. Merges are
    /// followed into the parent whose file is the same.
    /// *Errors*: `.badPath`, `.badCommit`, `.corrupt`.
    package func lastChange(
        of path: String,
        at commit: ObjectID,
        commitsMax: Int = 2_000
    ) throws(GitError) -> CommitInfo? {
        let components = try PathRules.components(path, allowsRoot: false)
        var current = commit
        var blob = try blobID(components, in: try tree(of: commit))
        for _ in 0..<commitsMax {
            let parents = try parents(of: current)
            if isShallow, try !hasParents(current) { return nil }
            var same: ObjectID?
            for parent in parents.prefix(16) where same == nil {
                if try blobID(components, in: try tree(of: parent)) == blob { same = parent }
            }
            guard let next = same else {
                // A first commit without the file has neither made nor removed it.
                return parents.isEmpty && blob == nil ? nil : try commitInfo(current)
            }
            current = next
            blob = try blobID(components, in: try tree(of: next))
        }
        return nil
    }

    /// Hands lines to the parents that have them too; returns those that this commit made.
    private func pass(
        _ suspects: [BlameWalk.Suspect],
        of commit: ObjectID,
        _ walk: inout BlameWalk
    ) throws(GitError) -> [BlameWalk.Suspect] {
        if isShallow, try !hasParents(commit) { return [] }
        let parents = try parents(of: commit)
        var parentTrees: [(id: ObjectID, tree: ObjectID, time: Int64)] = []
        for parent in parents.prefix(16) {
            parentTrees.append((parent, try tree(of: parent), try commitTime(parent)))
        }
        var made: [BlameWalk.Suspect] = []
        for var suspect in suspects {
            var candidates: [(index: Int, blob: ObjectID)] = []
            for (index, parent) in parentTrees.enumerated() {
                guard let blob = try blobID(suspect.components, in: parent.tree) else { continue }
                candidates.append((index, blob))
            }
            if let same = candidates.first(where: { $0.blob == suspect.blob }) {
                let parent = parentTrees[same.index]
                walk.add(suspect, to: parent.id, time: parent.time)
                continue
            }
            var isCut = false
            for candidate in candidates where !suspect.lines.isEmpty {
                guard walk.comparisonsLeft > 0 else {
                    isCut = true
                    break
                }
                walk.comparisonsLeft -= 1
                let hunks = try hunks(from: candidate.blob, to: suspect.blob)
                let (kept, own) = hunks.split(suspect.lines)
                let parent = parentTrees[candidate.index]
                var passed = suspect
                passed.blob = candidate.blob
                passed.lines = kept
                if !kept.isEmpty { walk.add(passed, to: parent.id, time: parent.time) }
                suspect.lines = own
            }
            if !isCut, !suspect.lines.isEmpty { made.append(suspect) }
        }
        return made
    }

    /// A shallow repository's oldest commits name parents that are not there.
    private func hasParents(_ commit: ObjectID) throws(GitError) -> Bool {
        for parent in try parents(of: commit) where objects.contains(parent) { return true }
        return try parents(of: commit).isEmpty
    }

    private func commitTime(_ id: ObjectID) throws(GitError) -> Int64 {
        let commit = try commit(id)
        return unsafe git_commit_time(commit.raw)
    }

    private func describe(
        _ found: [String: [Int: ObjectID]]
    ) throws(GitError) -> [String: [Int: CommitInfo]] {
        var infos: [ObjectID: CommitInfo] = [:]
        var described: [String: [Int: CommitInfo]] = [:]
        for (path, lines) in found {
            for (line, id) in lines {
                let info: CommitInfo
                if let known = infos[id] {
                    info = known
                } else {
                    info = try commitInfo(id)
                    infos[id] = info
                }
                described[path, default: [:]][line] = info
            }
        }
        return described
    }

    /// Compares two files by lines.
    ///
    /// *Source*: git_diff_buffers.
    private func hunks(from old: ObjectID, to new: ObjectID) throws(GitError) -> LineHunks {
        let oldBytes = try blob(old)
        let newBytes = try blob(new)
        let hunks = LineHunks()
        var options = unsafe git_diff_options()
        try Libgit2.check(
            unsafe git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)),
            "cannot compare two files"
        )
        unsafe options.context_lines = 0
        unsafe options.flags = GIT_DIFF_FORCE_TEXT.rawValue
        let payload = unsafe Unmanaged.passUnretained(hunks).toOpaque()
        let code = unsafe oldBytes.withUnsafeBytes { oldBuffer in
            unsafe newBytes.withUnsafeBytes { newBuffer in
                unsafe git_diff_buffers(
                    oldBuffer.baseAddress,
                    oldBuffer.count,
                    nil,
                    newBuffer.baseAddress,
                    newBuffer.count,
                    nil,
                    &options,
                    nil,
                    nil,
                    { _, hunk, payload in
                        guard let hunk = unsafe hunk, let payload = unsafe payload else {
                            return -1
                        }
                        let hunks = unsafe Unmanaged<LineHunks>.fromOpaque(payload)
                            .takeUnretainedValue()
                        let value = unsafe hunk.pointee
                        hunks.add(
                            oldCount: Int(value.old_lines),
                            newStart: Int(value.new_start),
                            newCount: Int(value.new_lines)
                        )
                        return 0
                    },
                    nil,
                    payload
                )
            }
        }
        try Libgit2.check(code, "cannot compare two files")
        return hunks
    }
}
