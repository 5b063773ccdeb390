// SPDX-License-Identifier: Apache-2.0
import CLibgit2
import Glibc

/// Does one network operation, in the child process.
final class RemoteSession {
    let request: HelperRequest
    let location: RepositoryLocation
    let mirror: MirrorStore
    let remote: Owned
    let callbacks: RemoteCallbacks

    /// Opens the mirror, making it if it is not there, and prepares the remote.
    ///
    /// *Errors*: as of libgit2; `.corrupt` is about the mirror.
    init(_ request: HelperRequest) throws(GitError) {
        self.request = request
        location = try RepositoryLocation(request.url)
        try Libgit2.start()
        // No configuration of the system's or the user's counts; HOME is a private folder.
        for level in [
            GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA,
            GIT_CONFIG_LEVEL_GLOBAL,
        ] {
            _ = unsafe aplomb_git_opt_search_path(level.rawValue, "")
        }
        _ = aplomb_git_opt_mwindow(256 << 20, 1 << 30)
        if let file = request.certificateFile { try Self.trust(file) }
        callbacks = RemoteCallbacks(request, location)
        mirror = try MirrorStore(path: request.repository)
        let pointer = unsafe mirror.repository.raw
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

    /// Trusts the certificate authorities of a file and no others.
    private static func trust(_ file: String) throws(GitError) {
        let code = unsafe aplomb_git_opt_ssl_cert_file(file)
        guard code < 0 else { return }
        let failure = Libgit2.failure(code, "cannot read the certificate authorities in '\(file)'")
        throw GitError(
            .certificateRejected,
            failure.message,
            hint: "name a file of certificates in PEM form",
            underlying: failure.underlying
        )
    }

    /// What a remote says it has.
    struct Advertised {
        var tips: [String: ObjectID] = [:]
        /// What the remote's HEAD stands for.
        var headTarget: String?
    }

    /// Asks the remote what it has.
    func connect(_ direction: git_direction) throws(GitError) -> Advertised {
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
        callbacks.beginConnection()
        var code = unsafe git_remote_connect_ext(remote.raw, direction, &options)
        if code < 0, mayLackHostKey {
            // libgit2 offers the known kinds of host keys only, and libssh2 calls what follows by
            // the same words as a line that breaks. Asked again without any, the server shows
            // whether it has a key of another kind; it is refused then, by its name.
            try Files.write(Self.home + "/.ssh/known_hosts", "")
            code = unsafe git_remote_connect_ext(remote.raw, direction, &options)
        }
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

    private var mayLackHostKey: Bool {
        guard request.hostKeys != .none, let last = unsafe git_error_last() else { return false }
        let said = unsafe last.pointee.message.map { unsafe String(cString: $0) }
        return said?.contains("Unable to exchange encryption keys") == true
    }

    private static var home: String {
        unsafe getenv("HOME").map { unsafe String(cString: $0) } ?? "/nonexistent"
    }

    func disconnect() {
        _ = unsafe git_remote_disconnect(remote.raw)
    }
}

/// Lends strings to a C function as libgit2's array.
func withStringArray(
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
