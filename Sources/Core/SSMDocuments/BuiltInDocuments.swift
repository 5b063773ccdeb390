// SPDX-License-Identifier: Apache-2.0

/// The documents that every engine has from the start, owned by `Amazon` as people expect them.
///
/// They keep the names and parameters of AWS's, so that associations that use them work unchanged;
/// the texts are our own.
package enum BuiltInDocuments {
    package struct Entry: Hashable, Sendable {
        package var name: String
        package var documentType: String
        /// YAML.
        package var content: String
    }

    /// All of them, sorted by name.
    package static let all = [
        Entry(
            name: "AWS-GatherSoftwareInventory",
            documentType: "Policy",
            content: gatherSoftwareInventory
        ),
        Entry(name: "AWS-RunShellScript", documentType: "Command", content: runShellScript),
    ]

    /// The one of a name; `nil` when there is none.
    package static func named(_ name: String) -> Entry? { all.first { $0.name == name } }

    private static let runShellScript = """
        schemaVersion: "1.2"
        description: Runs the lines of a shell script, one after the other.
        parameters:
          commands:
            type: StringList
            description: The lines of the script. A first line such as #!/bin/bash names its shell.
            minItems: 1
            displayType: textarea
          workingDirectory:
            type: String
            description: The folder in which the script starts. Empty for the agent's own.
            default: ""
            maxChars: 4096
          executionTimeout:
            type: String
            description: How many seconds the script may take, up to two days (172800).
            default: "3600"
            allowedPattern: "^([1-9][0-9]{0,4}|1[0-6][0-9]{4}|17[01][0-9]{3}|172[0-7][0-9]{2}|172800)$"
        runtimeConfig:
          aws:runShellScript:
            properties:
              - runCommand: "{{ commands }}"
                workingDirectory: "{{ workingDirectory }}"
                timeoutSeconds: "{{ executionTimeout }}"

        """
}
