// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser

/// A verb of the command line: parsed arguments that can be run in an environment.
package protocol EnvironmentCommand: ParsableCommand {
    func run(in environment: CommandEnvironment) async throws -> ExitStatus
}

/// The root of the command line.
package struct Aplomb: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "aplomb",
        abstract: "Holds a fleet of servers true to a git repository.",
        discussion: """
            Examples:
              aplomb validate    check every file, offline
              aplomb plan        what would happen to which node, and why
              aplomb try         do it on sandbox nodes, and throw them away
              aplomb rehearse    what a document would change on a node, from a clone of it
              aplomb reconcile   make it so; from cron: quiet when all is well

            Exit codes are a contract: 'aplomb help exit-codes'.
            """,
        version: Aplomb.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Everyday",
                subcommands: [
                    PlanCommand.self, ReconcileCommand.self, TryCommand.self,
                    RehearseCommand.self, StatusCommand.self, DriftCommand.self,
                ]
            ),
            CommandGroup(
                name: "Looking",
                subcommands: [GetCommand.self, DescribeCommand.self, InventoryCommand.self]
            ),
            CommandGroup(
                name: "Serving",
                subcommands: [ServeCommand.self, AccessKeyCommand.self]
            ),
            CommandGroup(
                name: "Writing manifests",
                subcommands: [ValidateCommand.self, SchemaCommand.self, AdoptCommand.self]
            ),
            CommandGroup(
                name: "Setup and repair",
                subcommands: [CompletionCommand.self, APICommand.self]
            ),
        ]
    )

    /// The version of all programs of this package.
    package static let version = "0.1.0"

    package init() {}
}

extension Aplomb {
    /// Parses and runs a command line, and says with which status the process ends.
    ///
    /// Everything that goes wrong becomes one message on standard error: what, why, what to try.
    package static func main(
        _ arguments: [String],
        in environment: CommandEnvironment
    ) async -> ExitStatus {
        if arguments.count == 2, arguments[0] == "help", arguments[1] == "exit-codes" {
            environment.console.write("Exit codes of aplomb:\n\(ExitStatus.reference)\n")
            return .success
        }
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
            // The parser's own commands, which answer `--help` and `help`, tell by throwing.
            guard command is any EnvironmentCommand else {
                try command.run()
                return .success
            }
        } catch {
            return report(parsing: error, in: environment)
        }
        guard let command = command as? any EnvironmentCommand else { return .success }
        do {
            return try await command.run(in: environment)
        } catch let error as ValidationError {
            environment.console.note("error: \(error.message)")
            return .usage
        } catch {
            let failure = CommandError(error)
            environment.console.note("error: \(failure.message)")
            if let hint = failure.hint { environment.console.note("  hint: \(hint)") }
            return failure.status
        }
    }

    private static func report(
        parsing error: any Error,
        in environment: CommandEnvironment
    ) -> ExitStatus {
        let status = exitCode(for: error)
        let text = fullMessage(for: error) + "\n"
        environment.console.write(text, to: status.isSuccess ? .output : .error)
        return ExitStatus(rawValue: status.rawValue)
    }
}
