// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Diagnostics
import Manifests

/// `aplomb schema`: JSON Schema for editors.
struct SchemaCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of a kind, for editors.",
        discussion: """
            Without a kind it lists the kinds. In a manifest, an editor finds the schema by a comment:
              # yaml-language-server: $schema=../.aplomb/association.json
            """
    )

    @Argument(help: "The kind, such as Association.")
    var kind: String?

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        guard let kind else {
            environment.console.write(ManifestSchema.kinds.joined(separator: "\n") + "\n")
            return .success
        }
        guard let schema = ManifestSchema.schema(of: kind) else {
            throw CommandError(
                .usage,
                "there is no kind '\(kind)'",
                hint: nearestName(to: kind, among: ManifestSchema.kinds).map {
                    "did you mean '\($0)'?"
                }
                    ?? "kinds: \(ManifestSchema.kinds.joined(separator: ", "))"
            )
        }
        environment.console.write(schema)
        return .success
    }
}
