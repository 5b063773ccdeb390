// SPDX-License-Identifier: Apache-2.0
import Diagnostics

extension DocumentReader {
    /// Warns of references that stand where values with special characters will be refused.
    mutating func lint(_ script: RunShellScript) {
        var units: [ShellUnit] = []
        var names: [(name: String, source: SourceRange)] = []
        for line in script.runCommand {
            for part in Template(line.text).parts {
                switch part {
                case .text(let text): units += text.utf8.map { .byte($0) }
                case .reference(let name, _):
                    units.append(.reference(names.count))
                    names.append((name, line.source))
                }
            }
            units.append(.byte(10))
        }
        guard !names.isEmpty else { return }
        let interpreter = ScriptInterpreter(of: units)
        let structure = ShellLexer.analyse(units)
        for (number, reference) in names.enumerated() where canSurprise(reference.name) {
            var place = structure.contexts[number].refusal
            if structure.contexts[number] == .comment { place = nil }
            if let program = structure.programs[number] { place = "in code for '\(program)'" }
            if !interpreter.isShell, let name = interpreter.name {
                place = "in a script for \(name)"
            }
            guard let place else { continue }
            warn(
                .unsafeInterpolation,
                "'{{ \(reference.name) }}' stands \(place): "
                    + "values with special characters are refused there",
                at: reference.source,
                hint: "the environment variable SSM_\(reference.name) holds the value"
            )
        }
    }

    /// Whether a parameter may have values that mean something to a shell.
    private func canSurprise(_ name: String) -> Bool {
        guard let definition = parameters.first(where: { $0.name == name }) else { return false }
        guard definition.kind != .integer, definition.kind != .boolean else { return false }
        return definition.allowedValues.isEmpty
            || !definition.allowedValues.allSatisfy(ScriptInterpolation.isInert)
    }
}
