// SPDX-License-Identifier: Apache-2.0

/// Says what went wrong with a repository, a remote or an input that names one.
///
/// *Errors*: `message` is lower case, names the thing, and holds no secret and no raw bytes of a
/// repository; `hint` is what an operator can do, where we know it.
package struct GitError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// Names the kind of failure; stable, and open for new kinds.
    package struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The stable spelling, as reports show it.
        package let rawValue: String

        /// Makes a code of its spelling.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The kind of failure.
    package let code: Code
    /// What failed, in words.
    package let message: String
    /// What an operator can do about it.
    package let hint: String?
    /// What libgit2 or the system said, without secrets.
    package let underlying: String?

    /// Makes an error.
    package init(_ code: Code, _ message: String, hint: String? = nil, underlying: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.underlying = underlying
    }

    /// The code and the message, without hint and cause.
    package var description: String {
        "\(code.rawValue): \(message)"
    }
}

extension GitError.Code {
    // Names and inputs.
    package static let badSourceURL = Self("BAD_SOURCE_URL")
    package static let badRefName = Self("BAD_REF_NAME")
    package static let badPath = Self("BAD_PATH")
    package static let referenceNotFound = Self("REF_NOT_FOUND")
    package static let ambiguousRevision = Self("AMBIGUOUS_REVISION")
    package static let pathNotFound = Self("PATH_NOT_FOUND")
    // Repositories.
    package static let repositoryNotFound = Self("REPOSITORY_NOT_FOUND")
    package static let emptyRepository = Self("EMPTY_REPOSITORY")
    package static let unsupportedRepository = Self("UNSUPPORTED_REPOSITORY")
    package static let notOwned = Self("REPOSITORY_NOT_OWNED")
    package static let locked = Self("REPOSITORY_LOCKED")
    package static let branchCheckedOut = Self("BRANCH_CHECKED_OUT")
    package static let storage = Self("GIT_STORAGE")
    package static let corrupt = Self("GIT_OBJECT_CORRUPT")
    package static let badCommit = Self("BAD_COMMIT")
    // Trees.
    package static let badTreeEntry = Self("BAD_TREE_ENTRY")
    package static let badPathEncoding = Self("BAD_PATH_ENCODING")
    package static let symlinkNotSupported = Self("SYMLINK_NOT_SUPPORTED")
    package static let submoduleNotSupported = Self("SUBMODULE_NOT_SUPPORTED")
    package static let caseCollision = Self("CASE_COLLISION")
    package static let pathTooLong = Self("PATH_TOO_LONG")
    package static let treeTooDeep = Self("TREE_TOO_DEEP")
    package static let fileTooLarge = Self("FILE_TOO_LARGE")
    package static let tooManyFiles = Self("TOO_MANY_FILES")
    package static let lfsPointer = Self("LFS_POINTER")
    // Remotes.
    package static let sourceNotFound = Self("SOURCE_NOT_FOUND")
    package static let unreachable = Self("SOURCE_UNREACHABLE")
    package static let timedOut = Self("SOURCE_TIMED_OUT")
    package static let cancelled = Self("CANCELLED")
    package static let authenticationFailed = Self("AUTHENTICATION_FAILED")
    package static let hostKeyUnknown = Self("HOST_KEY_UNKNOWN")
    package static let hostKeyMismatch = Self("HOST_KEY_MISMATCH")
    package static let certificateRejected = Self("CERTIFICATE_REJECTED")
    package static let redirectRefused = Self("REDIRECT_REFUSED")
    package static let tooLarge = Self("SOURCE_TOO_LARGE")
    package static let protocolError = Self("GIT_PROTOCOL")
    package static let diverged = Self("DIVERGED")
    package static let gone = Self("GONE")
    package static let pushRejected = Self("PUSH_REJECTED")
    // The child.
    package static let helperFailed = Self("GIT_HELPER_FAILED")
    package static let helperMissing = Self("GIT_HELPER_MISSING")
    package static let helperKilled = Self("GIT_HELPER_KILLED")
    package static let cacheThrottled = Self("MIRROR_REBUILD_THROTTLED")
}

extension GitError {
    /// The message with its cause: for an edge that shows both.
    package var explanation: String { underlying.map { "\(message): \($0)" } ?? message }
}
