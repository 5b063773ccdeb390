// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Git
import SystemPackage

/// How a remote repository is reached; secrets come from files and variables, never from arguments,
/// which every user of a machine can read.
struct RemoteOptions: ParsableArguments {
    @Option(
        name: .customLong("git-timeout"),
        help: ArgumentHelp(
            "The most time for one exchange; 60 by default ($APLOMB_GIT_TIMEOUT).",
            valueName: "seconds"
        )
    )
    var gitTimeout: Int?

    @Option(
        name: .customLong("ssh-key"),
        help: ArgumentHelp(
            "A private key for ssh ($APLOMB_SSH_KEY; its passphrase: $APLOMB_SSH_PASSPHRASE); "
                + "without one the agent at $SSH_AUTH_SOCK is asked.",
            valueName: "file"
        )
    )
    var sshKey: String?

    @Option(
        name: .customLong("known-hosts"),
        help: ArgumentHelp(
            "The keys of ssh hosts ($APLOMB_KNOWN_HOSTS); by default those that ssh reads.",
            valueName: "file"
        )
    )
    var knownHosts: String?

    @Option(
        name: .customLong("git-user"),
        help: ArgumentHelp(
            "The user for https; 'git' by default ($APLOMB_GIT_USER).",
            valueName: "name"
        )
    )
    var gitUser: String?

    @Option(
        name: .customLong("git-token-file"),
        help: ArgumentHelp(
            "A file with the token or password for https ($APLOMB_GIT_TOKEN_FILE; the token "
                + "itself: $APLOMB_GIT_TOKEN).",
            valueName: "file"
        )
    )
    var gitTokenFile: String?

    @Option(
        name: .customLong("git-ca"),
        help: ArgumentHelp(
            "The certificate authorities for https, as PEM, in place of the system's "
                + "($APLOMB_GIT_CA).",
            valueName: "file"
        )
    )
    var gitCA: String?

    /// What the options and variables say about reaching a repository.
    ///
    /// *Errors*: a file that cannot be read, a time that is none.
    func access(
        to repository: String,
        in environment: CommandEnvironment
    ) throws(CommandError) -> RemoteAccess {
        let settings = Settings(environment)
        var access = RemoteAccess(deadline: .seconds(try deadline(settings)))
        switch (try? RepositoryLocation(repository))?.transport {
        case .ssh:
            access.credentials = sshCredentials(settings)
            access.agentSocket = settings["SSH_AUTH_SOCK"]
            access.knownHostsFiles = knownHostsFiles(settings)
        case .http, .https:
            access.credentials = try tokenCredentials(settings)
            access.certificateFile = (gitCA ?? settings["APLOMB_GIT_CA"]).map(settings.path)
        case .local, .file, nil: break
        }
        return access
    }

    /// The variables that are set to something, and paths from where the user stands.
    private struct Settings {
        let variables: [String: String]
        let workingDirectory: FilePath

        init(_ environment: CommandEnvironment) {
            variables = environment.variables
            workingDirectory = environment.workingDirectory
        }

        subscript(name: String) -> String? {
            variables[name].flatMap { $0.isEmpty ? nil : $0 }
        }

        func path(_ text: String) -> String {
            workingDirectory.pushing(FilePath(text)).lexicallyNormalized().string
        }
    }

    private func deadline(_ settings: Settings) throws(CommandError) -> Int {
        if let gitTimeout {
            guard (1...86_400).contains(gitTimeout) else {
                throw CommandError(.usage, "--git-timeout is not between 1 and 86400 seconds")
            }
            return gitTimeout
        }
        guard let text = settings["APLOMB_GIT_TIMEOUT"] else { return 60 }
        guard let seconds = Int(text), (1...86_400).contains(seconds) else {
            throw CommandError(
                .usage,
                "$APLOMB_GIT_TIMEOUT is not a number of seconds between 1 and 86400"
            )
        }
        return seconds
    }

    private func sshCredentials(_ settings: Settings) -> Credentials {
        if let key = sshKey ?? settings["APLOMB_SSH_KEY"] {
            return .sshKey(
                path: settings.path(key),
                passphrase: settings["APLOMB_SSH_PASSPHRASE"].map { Redacted($0) }
            )
        }
        return settings["SSH_AUTH_SOCK"] == nil ? .none : .sshAgent
    }

    private func knownHostsFiles(_ settings: Settings) -> [String] {
        if let file = knownHosts ?? settings["APLOMB_KNOWN_HOSTS"] { return [settings.path(file)] }
        let own = settings["HOME"].map { [$0 + "/.ssh/known_hosts"] } ?? []
        return own + ["/etc/ssh/ssh_known_hosts"]
    }

    private func tokenCredentials(_ settings: Settings) throws(CommandError) -> Credentials {
        let user = gitUser ?? settings["APLOMB_GIT_USER"] ?? "git"
        if let file = gitTokenFile ?? settings["APLOMB_GIT_TOKEN_FILE"] {
            return .password(user: user, try Self.secret(in: settings.path(file)))
        }
        guard let token = settings["APLOMB_GIT_TOKEN"] else { return .none }
        return .password(user: user, Redacted(token))
    }

    private static func secret(in path: String) throws(CommandError) -> Redacted {
        let data = FileManager.default.contents(atPath: path)
        guard let data, data.count <= 65_536,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw CommandError(.failed, "cannot read the token in '\(path)'")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 1, let token = lines.first else {
            throw CommandError(
                .failed,
                "'\(path)' does not hold a token: it has \(lines.count) lines",
                hint: "write the token into the file, on one line, and nothing else"
            )
        }
        return Redacted(String(token))
    }
}
