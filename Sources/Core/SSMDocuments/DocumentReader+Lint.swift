// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

extension DocumentReader {
    /// Warns the author of references where values with special characters will be refused.
    ///
    /// What `ScriptInterpolation` can do safely is not warned of: a value in plain sight, within
    /// quotes or in a here-document travels in the environment whatever it holds, and a line that is
    /// one reference is the script itself. A parameter whose values cannot mean anything to a shell
    /// is never warned of. *Source*: BI-059, TH-09.
    mutating func lint(_ lines: [Node]) {
        var units: [ShellUnit] = []
        var references: [(name: String, source: SourceRange)] = []
        for line in lines {
            let template = Template(line.text ?? "")
            var places = line.places(ofUTF8: template.placedReferences.map(\.range))[...]
            for part in template.parts {
                switch part {
                case .text(let text): units += text.utf8.map { .byte($0) }
                case .reference(let name, _):
                    units.append(.reference(references.count))
                    references.append((name, places.popFirst() ?? line.range))
                }
            }
            units.append(.byte(10))
        }
        guard !references.isEmpty else { return }
        let interpreter = ScriptInterpreter(of: units)
        let structure = ShellLexer.analyse(units)
        let firstLine = Set(units.prefix { $0 != .byte(10) })
        var found = 0
        for (number, reference) in references.enumerated() where canSurprise(reference.name) {
            let context = structure.contexts[number]
            var place = context == .comment ? nil : context.refusal
            let program = structure.programs[number]
            if let program { place = "in code for '\(program)'" }
            if let name = interpreter.name {
                if !interpreter.isShell { place = "in a script for \(name)" }
                if firstLine.contains(.reference(number)) {
                    place = "in the line that names the interpreter"
                }
            }
            guard let place else { continue }
            found += 1
            guard found <= Self.findingsPerTextMax else { return }
            warn(
                .unsafeInterpolation,
                "'{{ \(reference.name) }}' stands \(place): "
                    + "values with special characters are refused there",
                at: reference.source,
                hint: InterpolationAdvice.hint(
                    for: reference.name,
                    in: context,
                    program: program,
                    language: interpreter.isShell ? nil : interpreter.name
                )
            )
        }
    }

    /// Whether a parameter may have values that mean something to a shell.
    private func canSurprise(_ name: String) -> Bool {
        guard let definition = parameters.first(where: { $0.name == name }) else { return false }
        switch definition.kind {
        case .integer, .boolean: return false
        // Within a line these are JSON, which has quotes.
        case .stringList, .mapList, .stringMap: return true
        case .string: break
        }
        if !definition.allowedValues.isEmpty {
            return !definition.allowedValues.allSatisfy(ScriptInterpolation.isInert)
        }
        let isInert = definition.allowedPattern?.admitsOnly { scalar in
            scalar != "=" && ScriptInterpolation.isInert(String(scalar))
        }
        return isInert != true
    }
}
