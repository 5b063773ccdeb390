// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// Fills the references of a shell script, so that no value is ever parsed as code (TH-09).
///
/// Three ways, from the freest to the strictest:
/// - A line that is one reference and stands where a command stands is *structural*: the parameter
///   is the script, as in `AWS-RunShellScript`.
/// - A value of inert characters only is put in as text, which is what AWS does.
/// - Any other value travels in the environment, and the reference becomes an expansion that suits
///   its place. Where there is no such expansion, the script is refused.
struct ScriptInterpolation {
    /// A script with its references filled in, and the variables that it needs.
    struct Outcome: Hashable, Sendable {
        var script: String
        var environment: [String: String]
    }

    private struct Reference {
        var name: String
        var value: DocumentValue
        /// Whether the reference is all that its line holds.
        var isWholeLine: Bool
        /// `interpolationType: ENV_VAR`.
        var isEnvironmentVariable: Bool
        var source: SourceRange

        /// A list that is a whole line stands for its lines, as in a structural place.
        var isLines: Bool {
            if case .list = value { isWholeLine } else { false }
        }

        var text: String {
            guard isLines, case .list(let items) = value else { return value.text }
            return items.map(\.text).joined(separator: "\n")
        }

        var variable: String { "SSM_" + name + (isLines ? "_lines" : "") }
    }

    private let document: Document
    private let values: [String: DocumentValue]
    private var references: [Reference] = []

    init(document: Document, values: [String: DocumentValue]) {
        self.document = document
        self.values = values
    }

    /// Fills the references of the lines.
    ///
    /// *Errors*: `UNSAFE_INTERPOLATION`, `NEEDS_AWS`, `InvalidDocumentContent`.
    mutating func fill(_ lines: [RunShellScript.Line]) throws(DocumentError) -> Outcome {
        var units: [ShellUnit] = []
        for line in lines {
            try append(line, to: &units)
            units.append(.byte(10))
        }
        Self.normalise(&units)
        units = substituteText(units)
        return try substituteVariables(units)
    }

    // MARK: Reading

