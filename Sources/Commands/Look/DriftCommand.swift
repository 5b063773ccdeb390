// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import Drifts
import FleetModel
import Planning
import Reports

/// `aplomb drift`: how the fleet differs from git, why, since when, and after whose command.
struct DriftCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Shows what is not as git says: why, since when, how often, and after what.",
        discussion: """
            It looks at the provider and changes nothing. Causes are external (someone changed an \
            object outside git), node (a machine moved), unknown; and, since git asked for it, \
            git, membership and clock.
            Examples:
              aplomb drift --path environments/prod
              aplomb drift --history             what has ended, too
              aplomb drift --detailed-exitcode   exit 2 when there is any, for cron
              aplomb drift --output markdown     for an issue
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var state: StateOptions

    @Option(help: "How to write it: text, markdown or json.")
    var output: OutputFormat = .text

    @Flag(help: "Show what has ended in the last 30 days, too.")
    var history = false

    @Flag(
        name: .customLong("detailed-exitcode"),
        help: "Exit 2 when something is not as git says and nobody asked for that."
    )
    var detailedExitCode = false

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let directory = state.directory(in: environment)
        let loaded = try await environment.loader(source.selection, directory).load()
        if loaded.diagnostics.hasErrors { environment.showDiagnostics(loaded) }
        let report = try await environment.reconciler(directory).drift(loaded)
        let text =
            switch output {
            case .json: DriftJSONView.render(report)
            case .markdown: DriftMarkdownView.render(report)
            case .text:
                DriftTerminalView.render(
                    report,
                    style: environment.console.style(.output),
                    history: history
                )
            }
        environment.console.write(text)
        guard report.unread.isEmpty else { return .failed }
        return detailedExitCode && !report.corrective.isEmpty ? .changed : .success
    }
}
