// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `aplomb completion`: what a shell needs to complete verbs, options and their values.
struct CompletionCommand: EnvironmentCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Prints the completion script of a shell.",
        discussion: """
            Examples:
              source <(aplomb completion bash)
              aplomb completion zsh > ~/.zfunc/_aplomb
              aplomb completion fish > ~/.config/fish/completions/aplomb.fish
            """
    )

    @Argument(help: "The shell.")
    var shell: Shell

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let parserShell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        environment.console.write(Aplomb.completionScript(for: parserShell) + "\n")
        return .success
    }
}
