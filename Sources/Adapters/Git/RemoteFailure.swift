// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Turns what libgit2 says of a remote into an error about the remote, never about the mirror.
///
/// *Source*: the words of libgit2 1.5.1, libssh2 1.10 and git's own server programs, each met by a
/// test; its codes alone tell a wrong key from a broken line as little as a missing repository.
struct RemoteFailure {
    let location: RepositoryLocation
    let login: HelperRequest.Login

    /// Explains a failure of a connection.
    func explain(_ error: GitError, _ code: Int32) -> GitError {
        var error = error
        let said = error.underlying ?? ""
        if code == GIT_EAUTH.rawValue {
            error = GitError(.unreachable, error.message, underlying: error.underlying)
        }
        if let known = missing(said, error) ?? denied(said, error, code) ?? ssh(said, error) {
            return known
        }
        switch error.code {
        case .certificateRejected where !said.lowercased().contains("certificate"):
            return unreachable(error)
        case .unreachable where said.contains("content-type") || said.contains("packet"):
            return GitError(
                .protocolError,
                "\(error.message): it does not speak git",
                hint: "check the address",
                underlying: said
            )
        case .unreachable, .storage: return unreachable(error)
        case .corrupt, .referenceNotFound, .badCommit, .locked:
            return GitError(.protocolError, error.message, underlying: error.underlying)
        default: return error
        }
    }

    private func missing(_ said: String, _ error: GitError) -> GitError? {
        let words = [
            "does not appear to be a git repository", "status code: 404", "epository not found",
            "no such repository",
        ]
        guard error.code == .repositoryNotFound || words.contains(where: said.contains) else {
            return nil
        }
        return GitError(
            .sourceNotFound,
            "there is no repository at '\(location)', or it is hidden from us",
            hint: "check the address, and what the credentials may read",
            underlying: error.underlying
        )
    }

    private func denied(_ said: String, _ error: GitError, _ code: Int32) -> GitError? {
        let isForbidden = said.contains("status code: 401") || said.contains("status code: 403")
        // So libgit2 calls a line that broke meanwhile; a refusal comes through the callback.
        let isCut = said.contains("Failed to retrieve list of SSH authentication methods")
        guard isForbidden || code == GIT_EAUTH.rawValue && !isCut else { return nil }
        return GitError(
            .authenticationFailed,
            "'\(location)' refuses our credentials",
            hint: "check the key or token, and its rights on the repository",
            underlying: error.underlying
        )
    }

    private func ssh(_ said: String, _ error: GitError) -> GitError? {
        guard location.transport == .ssh else { return nil }
        if said.contains("failed connecting with agent") || said.contains("ssh agent") {
            return GitError(
                .authenticationFailed,
                "the SSH agent does not answer",
                hint: "start one and set SSH_AUTH_SOCK, or name a key file",
                underlying: said
            )
        }
        if said.contains("private key"), case .sshKey(let path, _) = login {
            return GitError(
                .authenticationFailed,
                "the SSH key in '\(path)' cannot be used",
                hint: "check that the file is there, that it is a private key, and its passphrase",
                underlying: said
            )
        }
        return nil
    }

    private func unreachable(_ error: GitError) -> GitError {
        GitError(
            .unreachable,
            error.message,
            hint: error.hint ?? "check the address, the network and the server",
            underlying: error.underlying
        )
    }
}
