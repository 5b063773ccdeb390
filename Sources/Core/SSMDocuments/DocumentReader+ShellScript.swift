// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

extension DocumentReader {
    static let shellInputs = [
        "runCommand", "timeoutSeconds", "workingDirectory", "onFailure", "onSuccess",
        "finallyStep", "id",
    ]

    mutating func readShellScript(_ inputs: Node) -> RunShellScript? {
        if case .mapping(let entries) = inputs.content {
            for entry in entries where !Self.shellInputs.contains(entry.key) {
                warnIgnored(entry, "of aws:runShellScript", among: Self.shellInputs)
            }
        }
        guard let command = inputs["runCommand"] else {
            let keys: [String] =
                if case .mapping(let entries) = inputs.content { entries.map(\.key) } else { [] }
            report(
                "the inputs have no runCommand",
                at: inputs.range,
                hint: keys.first { nearestName(to: $0, among: ["runCommand"]) != nil }
                    .map { "'\($0)' is not it" } ?? "add runCommand: a list of lines"
            )
            return nil
        }
        var texts: [Node] = []
        readLines(command, into: &texts)
        let lines = texts.map { RunShellScript.Line($0.text ?? "", source: $0.range) }
        if lines.isEmpty, !hasLine(command) {
            report(
                "'runCommand' has no line",
                at: command.range,
                hint: "such as runCommand: [\"echo hello\"]"
            )
        }
        var script = RunShellScript(runCommand: lines)
        script.timeoutSeconds = scalar(inputs, "timeoutSeconds")
        script.workingDirectory = scalar(inputs, "workingDirectory")
        checkTimeout(inputs)
        if schema == .v2_2 {
            script.onFailure = choice(inputs, "onFailure", of: ["exit", "successAndExit"])
            script.onSuccess = choice(inputs, "onSuccess", of: ["exit"])
            script.finallyStep = choice(inputs, "finallyStep", of: ["true", "false"])
        }
        lint(texts)
        return script
    }

    /// Whether anything stands where a line could, be it of the right form or not.
    private func hasLine(_ node: Node) -> Bool {
        guard case .sequence(let items) = node.content else { return true }
        return items.contains(where: hasLine)
    }

    private mutating func readLines(_ node: Node, into lines: inout [Node]) {
        switch node.content {
        case .mapping:
            report(
                "a line of runCommand is a text, not a mapping",
                at: node.range,
                hint: "quote the line: ': ' and '{{' have a meaning in YAML; or begin it with |"
            )
        case .sequence(let items): for item in items { readLines(item, into: &lines) }
        case .scalar(let scalar):
            if scalar.text.unicodeScalars.contains("\0") {
                report(.badScriptText, "the script holds a NUL character", at: node.range)
            }
            if scalar.text.unicodeScalars.contains("\r") {
                warn(
                    .badScriptText,
                    "the script has Windows line ends, which are removed",
                    at: node.range
                )
            }
            if scalar.text.unicodeScalars.first == "\u{FEFF}" {
                warn(
                    .badScriptText,
                    "the script begins with a byte order mark, which is removed",
                    at: node.range
                )
            }
            lines.append(node)
        }
    }

    private mutating func scalar(_ inputs: Node, _ key: String) -> String? {
        guard let node = inputs[key], !node.isNull else { return nil }
        guard let text = node.text else {
            report("'\(key)' is a text, not \(node.shape)", at: node.range)
            return nil
        }
        return text
    }

    private mutating func checkTimeout(_ inputs: Node) {
        guard let node = inputs["timeoutSeconds"], let text = node.text,
            Template(text).references.isEmpty
        else { return }
        let isUsable = Double(text).map { RunShellScript.timeout(text) == Int(clamping: $0) }
        guard isUsable != true else { return }
        warn(
            .invalidDocumentContent,
            "timeoutSeconds '\(text)' is no number from 5 to 172800, so 3600 is used",
            at: node.range
        )
    }

    private mutating func choice(_ inputs: Node, _ key: String, of values: [String]) -> String? {
        guard let text = scalar(inputs, key), let node = inputs[key] else { return nil }
        guard values.contains(text) || !Template(text).references.isEmpty else {
            report(
                "'\(text)' is not a value of \(key)",
                at: node.range,
                hint: "the values are \(values.joined(separator: " and "))"
            )
            return nil
        }
        return text
    }
}

extension Int {
    init(clamping value: Double) {
        self = value.isFinite && abs(value) < 1e9 ? Int(value) : .max
    }
}
