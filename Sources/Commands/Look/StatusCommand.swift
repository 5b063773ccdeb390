// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import FleetModel
import Reports

/// `aplomb status`: the fleet as last seen, from the status branch alone.
struct StatusCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the fleets as last seen, from the status branch.",
        discussion: """
            It asks no node and no provider: what it shows is what was committed, and works with \
            everything else down.
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var state: StateOptions

    @Option(help: "The branch that holds the status.")
    var branch = "aplomb/status"

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when a fleet is not as git says.")
    var detailedExitCode = false

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let reader = try environment.loader(source.selection, state.directory(in: environment))
        guard let status = try await reader.status(branch: branch) else {
            throw CommandError(
                .failed,
                "there is no branch '\(branch)' yet",
                hint: "'aplomb reconcile' writes it at its first run"
            )
        }
        if output == .json {
            environment.console.write(String(decoding: status.bytes, as: UTF8.self))
        } else {
            let style = environment.console.style(.output)
            let fleets = status.fleets.sorted { $0.fleet < $1.fleet }
            environment.console.write(
                fleets.map { StatusTerminalView.render($0, style: style) }
                    .joined(separator: "\n")
            )
        }
        return detailedExitCode && !status.fleets.allSatisfy(\.isReady) ? .changed : .success
    }
}
