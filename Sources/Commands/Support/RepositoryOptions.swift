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

    @OptionGroup(title: "Reaching a remote repository") var remote: RemoteOptions

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
