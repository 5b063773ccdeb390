// SPDX-License-Identifier: Apache-2.0
import CLibgit2
import Glibc

/// Answers libgit2's questions during a network operation, and keeps what was said.
///
/// Invariant: lives as long as the operation; libgit2 holds an unretained pointer to it.
final class RemoteCallbacks {
    /// The references that the server has taken, and those that it refused with the reason.
    private(set) var accepted: Set<String> = []
    private(set) var refusals: [String: String] = [:]
    /// What has moved so far.
    var progress = Progress()

    private let request: HelperRequest
    private let location: RepositoryLocation
    private var loginsTried = 0
    private var textTold = ""
    private var failure: GitError?

    init(_ request: HelperRequest, _ location: RepositoryLocation) {
        self.request = request
        self.location = location
    }

    /// Counts progress and reports it, not too often.
    struct Progress {
        private var count: UInt64 = 0
        private var lastBytes = 0
        private var lastObjects: UInt32 = 0

        /// Tells whether a second has passed since something was called progress.
        mutating func noteWords() -> UInt64? { isDue() ? next() : nil }

        mutating func next() -> UInt64 {
            count += 1
            return count
        }

        /// Tells whether enough has moved to be called progress.
        mutating func note(bytes: Int, objects: UInt32) -> UInt64? {
            let moved = bytes - lastBytes >= 1 << 20
            let first = lastBytes == 0 && bytes >= 1024
            let steps = objects >= lastObjects &+ 2000 || objects < lastObjects
            let some = bytes - lastBytes >= 1024 && isDue()
            guard moved || first || steps || some else { return nil }
            lastBytes = bytes
            lastObjects = objects
            return next()
        }

        private var lastSecond = 0

