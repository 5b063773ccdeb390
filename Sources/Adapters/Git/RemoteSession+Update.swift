// SPDX-License-Identifier: Apache-2.0
import CLibgit2

extension RemoteSession {
    /// Fetches what the requests name, and says what became of it (F-05).
    func update(
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
        let missing = wanted.filter { !mirror.isComplete($0.id) }
        if !missing.isEmpty {
            try download(Set(missing.map { "+\($0.name):\($0.name)" }).sorted())
            for (name, id) in missing where !mirror.isComplete(id) {
                // Either the server lies, or the mirror told it of objects that it has lost.
                throw GitError(
                    .corrupt,
                    "'\(location)' did not send '\(name)', which it advertises"
                )
            }
        }
        disconnect()
        for (name, id) in wanted { try mirror.setReference(name, id) }
        if let target = advertised.headTarget { try mirror.setHead(target) }
        try mirror.recordPacks()
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
            if plan.last == nil { plan.last = try mirror.known(revision.name == nil ? nil : name) }
            if name == "HEAD", let branch = try detachedHead(tip, advertised) {
                plan.reference = branch
            }
            return plan
        }
        if revision.mayBeCommitID, let name = revision.name {
            var plan = RefPlan()
            plan.id = name
            plan.needsEverything = try mirror.localCommit(name) == nil
            plan.last = ref.lastSeen
            return plan
        }
        var plan = RefPlan()
        plan.last = ref.lastSeen
        if plan.last == nil {
            for name in revision.candidates where plan.last == nil {
                plan.last = try mirror.known(revision.name == nil ? nil : name)
            }
        }
        for name in revision.candidates where name != "HEAD" { try mirror.forget(name) }
        return plan
    }

    /// An old server does not say what HEAD stands for; a branch with the same tip will do.
    private func detachedHead(
        _ tip: ObjectID,
        _ advertised: Advertised
    ) throws(GitError) -> String? {
        let same = advertised.tips.filter { $0.key.hasPrefix("refs/heads/") && $0.value == tip }
        guard let name = same.keys.sorted().first else { return nil }
        try mirror.setHead(name)
        return name
    }

    private func outcome(_ plan: RefPlan) throws(GitError) -> HelperAnswer.RefResult {
        var tip = try plan.tip.map { (id) throws(GitError) in try mirror.peeled(id) }
        if let id = plan.id { tip = try mirror.localCommit(id) }
        let last = try plan.last.map { (id) throws(GitError) in
            mirror.isThere(id) ? try mirror.peeled(id) : id
        }
        let outcome: RefOutcome
        switch (last, tip) {
        case (nil, nil): outcome = .absent
        case (let last?, nil): outcome = .gone(last: last)
        case (nil, let tip?): outcome = .advanced(from: nil, to: tip)
        case (let last?, let tip?) where last == tip: outcome = .unchanged(tip)
        case (let last?, let tip?):
            outcome =
                try mirror.descends(tip, from: last)
                ? .advanced(from: last, to: tip) : .rewritten(from: last, to: tip)
        }
        return HelperAnswer.RefResult(reference: plan.reference, outcome: outcome)
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
        try callbacks.check(code, "cannot fetch from '\(location)'", readsMirror: true)
    }
}
