// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import FleetModel
import Git
import SystemPackage

/// Which repository and which fleet, however it was said.
struct SourceSelection {
    var repository: String
    var path: String?
    var ref: String?
    var remote: RemoteOptions
}

/// How a remote is reached.
struct RemoteOptions: ParsableArguments {
    @Option(
        name: .customLong("git-timeout"),
        help: ArgumentHelp("The most time for one exchange with a remote.", valueName: "seconds")
    )
    var gitTimeout = 60

    @Option(
        name: .customLong("ssh-key"),
        help: ArgumentHelp("A private key for ssh; else the agent's.", valueName: "file")
    )
    var sshKey: String?

    @Option(
        name: .customLong("known-hosts"),
        help: ArgumentHelp("Where the keys of ssh hosts are.", valueName: "file")
    )
    var knownHosts: String?

    /// How a remote is reached: never with a secret from the command line.
    func access(_ variables: [String: String]) -> RemoteAccess {
        let home = variables["HOME"] ?? "/root"
        var credentials = Credentials.none
        if let sshKey {
            credentials = .sshKey(path: sshKey, passphrase: nil)
        } else if let token = variables["APLOMB_GIT_TOKEN"], !token.isEmpty {
            credentials = .password(
                user: variables["APLOMB_GIT_USER"] ?? "git",
                Redacted(token)
            )
        } else if variables["SSH_AUTH_SOCK"] != nil {
            credentials = .sshAgent
        }
        return RemoteAccess(
            credentials: credentials,
            knownHostsFile: knownHosts ?? home + "/.ssh/known_hosts",
            certificateFile: variables["SSL_CERT_FILE"],
            agentSocket: variables["SSH_AUTH_SOCK"],
            deadline: .seconds(max(1, gitTimeout))
        )
    }
}

/// Which repository and which fleet: the same for every verb.
struct RepositoryOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The fleet repository: a folder, a bare repository, or a URL.",
            valueName: "repo"
        )
    )
    var repository = "."

    @Option(
        name: .long,
        help: ArgumentHelp("The folder of the fleet within the repository.", valueName: "dir")
    )
    var path: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The branch, tag or commit to read.", valueName: "rev")
    )
    var ref: String?

    @OptionGroup var remote: RemoteOptions

    var selection: SourceSelection {
        SourceSelection(repository: repository, path: path, ref: ref, remote: remote)
    }
}

/// Where everything is kept that outlives a process.
struct StateOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where stores, mirrors, sandboxes and locks are kept ($APLOMB_STATE_DIR).",
            valueName: "dir"
        )
    )
    var stateDir: String?

    /// The state directory: the flag, the variable, `/var/lib/aplomb` for root, XDG for others.
    func directory(in environment: CommandEnvironment) -> FilePath {
        let variables = environment.variables
        let chosen =
            stateDir ?? variables["APLOMB_STATE_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        if let chosen {
            return environment.workingDirectory.pushing(FilePath(chosen)).lexicallyNormalized()
        }
        if environment.userID == 0 { return "/var/lib/aplomb" }
        let base =
            variables["XDG_STATE_HOME"] ?? (variables["HOME"] ?? "/tmp") + "/.local/state"
        return FilePath(base).appending("aplomb")
    }
}

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown
}
