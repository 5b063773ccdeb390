// SPDX-License-Identifier: Apache-2.0

/// Manifests of a small fleet, in the few shapes that scenarios need.
enum SmallFleet {
    static func fleet(prune: Bool = true, drift: String = "correct", limits: String? = nil)
        -> String
    {
        """
        apiVersion: aplomb/v1
        kind: Fleet
        metadata: {name: small}
        spec:
          provider: {local: {}}
          prune: \(prune)
          drift: {mode: \(drift)}
        \(limits.map { "  limits: \($0)\n" } ?? "")
        """
    }

    static func nodes(_ names: [String], sandbox: String = "{}") -> String {
        names.map { name in
            """
            apiVersion: aplomb/v1
            kind: Node
            metadata: {name: \(name)}
            spec: {tags: {Role: web}, sandbox: \(sandbox)}
            """
        }.joined(separator: "\n---\n") + "\n"
    }

    static let group = """
        apiVersion: aplomb/v1
        kind: ResourceGroup
        metadata: {name: web}
        spec: {query: {tags: {Role: [web]}}}
        """

    static func association(
        _ name: String,
        document: String,
        message: String? = nil,
        dependsOn: String? = nil,
        maxConcurrency: String = "50",
        maxErrors: String = "0"
    ) -> String {
        """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: \(name)}
        spec:
          document: \(document)
          targets: [{group: web}]
          maxConcurrency: "\(maxConcurrency)"
          maxErrors: "\(maxErrors)"
        \(message.map { "  parameters: {message: \"\($0)\"}\n" } ?? "")\
        \(dependsOn.map { "  dependsOn: [\($0)]\n" } ?? "")
        """
    }

    /// A document of shell lines, with one parameter `message` where asked for.
    static func document(_ lines: [String], hasMessage: Bool = false) -> String {
        """
        schemaVersion: "2.2"
        description: a test document
        \(hasMessage ? "parameters: {message: {type: String}}\n" : "")\
        mainSteps:
          - action: aws:runShellScript
            name: work
            inputs:
              runCommand:
        \(lines.map { "        - '\($0.replacing("'", with: "''"))'" }.joined(separator: "\n"))

        """
    }
}