    private mutating func append(
        _ line: RunShellScript.Line,
        to units: inout [ShellUnit]
    ) throws(DocumentError) {
        let parts = Template(line.text).parts
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let text): units += text.utf8.map { .byte($0) }
            case .reference(let name, let raw):
                guard !Template.isParameterStore(name) else {
                    throw DocumentError(
                        .needsAWS,
                        "'\(raw)' is in AWS's Parameter Store, which is not read here",
                        source: line.source
                    )
                }
                guard let value = values[name], let definition = document.parameter(name) else {
                    throw DocumentError(
                        .invalidDocumentContent,
                        "'\(raw)' names no parameter of the document",
                        source: line.source
                    )
                }
                units.append(.reference(references.count))
                references.append(
                    Reference(
                        name: name,
                        value: value,
                        isWholeLine: Self.isWholeLine(parts, index),
                        isEnvironmentVariable: definition.isEnvironmentVariable,
                        source: line.source
                    )
                )
            }
        }
    }

    /// Whether nothing but blanks stands around a part, up to the ends of its line.
    private static func isWholeLine(_ parts: [Template.Part], _ index: Int) -> Bool {
        func isBlank(_ text: some Sequence<UInt8>) -> Bool {
            text.allSatisfy { [9, 13, 32].contains($0) }
        }
        if index > 0 {
            guard case .text(let before) = parts[index - 1] else { return false }
            guard isBlank(before.utf8.reversed().prefix { $0 != 10 }) else { return false }
        }
        guard index + 1 < parts.count else { return true }
        guard case .text(let after) = parts[index + 1] else { return false }
        return isBlank(after.utf8.prefix { $0 != 10 })
    }

    /// Removes a byte order mark at the start and carriage returns before line ends (BI-055).
    private static func normalise(_ units: inout [ShellUnit]) {
        let mark: [ShellUnit] = [.byte(0xEF), .byte(0xBB), .byte(0xBF)]
        if units.starts(with: mark) { units.removeFirst(3) }
        guard units.contains(.byte(13)) else { return }
        var result: [ShellUnit] = []
        for (index, unit) in units.enumerated() {
            if unit == .byte(13), index + 1 < units.count, units[index + 1] == .byte(10) {
                continue
            }
            result.append(unit)
        }
        units = result
    }

    // MARK: Text

    /// Puts in what is structural or inert; the other references stay.
    private func substituteText(_ units: [ShellUnit]) -> [ShellUnit] {
        let isShell = ScriptInterpreter(of: units).isShell
        let structure = ShellLexer.analyse(units)
        var isFirst: Set<Int> = []
        var isStructural: Set<Int> = []
        // The lexer numbers references in the order of the text, and so does `references`.
        for command in structure.commands {
            if let word = command.words.first { isFirst.formUnion(word.references) }
            guard isShell, let reference = command.onlyReference,
                structure.contexts[reference] == .bare,
                structure.commands.count(where: { $0.pipeline == command.pipeline }) == 1
            else { continue }
            if references[reference].isWholeLine, !references[reference].isEnvironmentVariable {
                isStructural.insert(reference)
            }
        }
        var result: [ShellUnit] = []
        for unit in units {
            guard case .reference(let number) = unit else {
                result.append(unit)
                continue
            }
            let reference = references[number]
            if isStructural.contains(number) {
                result += Self.lines(of: reference.text)
                continue
            }
            // A value such as LD_PRELOAD=… would set a variable where a command is expected.
            let isInert =
                Self.isInert(reference.text)
                && !(isFirst.contains(number) && reference.text.utf8.contains(UInt8(ascii: "=")))
            let isRefused = structure.contexts[number].refusal != nil || !isShell
            if isInert, !reference.isEnvironmentVariable || isRefused {
                result += reference.text.utf8.map { .byte($0) }
            } else {
                result.append(unit)
            }
        }
        Self.normalise(&result)
        return result
    }

    private static func lines(of text: String) -> [ShellUnit] {
        text.utf8.map { .byte($0) }
    }

    /// Whether a value is the same to the shell in every context, and in every program it starts.
    static func isInert(_ text: String) -> Bool {
        guard text.utf8.first != UInt8(ascii: "=") else { return false }
        return text.utf8.allSatisfy { byte in
            Template.isWordByte(byte) || inertPunctuation.contains(byte)
        }
    }

    private static let inertPunctuation: Set<UInt8> = Set("./:@%+=,-".utf8)

    /// Whether a value is plain in the small languages of sed and awk, where a space is harmless.
    private static func isPlainText(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            byte == 32 || byte >= 0x80 || Template.isWordByte(byte)
                || [45, 46, 58, 64, 37, 43, 61, 44].contains(byte)
        }
    }

    // MARK: Variables

    private func substituteVariables(_ units: [ShellUnit]) throws(DocumentError) -> Outcome {
        let interpreter = ScriptInterpreter(of: units)
        let structure = ShellLexer.analyse(units)
        var bytes: [UInt8] = []
        var environment: [String: String] = [:]
        var order = 0
        var isFirstLine = true
        for unit in units {
            switch unit {
            case .byte(let byte):
                guard byte != 0 else {
                    throw DocumentError(.badScriptText, "the script holds a NUL character")
                }
                if byte == 10 { isFirstLine = false }
                bytes.append(byte)
            case .reference(let number):
                let reference = references[number]
                let context = structure.contexts[order]
                let program = structure.programs[order]
                order += 1
                if interpreter.name != nil, !interpreter.isShell || isFirstLine {
                    let place =
                        isFirstLine
                        ? "in the line that names the interpreter"
                        : "in a script for \(interpreter.name ?? "")"
                    throw Self.refusal(
                        of: reference,
                        place,
                        in: context,
                        language: interpreter.isShell ? nil : interpreter.name
                    )
                }
                let filters: Set<String> = ["sed", "awk", "gawk", "mawk"]
                if let program, !(filters.contains(program) && Self.isPlainText(reference.text)) {
                    throw Self.refusal(
                        of: reference,
                        "in code for '\(program)'",
                        in: context,
                        program: program
                    )
                }
                bytes += try Self.replacement(of: reference, in: context).utf8
                environment[reference.variable] = reference.text
            }
        }
        return Outcome(script: String(decoding: bytes, as: UTF8.self), environment: environment)
    }

    private static func replacement(
        of reference: Reference,
        in context: ShellContext
    ) throws(DocumentError) -> String {
        let expansion = "${\(reference.variable)}"
        switch context {
        case .bare: return "\"\(expansion)\""
        case .doubleQuoted, .heredoc: return expansion
        case .singleQuoted: return "'\"\(expansion)\"'"
        case .comment: return commented(reference.text)
        default: throw refusal(of: reference, context.refusal ?? "here", in: context)
        }
    }

    /// What of a value may stand in a comment: nothing that could end it.
    private static func commented(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                isInert(String(decoding: [byte], as: UTF8.self)) || byte == 32
                    ? byte : UInt8(ascii: "_")
            },
            as: UTF8.self
        )
    }

    private static func refusal(
        of reference: Reference,
        _ place: String,
        in context: ShellContext,
        program: String? = nil,
        language: String? = nil
    ) -> DocumentError {
        DocumentError(
            .unsafeInterpolation,
            "the value of '\(reference.name)' cannot be put \(place): "
                + "it has characters that could be taken for code",
            hint: InterpolationAdvice.hint(
                for: reference.name,
                in: context,
                program: program,
                language: language
            ),
            source: reference.source
        )
    }
}

extension ShellStructure.Command {
    /// The reference that is all of the command, at the top of the script.
    var onlyReference: Int? {
        guard depth == 0, words.count == 1, let word = words.first, word.isOnlyReference,
            assignments.isEmpty, !hasRedirections
        else { return nil }
        return word.references.first
    }
}

/// What runs a script: the program that its first line names, or `sh`.
struct ScriptInterpreter: Hashable, Sendable {
    /// `nil` without a `#!` line.
    var name: String?

    init(of units: [ShellUnit]) {
        guard units.starts(with: [.byte(UInt8(ascii: "#")), .byte(UInt8(ascii: "!"))]) else {
            return
        }
        let line = units.dropFirst(2).prefix { $0 != .byte(10) }
        let bytes = line.map { unit in if case .byte(let byte) = unit { byte } else { UInt8(0) } }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        let names = words.map { String($0.split(separator: "/").last ?? "") }
        name = names.first ?? ""
        if name == "env" {
            name = names.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") } ?? "env"
        }
    }

    var isShell: Bool {
        guard let name else { return true }
        return ["sh", "bash", "dash", "ksh", "zsh", "ash", "mksh"].contains(name)
    }
}
