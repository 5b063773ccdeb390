// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SSMDocuments
import Testing

let node = NodeFacts(
    nodeID: "mi-0123456789abcdef0",
    name: "web-1",
    platformName: "Debian GNU/Linux",
    platformVersion: "12"
)
let command: CommandID = "11111111-2222-3333-4444-555555555555"

func diagnose(_ text: String, _ format: DesiredDocument.Format = .yaml) -> [Diagnostic] {
    DocumentLoader.load(text: text, format: format, file: "documents/test.yaml").diagnostics
}

func load(_ text: String, _ format: DesiredDocument.Format = .yaml) throws -> Document {
    let loaded = DocumentLoader.load(text: text, format: format, file: "documents/test.yaml")
    #expect(!loaded.diagnostics.hasErrors, "\(loaded.diagnostics.map(\.oneLine))")
    return try #require(loaded.document)
}

/// A document of one script whose lines are given, with a parameter `x` of type String.
func scriptDocument(_ lines: [String], parameter: String = "type: String") throws -> Document {
    try load(scriptText(lines, parameter: parameter))
}

func scriptText(_ lines: [String], parameter: String = "type: String") -> String {
    let body = lines.map {
        "      - |-\n"
            + $0.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "        " + $0 }.joined(separator: "\n")
    }.joined(separator: "\n")
    return """
        schemaVersion: "2.2"
        parameters:
          x: {\(parameter)}
        mainSteps:
          - action: aws:runShellScript
            name: one
            inputs:
              runCommand:
        \(body)
        """
}

extension Document {
    func resolved(_ parameters: [String: [String]] = [:], on facts: NodeFacts = node) throws
        -> [AgentStep]
    {
        try resolve(
            name: "test",
            version: "1",
            parameters: parameters,
            node: facts,
            commandID: command
        ).steps
    }

    func script(_ parameters: [String: [String]] = [:]) throws -> ShellScript {
        let steps = try resolved(parameters)
        guard case .runShellScript(let script)? = steps.first?.action else {
            throw DocumentError("TEST", "the first step does not run: \(steps)")
        }
        return script
    }
}