        private mutating func isDue() -> Bool {
            var now = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &now)
            guard now.tv_sec != lastSecond else { return false }
            lastSecond = now.tv_sec
            return true
        }
    }

    /// Puts the callbacks into libgit2's table.
    func fill(_ callbacks: inout git_remote_callbacks) {
        unsafe callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        unsafe callbacks.credentials = { out, url, user, allowed, payload in
            guard let self = unsafe RemoteCallbacks.of(payload) else { return -1 }
            let address = unsafe url.map { unsafe String(cString: $0) }
            return unsafe self.logIn(out, address ?? "", allowed)
        }
        unsafe callbacks.certificate_check = { _, isValid, host, payload in
            guard let self = unsafe RemoteCallbacks.of(payload) else { return -1 }
            let name = unsafe host.map { unsafe String(cString: $0) } ?? ""
            return self.checkHost(name, isValid: isValid == 1)
        }
        unsafe callbacks.transfer_progress = { stats, payload in
            guard let self = unsafe RemoteCallbacks.of(payload), let stats = unsafe stats else {
                return -1
            }
            return self.received(unsafe stats.pointee)
        }
        unsafe callbacks.push_transfer_progress = { current, _, bytes, payload in
            guard let self = unsafe RemoteCallbacks.of(payload) else { return -1 }
            return self.moved(bytes: bytes, objects: current)
        }
        unsafe callbacks.pack_progress = { _, current, _, payload in
            guard let self = unsafe RemoteCallbacks.of(payload) else { return -1 }
            return self.moved(bytes: 0, objects: current)
        }
        unsafe callbacks.sideband_progress = { text, count, payload in
            guard let self = unsafe RemoteCallbacks.of(payload), let text = unsafe text else {
                return -1
            }
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(count))
            return self.heard(unsafe Array(bytes))
        }
        unsafe callbacks.push_update_reference = { name, status, payload in
            guard let self = unsafe RemoteCallbacks.of(payload), let name = unsafe name else {
                return -1
            }
            let text = unsafe String(cString: name)
            if let status = unsafe status {
                let reason = DisplayText.sanitised(unsafe String(cString: status), limit: 200)
                self.refusals[text] = reason
            } else {
                self.accepted.insert(text)
            }
            return 0
        }
    }

    /// Forgets what belongs to an earlier connection of the same operation.
    func beginConnection() {
        loginsTried = 0
        failure = nil
    }

    /// Throws what a callback has decided, or else what libgit2 says.
    ///
    /// What reads the mirror while it talks may find it damaged, and then says so as `.corrupt`; all
    /// else is the remote's doing.
    func check(_ code: Int32, _ action: String, readsMirror: Bool = false) throws(GitError) {
        guard code < 0 else { return }
        let category = Libgit2.lastCategory
        let said = Libgit2.failure(code, action)
        if let failure { throw failure }
        let isReceived =
            category == GIT_ERROR_INDEXER.rawValue
            || category == GIT_ERROR_ZLIB.rawValue
        // The bases of a thin pack are the mirror's to have.
        let lacksBase = said.underlying?.contains("missing") == true
        let ofMirror: Set<GitError.Code> = [
            .corrupt, .locked, .referenceNotFound, .badCommit, .repositoryNotFound,
        ]
        if readsMirror, ofMirror.contains(said.code), !isReceived || lacksBase {
            throw GitError(.corrupt, said.message, underlying: said.underlying)
        }
        let explainer = RemoteFailure(
            location: location,
            login: request.login
        )
        throw explainer.explain(said, code)
    }

    /// What the server's side has said to people, such as a hook's reason: one line, bounded.
    var told: String {
        let lines = textTold.split(whereSeparator: \.isNewline)
            .map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
        return DisplayText.sanitised(lines.suffix(4).joined(separator: "; "), limit: 300)
    }

    private func heard(_ bytes: [UInt8]) -> Int32 {
        textTold = String((textTold + String(decoding: bytes, as: UTF8.self)).suffix(4096))
        if let count = progress.noteWords() { GitHelper.send(.progress(count)) }
        return 0
    }

    private static func of(_ payload: UnsafeMutableRawPointer?) -> RemoteCallbacks? {
        guard let payload = unsafe payload else { return nil }
        return unsafe Unmanaged<RemoteCallbacks>.fromOpaque(payload).takeUnretainedValue()
    }

    // MARK: Who we are

    private func logIn(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?,
        _ url: String,
        _ allowed: UInt32
    ) -> Int32 {
        // Only the configured host gets a credential (CVE-2026-53586, TH-05-b).
        guard let asking = try? RepositoryLocation(url), asking.host == location.host,
            asking.transport == location.transport, asking.port == location.port
        else {
            return fail(
                GitError(.redirectRefused, "another host than '\(location.host)' asks who we are")
            )
        }
        let user = location.user ?? "git"
        if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
            return unsafe git_credential_username_new(out, user)
        }
        loginsTried += 1
        guard loginsTried == 1 else {
            return fail(
                GitError(
                    .authenticationFailed,
                    "'\(location)' refuses our credentials",
                    hint: Self.advice(request.login)
                )
            )
        }
        let takesKeys = allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0
        let takesPasswords = allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0
        switch request.login {
        case .sshAgent where takesKeys:
            return unsafe git_credential_ssh_key_from_agent(out, user)
        case .sshKey(let path, let passphrase) where takesKeys:
            return unsafe git_credential_ssh_key_new(out, user, nil, path, passphrase)
        case .password(let name, let password) where takesPasswords:
            return unsafe git_credential_userpass_plaintext_new(out, name, password)
        default:
            return fail(
                GitError(
                    .authenticationFailed,
                    "'\(location)' asks who we are, and nothing fits",
                    hint: "configure an SSH key or agent for ssh, a user and token for https"
                )
            )
        }
    }

    private static func advice(_ login: HelperRequest.Login) -> String {
        switch login {
        case .sshKey, .sshAgent:
            "check that the server knows the key; RSA keys are signed with SHA-1 here, which new "
                + "servers refuse: use an ed25519 or ecdsa key"
        case .password, .none: "check the user and token, and their rights on the repository"
        }
    }

    private func fail(_ error: GitError) -> Int32 {
        failure = error
        return GIT_EUSER.rawValue
    }

    // MARK: Whom we trust

    private func checkHost(_ host: String, isValid: Bool) -> Int32 {
        if isValid { return 0 }
        let said = unsafe git_error_last().flatMap { last in
            unsafe last.pointee.message.map { unsafe String(cString: $0) }
        }
        let name = DisplayText.sanitised(host, limit: 100)
        guard location.transport == .ssh else {
            return fail(
                GitError(
                    .certificateRejected,
                    "the certificate of '\(name)' is not valid",
                    hint: "configure the certificate authority of this host",
                    underlying: said
                )
            )
        }
        return fail(hostKeyError(name))
    }

    private func hostKeyError(_ name: String) -> GitError {
        let scan = "ssh-keyscan -t ed25519,ecdsa -p \(location.port ?? 22) \(name)"
        switch request.hostKeys {
        case .known:
            return GitError(
                .hostKeyMismatch,
                "the SSH host key of '\(name)' is not the known one",
                hint: "somebody may be in between; if the key was changed, update known_hosts"
            )
        case .onlyRSA:
            return GitError(
                .hostKeyUnknown,
                "only an RSA host key of '\(name)' is known, which new servers do not sign with",
                hint: "check its other keys and add one to known_hosts: \(scan)"
            )
        case .none:
            return GitError(
                .hostKeyUnknown,
                "the SSH host key of '\(name)' is not known",
                hint: "check the key and add it to known_hosts: \(scan)"
            )
        }
    }

    // MARK: How much

    private func received(_ stats: git_indexer_progress) -> Int32 {
        guard stats.received_bytes <= request.packBytesMax else {
            return fail(
                GitError(
                    .tooLarge,
                    "'\(location)' sends more than \(request.packBytesMax) bytes",
                    hint: "raise the limit, or use a smaller repository"
                )
            )
        }
        return moved(
            bytes: stats.received_bytes,
            objects: stats.received_objects &+ stats.indexed_objects &+ stats.indexed_deltas
        )
    }

    private func moved(bytes: Int, objects: UInt32) -> Int32 {
        if let count = progress.note(bytes: bytes, objects: objects) {
            GitHelper.send(.progress(count))
        }
        return 0
    }
}
