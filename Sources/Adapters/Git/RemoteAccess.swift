// SPDX-License-Identifier: Apache-2.0

/// Holds a secret; no rendering of it shows it.
package struct Redacted: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The secret.
    package let value: String

    /// Takes a secret.
    package init(_ value: String) {
        self.value = value
    }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// `<redacted>`.
    package var debugDescription: String { "<redacted>" }
    /// A mirror without children.
    package var customMirror: Swift.Mirror { Swift.Mirror(self, children: [:]) }
}

/// Says who we are to one remote.
package enum Credentials: Hashable, Sendable {
    /// Nobody: public repositories, files.
    case none
    /// A user name with a password or token, over HTTPS.
    case password(user: String, Redacted)
    /// The keys of a running SSH agent.
    case sshAgent
    /// A private key in a file.
    case sshKey(path: String, passphrase: Redacted?)
}

/// Says how to reach one remote: who we are, whom we trust, and how much we take.
package struct RemoteAccess: Sendable {
    /// Who we are; used for the configured host alone.
    package var credentials: Credentials
    /// The known_hosts files to check SSH host keys against; an unknown host is refused.
    package var knownHostsFiles: [String]
    /// The file of certificate authorities for HTTPS; nil is the system's.
    package var certificateFile: String?
    /// The socket of the SSH agent, `SSH_AUTH_SOCK`.
    package var agentSocket: String?
    /// The time for one whole operation.
    package var deadline: Duration
    /// The time after which an operation without progress is ended; progress is 1 KiB or one object.
    package var stallLimit: Duration
    /// The most bytes that one fetch may receive.
    package var packBytesMax: Int

    /// Makes an access with the tested limits.
    package init(
        credentials: Credentials = .none,
        knownHostsFiles: [String] = [],
        certificateFile: String? = nil,
        agentSocket: String? = nil,
        deadline: Duration = .seconds(60),
        stallLimit: Duration = .seconds(20),
        packBytesMax: Int = 1 << 30
    ) {
        self.credentials = credentials
        self.knownHostsFiles = knownHostsFiles
        self.certificateFile = certificateFile
        self.agentSocket = agentSocket
        self.deadline = deadline
        self.stallLimit = stallLimit
        self.packBytesMax = packBytesMax
    }
}
