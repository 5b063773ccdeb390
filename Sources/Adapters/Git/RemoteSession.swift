// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Does one network operation, in the child process.
final class RemoteSession {
    private let request: HelperRequest
    private let location: RepositoryLocation
    private let repository: Owned
    private let remote: Owned
    private let callbacks: RemoteCallbacks

    /// Opens the mirror, making it if it is not there, and prepares the remote.
    ///
    /// *Errors*: as of libgit2; `.corrupt` and `.storage` are about the mirror.
    init(_ request: HelperRequest) throws(GitError) {
        self.request = request
        location = try RepositoryLocation(request.url)
        try Libgit2.start()
        // Only the private home counts: it holds known_hosts and no configuration.
        for level in [
            GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA,
        ] {
            _ = unsafe aplomb_git_opt_search_path(level.rawValue, "")
        }
        _ = unsafe aplomb_git_opt_search_path(GIT_CONFIG_LEVEL_GLOBAL.rawValue, request.home)
        _ = aplomb_git_opt_mwindow(256 << 20, 1 << 30)
        if let file = request.certificateFile {
            try Libgit2.check(
                unsafe aplomb_git_opt_ssl_cert_file(file),
                "cannot read the certificate authorities in '\(file)'"
            )
        }
        callbacks = RemoteCallbacks(request, location)
        repository = try Self.openMirror(request.repository)
        let pointer = unsafe repository.raw
        var options = unsafe git_remote_create_options()
        try Libgit2.check(
            unsafe git_remote_create_options_init(
                &options,
                UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION)
            ),
            "cannot prepare the remote"
        )
        unsafe options.repository = pointer
        unsafe options.flags =
            GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue
            | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
        let url = request.url
        remote = try unsafe Owned.make("cannot prepare the remote", free: git_remote_free) {
            unsafe git_remote_create_with_opts($0, url, &options)
        }
    }

    /// Does what the request asks.
    func perform() throws(GitError) -> HelperAnswer {
        switch request.task {
        case .update(let refs):
            return .updated(try update(refs))
        case .push(let commit, let reference, let expected):
            return .pushed(try push(commit, to: reference, expected: expected))
        }
    }

    private static func openMirror(_ path: String) throws(GitError) -> Owned {
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue
        if Files.exists(path + "/HEAD") {
            removeLeftovers(path)
            return try unsafe Owned.make("cannot open the mirror", free: git_repository_free) {
                unsafe git_repository_open_ext($0, path, flags, nil)
            }
        }
        // A half-made mirror has no HEAD yet, or no more.
        Files.delete(path)
        try Files.makeFolder(path)
        return try unsafe Owned.make("cannot make the mirror", free: git_repository_free) {
            unsafe git_repository_init($0, path, 1)
        }
    }

    /// Deletes what a killed child has left; the parent holds the mirror's lock (F-07).
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
        removeLocks(path + "/refs", depth: 0)
    }

    private static func removeLocks(_ folder: String, depth: Int) {
        guard depth < 32 else { return }
        for name in Files.names(in: folder) {
            let path = folder + "/" + name
            if Files.isFolder(path) {
                removeLocks(path, depth: depth + 1)
            } else if name.hasSuffix(".lock") {
                Files.delete(path)
            }
        }
    }

    // MARK: Talking to the remote

    /// What a remote says it has.
    private struct Advertised {
        var tips: [String: ObjectID] = [:]
        /// What the remote's HEAD stands for.
        var headTarget: String?
    }

    private func connect(_ direction: git_direction) throws(GitError) -> Advertised {
        var options = unsafe git_remote_connect_options()
        try Libgit2.check(
            unsafe git_remote_connect_options_init(
                &options,
                UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION)
            ),
            "cannot prepare the connection"
        )
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        unsafe callbacks.fill(&options.callbacks)
        let code = unsafe git_remote_connect_ext(remote.raw, direction, &options)
        try callbacks.check(code, "cannot reach '\(location)'")
        GitHelper.send(.progress(callbacks.progress.next()))
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try callbacks.check(
            unsafe git_remote_ls(&heads, &count, remote.raw),
            "cannot list the branches of '\(location)'"
        )
        var advertised = Advertised()
        for index in 0..<count {
            guard let head = unsafe heads?[index], let name = unsafe head.pointee.name else {
                continue
            }
            let text = unsafe String(cString: name)
            advertised.tips[text] = ObjectID(unsafe head.pointee.oid)
            if text == "HEAD", let target = unsafe head.pointee.symref_target {
                advertised.headTarget = unsafe String(cString: target)
            }
        }
        return advertised
    }

    private func download(_ refspecs: [String]) throws(GitError) {
        var options = unsafe git_fetch_options()
        try Libgit2.check(
            unsafe git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)),
            "cannot prepare the fetch"
        )
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        unsafe options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        unsafe callbacks.fill(&options.callbacks)
        let code = unsafe withStringArray(refspecs) { specs in
            unsafe git_remote_download(remote.raw, specs, &options)
        }
        try callbacks.check(code, "cannot fetch from '\(location)'")
    }

    // MARK: Fetching

    private func update(
        _ refs: [HelperRequest.RefRequest]
    ) throws(GitError) -> [HelperAnswer.RefResult] {
        let advertised = try connect(GIT_DIRECTION_FETCH)
        var wanted: [(name: String, id: ObjectID)] = []
        var plans: [RefPlan] = []
        for ref in refs {
            let plan = try self.plan(ref, advertised)
            plans.append(plan)
            if let name = plan.reference, let id = plan.tip { wanted.append((name, id)) }
            if plan.needsEverything {
                for (name, id) in advertised.tips
                where name.hasPrefix("refs/heads/")
                    || (name.hasPrefix("refs/tags/") && !name.hasSuffix("^{}"))
                {
                    wanted.append((name, id))
                }
            }
        }
        let missing = wanted.filter { !isComplete($0.id) }
        if !missing.isEmpty {
            try download(Set(missing.map { "+\($0.name):\($0.name)" }).sorted())
            for (name, id) in missing where !isComplete(id) {
                throw GitError(
                    .protocolError,
                    "'\(location)' did not send '\(name)', which it advertises"
                )
            }
        }
        _ = unsafe git_remote_disconnect(remote.raw)
        for (name, id) in wanted { try setReference(name, id) }
        if let target = advertised.headTarget { try setHead(target) }
        var results: [HelperAnswer.RefResult] = []
        for plan in plans { results.append(try outcome(plan)) }
        return results
    }

    /// What a requested name means at the remote.
    private struct RefPlan {
        var reference: String?
        var tip: ObjectID?
        var last: ObjectID?
        /// The name may be an id, which only a fetch of everything can find.
        var needsEverything = false
        var id: String?
    }

    private func plan(
        _ ref: HelperRequest.RefRequest,
        _ advertised: Advertised
    ) throws(GitError) -> RefPlan {
        let revision = try Revision(ref.name)
        var names = revision.candidates
        if revision.name == nil {
            names = [advertised.headTarget, "HEAD"].compactMap { $0 }
        }
        for name in names {
            guard let tip = advertised.tips[name] else { continue }
            let reference = name == "HEAD" ? "refs/aplomb/head" : name
            var plan = RefPlan(reference: reference, tip: tip)
            plan.last = ref.lastSeen
            if plan.last == nil { plan.last = try known(revision.name == nil ? nil : name) }
            if name == "HEAD", let branch = try detachedHead(tip, advertised) {
                plan.reference = branch
            }
            return plan
        }
        if revision.mayBeCommitID, let name = revision.name {
            var plan = RefPlan()
            plan.id = name
            plan.needsEverything = try localCommit(name) == nil
            plan.last = ref.lastSeen
            return plan
        }
        var plan = RefPlan()
        plan.last = ref.lastSeen
        if plan.last == nil {
            for name in revision.candidates where plan.last == nil {
                plan.last = try known(revision.name == nil ? nil : name)
            }
        }
        for name in revision.candidates where name != "HEAD" { try forget(name) }
        return plan
    }

    /// An old server does not say what HEAD stands for; a branch with the same tip will do.
    private func detachedHead(
        _ tip: ObjectID,
        _ advertised: Advertised
    ) throws(GitError) -> String? {
        let same = advertised.tips.filter { $0.key.hasPrefix("refs/heads/") && $0.value == tip }
        guard let name = same.keys.sorted().first else { return nil }
        try setHead(name)
        return name
    }

    /// The last tip of a name in this mirror, also of a name that had vanished.
    private func known(_ name: String?) throws(GitError) -> ObjectID? {
        guard let name else { return try target("HEAD") }
        if let tip = try target(name) { return tip }
        return try target("refs/aplomb/gone/" + name.dropFirst(5))
    }

    /// Moves a vanished name aside, so that nobody reads its old tip as if it were there.
    private func forget(_ name: String) throws(GitError) {
        guard let last = try target(name) else { return }
        try setReference("refs/aplomb/gone/" + name.dropFirst(5), last)
        try Libgit2.check(
            unsafe git_reference_remove(repository.raw, name),
            "cannot update the mirror"
        )
    }

    private func outcome(_ plan: RefPlan) throws(GitError) -> HelperAnswer.RefResult {
        var tip = try plan.tip.map { (id) throws(GitError) in try peeled(id) }
        if let id = plan.id { tip = try localCommit(id) }
        let last = try plan.last.map { (id) throws(GitError) in
            isThere(id) ? try peeled(id) : id
        }
        let outcome: RefOutcome
        switch (last, tip) {
        case (nil, nil): outcome = .absent
        case (let last?, nil): outcome = .gone(last: last)
        case (nil, let tip?): outcome = .advanced(from: nil, to: tip)
        case (let last?, let tip?) where last == tip: outcome = .unchanged(tip)
        case (let last?, let tip?):
            outcome =
                try descends(tip, from: last)
                ? .advanced(from: last, to: tip) : .rewritten(from: last, to: tip)
        }
        return HelperAnswer.RefResult(reference: plan.reference, outcome: outcome)
    }

    // MARK: Pushing

    private func push(
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
        defer { _ = unsafe git_reference_remove(repository.raw, outbox) }
        let code = unsafe withStringArray(["\(outbox):\(reference)"]) { specs in
            unsafe git_remote_upload(remote.raw, specs, &options)
        }
        let refusal = callbacks.refusals[reference]
        if code == GIT_ENONFASTFORWARD.rawValue {
            git_error_clear()
        } else if refusal == nil {
            try callbacks.check(code, "cannot push to '\(location)'")
        }
        _ = unsafe git_remote_disconnect(remote.raw)
        // The server's word is not enough (F-06): look again.
        let found = try connect(GIT_DIRECTION_FETCH).tips[reference]
        _ = unsafe git_remote_disconnect(remote.raw)
        if let refusal, found == expected {
            return .rejected(refusal)
        }
        guard code >= 0, refusal == nil else { return .lostRace(found) }
        guard callbacks.accepted.contains(reference) || found == commit else {
            return .rejected("the server did not report on the branch")
        }
        return found == commit ? .pushed : .lostRace(found)
    }

    /// Names a commit within the mirror, where no remote's references are.
    private func holdOutbox(_ commit: ObjectID) throws(GitError) -> String {
        let name = "refs/aplomb/outbox/\(commit.hex)"
        var oid = commit.oid
        var made: OpaquePointer?
        try Libgit2.check(
            unsafe git_reference_create(&made, repository.raw, name, &oid, 1, nil),
            "cannot prepare the push"
        )
        unsafe git_reference_free(made)
        return name
    }

    // MARK: The mirror

    private func target(_ name: String) throws(GitError) -> ObjectID? {
        var oid = git_oid()
        let code = unsafe git_reference_name_to_id(&oid, repository.raw, name)
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try Libgit2.check(code, "cannot read the mirror's reference '\(name)'")
        return ObjectID(oid)
    }

    private func setReference(_ name: String, _ id: ObjectID) throws(GitError) {
        if try target(name) == id { return }
        var oid = id.oid
        var made: OpaquePointer?
        let code = unsafe git_reference_create(&made, repository.raw, name, &oid, 1, nil)
        unsafe git_reference_free(made)
        // A branch `a` in place of a branch `a/b` conflicts with what the mirror still has; the
        // mirror is a cache, so it is built anew.
        if code < 0 {
            let failure = Libgit2.failure(code, "cannot update the mirror's reference '\(name)'")
            throw GitError(.corrupt, failure.message, underlying: failure.underlying)
        }
    }

    private func setHead(_ target: String) throws(GitError) {
        guard target.hasPrefix("refs/heads/"), (try? Revision(target)) != nil else { return }
        try Libgit2.check(
            unsafe git_repository_set_head(repository.raw, target),
            "cannot update the mirror's HEAD"
        )
    }

    private func isThere(_ id: ObjectID) -> Bool {
        guard let store = try? ObjectStore(repository: repository) else { return false }
        return store.contains(id)
    }

    /// Tells whether a tip is there and readable; a tip that is there but damaged is an error.
    private func isComplete(_ id: ObjectID) -> Bool {
        guard let store = try? ObjectStore(repository: repository) else { return false }
        return (try? store.header(id)) != nil
    }

    private func peeled(_ id: ObjectID) throws(GitError) -> ObjectID {
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

    private func localCommit(_ text: String) throws(GitError) -> ObjectID? {
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

    private func descends(_ tip: ObjectID, from last: ObjectID) throws(GitError) -> Bool {
        guard isThere(last) else { return false }
        var newer = tip.oid
        var older = last.oid
        let code = unsafe git_graph_descendant_of(repository.raw, &newer, &older)
        try Libgit2.check(code, "cannot compare the commits \(last.short), \(tip.short)")
        return code == 1
    }
}

/// Lends strings to a C function as libgit2's array.
private func withStringArray(
    _ strings: [String],
    _ body: (UnsafePointer<git_strarray>) -> Int32
) -> Int32 {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe duplicate($0) }
    defer { unsafe copies.forEach { unsafe $0?.deallocate() } }
    return unsafe copies.withUnsafeMutableBufferPointer { buffer in
        var array = unsafe git_strarray(strings: buffer.baseAddress, count: buffer.count)
        return unsafe body(&array)
    }
}

private func duplicate(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8.map { CChar(bitPattern: $0) } + [0]
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    unsafe copy.initialize(from: bytes, count: bytes.count)
    return unsafe copy
}
