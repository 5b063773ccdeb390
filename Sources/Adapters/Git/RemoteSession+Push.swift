// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension RemoteSession {
    /// Pushes a commit, and looks whether it is there (F-06).
    func push(
        _ commit: ObjectID,
        to reference: String,
        expected: ObjectID?
    ) throws(GitError) -> HelperAnswer.PushResult {
        let advertised = try connect(GIT_DIRECTION_PUSH)
        let tip = advertised.tips[reference]
        if tip == commit { return .pushed }
        guard tip == expected else { return .lostRace(tip) }
        var options = unsafe git_push_options()
        try Libgit2.check(
            unsafe git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION)),
            "cannot prepare the push"
        )
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        unsafe options.pb_parallelism = 1
        unsafe callbacks.fill(&options.callbacks)
        // libgit2 pushes references only: the commit gets one for the time of the push.
        let outbox = try holdOutbox(commit)
        defer { _ = unsafe git_reference_remove(mirror.repository.raw, outbox) }
        let code = unsafe withStringArray(["\(outbox):\(reference)"]) { specs in
            unsafe git_remote_upload(remote.raw, specs, &options)
        }
        let refusal = callbacks.refusals[reference]
        if code == GIT_ENONFASTFORWARD.rawValue {
            git_error_clear()
        } else if refusal == nil {
            try callbacks.check(code, "cannot push to '\(location)'")
        }
        disconnect()
        // The server's word is not enough (F-06): look again.
        let found = try connect(GIT_DIRECTION_FETCH).tips[reference]
        disconnect()
        if found == commit { return .pushed }
        if let refusal, found == expected, !Self.meansRace(refusal) {
            let told = callbacks.told
            return .rejected(told.isEmpty ? refusal : "\(refusal): \(told)")
        }
        guard code >= 0, refusal == nil else { return .lostRace(found) }
        guard callbacks.accepted.contains(reference) else {
            return .rejected("the server did not report on the branch")
        }
        return .lostRace(found)
    }

    /// Tells whether a server's refusal says that somebody else was at the branch meanwhile.
    ///
    /// *Source*: git 2.39 builtin/receive-pack.c and refs/files-backend.c; also the forges' words.
    private static func meansRace(_ refusal: String) -> Bool {
        let words = [
            "failed to update ref", "failed to lock", "cannot lock ref", "fetch first",
            "non-fast-forward", "stale info", "incorrect old value", "reference already exists",
        ]
        return words.contains(where: refusal.contains)
    }

    /// Names a commit within the mirror, where no remote's references are.
    private func holdOutbox(_ commit: ObjectID) throws(GitError) -> String {
        let name = "refs/aplomb/outbox/\(commit.hex)"
        var oid = commit.oid
        var made: OpaquePointer?
        try Libgit2.check(
            unsafe git_reference_create(&made, mirror.repository.raw, name, &oid, 1, nil),
            "cannot prepare the push"
        )
        unsafe git_reference_free(made)
        return name
    }
}
