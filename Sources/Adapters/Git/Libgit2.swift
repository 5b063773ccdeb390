// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Starts libgit2 and turns its answers into errors.
enum Libgit2 {
    /// Starts the library once, with the options that hold in every process of ours.
    ///
    /// Owner validation stays on. The user's and the system's configuration stay readable, for
    /// `safe.directory` alone: libgit2 starts no program that a configuration names.
    private static let started: GitError? = {
        guard git_libgit2_init() >= 0 else {
            return GitError(.helperFailed, "libgit2 does not start")
        }
        var major: Int32 = 0
        var minor: Int32 = 0
        var revision: Int32 = 0
        unsafe git_libgit2_version(&major, &minor, &revision)
        guard (major, minor, revision) >= (1, 5, 1) else {
            return GitError(
                .helperFailed,
                "libgit2 \(major).\(minor).\(revision) is too old",
                hint: "install 1.5.1 with its security updates, or newer"
            )
        }
        _ = aplomb_git_opt_strict_object_creation(1)
        _ = aplomb_git_opt_strict_hash_verification(1)
        _ = aplomb_git_opt_owner_validation(1)
        // What we write must be on disk before a reference names it (F-07).
        _ = aplomb_git_opt_fsync_gitdir(1)
        _ = aplomb_git_opt_pack_max_objects(5_000_000)
        _ = aplomb_git_opt_cache_limit(64 << 20)
        return nil
    }()

    /// Starts the library, or says why it does not.
    static func start() throws(GitError) {
        if let started { throw started }
    }

    /// Throws the error behind a negative return code.
    static func check(_ code: Int32, _ action: @autoclosure () -> String) throws(GitError) {
        if code < 0 { throw failure(code, action()) }
    }

    /// The category of libgit2's last error of this thread.
    static var lastCategory: UInt32 {
        guard let last = unsafe git_error_last() else { return 0 }
        return UInt32(bitPattern: unsafe last.pointee.klass)
    }

    /// Takes libgit2's last error of this thread, and clears it.
    static func failure(_ code: Int32, _ action: String) -> GitError {
        var said = ""
        var category: UInt32 = 0
        if let last = unsafe git_error_last() {
            category = UInt32(bitPattern: unsafe last.pointee.klass)
            if let message = unsafe last.pointee.message {
                said = DisplayText.sanitised(unsafe String(cString: message), limit: 300)
            }
        }
        git_error_clear()
        return translate(code: code, category: category, said: said, action: action)
    }

    /// Turns libgit2's code, category and words into an error of ours (F-15).
    static func translate(
        code: Int32,
        category: UInt32,
        said: String,
        action: String
    ) -> GitError {
        if let known = wellKnown(said: said, action: action, code: code) { return known }
        let kind = kind(code: code, category: category)
        return GitError(kind, action, underlying: said.isEmpty ? nil : said)
    }

    private static func wellKnown(said: String, action: String, code: Int32) -> GitError? {
        if code == GIT_EOWNER.rawValue || said.contains("safe.directory") {
            return GitError(
                .notOwned,
                "\(action): the repository belongs to another user",
                hint: "run as its owner, change the owner, or name it in git's safe.directory",
                underlying: said
            )
        }
        if said.contains("extensions.objectformat") {
            return GitError(
                .unsupportedRepository,
                "\(action): it is a SHA-256 repository",
                hint: "use a repository with SHA-1 object ids",
                underlying: said
            )
        }
        if said.contains("extensions.refstorage") {
            return GitError(
                .unsupportedRepository,
                "\(action): its references are kept in a reftable",
                hint: "convert it: git refs migrate --ref-format=files",
                underlying: said
            )
        }
        if said.contains("unsupported extension name") || said.contains("repository version") {
            return GitError(
                .unsupportedRepository,
                "\(action): it uses a repository extension",
                hint: "use a plain clone; partial clones are not supported",
                underlying: said
            )
        }
        if said.contains("redirect") {
            return GitError(
                .redirectRefused,
                "\(action): the server redirects elsewhere",
                hint: "configure the address that it redirects to",
                underlying: said
            )
        }
        return nil
    }

    private static func kind(code: Int32, category: UInt32) -> GitError.Code {
        switch code {
        case GIT_EAUTH.rawValue: return .authenticationFailed
        case GIT_ECERTIFICATE.rawValue: return .certificateRejected
        case GIT_ELOCKED.rawValue: return .locked
        case GIT_ENONFASTFORWARD.rawValue, GIT_EMODIFIED.rawValue: return .diverged
        case GIT_EMISMATCH.rawValue: return .corrupt
        case GIT_EINVALIDSPEC.rawValue: return .badRefName
        case GIT_EAMBIGUOUS.rawValue: return .ambiguousRevision
        case GIT_EUNBORNBRANCH.rawValue: return .emptyRepository
        case GIT_EEOF.rawValue: return .unreachable
        default: break
        }
        switch category {
        case GIT_ERROR_NET.rawValue, GIT_ERROR_HTTP.rawValue, GIT_ERROR_SSH.rawValue:
            return .unreachable
        case GIT_ERROR_SSL.rawValue: return .certificateRejected
        case GIT_ERROR_REFERENCE.rawValue:
            return code == GIT_ENOTFOUND.rawValue ? .referenceNotFound : .corrupt
        case GIT_ERROR_REPOSITORY.rawValue:
            return code == GIT_ENOTFOUND.rawValue ? .repositoryNotFound : .corrupt
        case GIT_ERROR_ZLIB.rawValue, GIT_ERROR_ODB.rawValue, GIT_ERROR_OBJECT.rawValue,
            GIT_ERROR_TREE.rawValue, GIT_ERROR_TAG.rawValue, GIT_ERROR_INDEXER.rawValue:
            return .corrupt
        case GIT_ERROR_OS.rawValue where code == GIT_ENOTFOUND.rawValue:
            return .repositoryNotFound
        default: return .storage
        }
    }
}

/// Owns one object of libgit2 and frees it.
@safe struct Owned: ~Copyable {
    private let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    /// Takes an object, with the function that frees it.
    init(_ pointer: OpaquePointer, _ free: @escaping (OpaquePointer?) -> Void) {
        unsafe self.pointer = unsafe pointer
        unsafe self.free = unsafe free
    }

    deinit {
        unsafe free(pointer)
    }

    /// The object; it must not outlive its owner.
    @unsafe var raw: OpaquePointer { unsafe pointer }

    /// Calls a function of libgit2 that makes an object, and takes the object.
    static func make(
        _ action: @autoclosure () -> String,
        free: @escaping (OpaquePointer?) -> Void,
        _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(GitError) -> Owned {
        var pointer: OpaquePointer?
        let code = unsafe body(&pointer)
        guard code >= 0, let made = unsafe pointer else {
            throw Libgit2.failure(code, action())
        }
        return unsafe Owned(made, free)
    }
}

extension ObjectID {
    /// Copies libgit2's id.
    init(_ id: git_oid) {
        let bytes = unsafe withUnsafeBytes(of: id) { unsafe Array($0) }
        self.init(unchecked: bytes[...])
    }

    /// The id as libgit2 has it.
    var oid: git_oid {
        var oid = git_oid()
        let bytes = self.bytes
        unsafe withUnsafeMutableBytes(of: &oid) { unsafe $0.copyBytes(from: bytes) }
        return oid
    }
}
