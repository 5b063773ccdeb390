// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import Reports

/// `aplomb validate`: every mistake of every file, offline.
struct ValidateCommand: EnvironmentCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, github }

    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks every manifest and document, offline.",
        discussion: """
            Without --path all fleets of the repository are checked.
            Examples:
              aplomb validate
              aplomb validate --output github   annotations for a GitHub Actions job
            """
    )

    @OptionGroup var source: RepositoryOptions
    @OptionGroup var state: StateOptions

    @Option(help: "How to write the findings: text, json or github.")
    var output: Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let checked = try await environment.loader(
            source.selection,
            state.directory(in: environment)
        ).validate()
        let console = environment.console
        switch output {
        case .text:
            let style = console.style(.output)
            console.write(
                DiagnosticsTerminalView.render(
                    checked.diagnostics,
                    texts: checked.texts,
                    style: style
                )
            )
            if !checked.diagnostics.hasErrors {
                let fleets = checked.fleets.map { $0.isEmpty ? "." : $0.displayEscaped }
                let files = checked.fileCount == 1 ? "1 file" : "\(checked.fileCount) files"
                console.write("valid: \(fleets.joined(separator: ", ")) (\(files))\n")
            }
        case .json: console.write(DiagnosticsJSONView.render(checked.diagnostics))
        case .github: console.write(GitHubAnnotationsView.render(checked.diagnostics))
        }
        return checked.diagnostics.hasErrors ? .refused : .success
    }
}
