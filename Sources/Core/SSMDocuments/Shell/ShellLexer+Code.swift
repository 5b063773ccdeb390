// SPDX-License-Identifier: Apache-2.0

/// Finds the words that a program takes as code: data for this shell, and a danger after it.
extension ShellLexer {
    /// Which arguments of a program are code.
    private enum CodeArguments {
        case all
        /// The first argument that is no option, unless one of the options says a file holds it.
        case firstOperand(unless: [String])
        /// The word after one of these options, or after a cluster that ends with such a letter.
        case after(options: [String], letters: String)
        /// Names of variables, whose subscripts bash evaluates.
        case names
    }

    private struct Program {
        var arguments: CodeArguments
        /// Without operands, the program runs what it reads.
        var runsInput = false
    }

    private static let shell = Program(
        arguments: .after(options: ["-c"], letters: "c"),
        runsInput: true
    )
    private static let script = Program(
        arguments: .after(options: ["-c", "-e", "-E", "-r", "--eval"], letters: "ceE"),
        runsInput: true
    )
    private static let database = Program(
        arguments: .after(options: ["-c", "--command", "-e", "--execute"], letters: "ce"),
        runsInput: true
    )
    private static let all = Program(arguments: .all)
    private static let names = Program(arguments: .names)
    private static let filter = Program(arguments: .firstOperand(unless: ["-f", "--file"]))

    private static let programs: [String: Program] = [
        "eval": all, "trap": all, "watch": all, "let": all, "parallel": all,
        "ssh": Program(arguments: .all, runsInput: true),
        "su": Program(
            arguments: .after(options: ["-c", "--command"], letters: "c"),
            runsInput: true
        ),
        "runuser": Program(
            arguments: .after(options: ["-c", "--command"], letters: "c"),
            runsInput: true
        ),
        "sh": shell, "bash": shell, "dash": shell, "ksh": shell, "zsh": shell, "ash": shell,
        "python": script, "python2": script, "python3": script, "perl": script, "ruby": script,
        "node": script, "php": script, "lua": script,
        "psql": database, "mysql": database, "mariadb": database,
        "awk": filter, "gawk": filter, "mawk": filter, "sed": filter,
        "unset": names, "read": names, "declare": names, "typeset": names, "local": names,
        "export": names, "readonly": names,
    ]

    /// Programs that run another, which is one of their arguments.
    private static let wrappers: Set<String> = [
        "sudo", "doas", "env", "exec", "command", "builtin", "nohup", "timeout", "nice", "ionice",
        "setsid", "stdbuf", "xargs", "chroot", "unshare", "nsenter", "flock", "systemd-run",
        "busybox", "find", "docker", "podman", "kubectl", "lxc-attach",
    ]

    mutating func markCode() {
        for (number, command) in result.commands.enumerated() {
            for word in command.assignments + command.words { markSubscripts(word) }
            markTests(command)
            guard let first = command.words.first else { continue }
            var places = [0]
            if Self.wrappers.contains(Self.baseName(first)) {
                places = Array(command.words.indices)
            }
            for place in places {
                let name = Self.baseName(command.words[place])
                guard let program = Self.programs[name] else { continue }
                let arguments = Array(command.words[(place + 1)...])
                markArguments(arguments, of: program, named: name)
                if program.runsInput, Self.readsCode(arguments, named: name) {
                    markInput(of: number, named: name)
                }
            }
        }
    }

    private static func baseName(_ word: ShellStructure.Word) -> String {
        String(word.text.split(separator: "/").last ?? "")
    }

    private mutating func mark(_ references: some Sequence<Int>, _ name: String) {
        for reference in references { result.programs[reference] = name }
    }

    private mutating func markArguments(
        _ arguments: [ShellStructure.Word],
        of program: Program,
        named name: String
    ) {
        switch program.arguments {
        case .all: for word in arguments { mark(word.references, name) }
        case .firstOperand(let files):
            markFilter(arguments, files: files, named: name)
        case .after(let options, let letters):
            for (index, word) in arguments.enumerated() {
                let text = word.text
                let isCluster =
                    text.hasPrefix("-") && !text.hasPrefix("--")
                    && (text.last.map { letters.contains($0) } ?? false
                        || name.hasSuffix("sh") && text.contains("c"))
                guard options.contains(text) || isCluster else {
                    if let option = options.first(where: {
                        text.hasPrefix($0 + "=") || text.hasPrefix($0 + "\0")
                    }),
                        !option.isEmpty
                    {
                        mark(word.references, name)
                    }
                    continue
                }
                let code = arguments[(index + 1)...].first { !$0.text.hasPrefix("-") }
                if let code { mark(code.references, name) }
            }
        case .names:
            let evaluates = arguments.contains {
                $0.text.hasPrefix("-") && $0.text.contains { "inaA".contains($0) }
            }
            for word in arguments {
                let isValue = word.isAssignment && !evaluates
                if !isValue { mark(word.references, name) }
            }
        }
    }

    private mutating func markFilter(
        _ arguments: [ShellStructure.Word],
        files: [String],
        named name: String
    ) {
        let takesValue: Set<String> = name == "sed" ? ["-l"] : ["-v", "-F"]
        var isOperandNext = true
        var index = 0
        while index < arguments.count {
            let text = arguments[index].text
            if text == "-e" || text == "--expression" {
                isOperandNext = false
                if index + 1 < arguments.count { mark(arguments[index + 1].references, name) }
                index += 2
            } else if files.contains(text) {
                isOperandNext = false
                index += 2
            } else if takesValue.contains(text) {
                index += 2
            } else if text.hasPrefix("-"), text != "-" {
                mark(arguments[index].references, name)
                index += 1
            } else {
                if isOperandNext { mark(arguments[index].references, name) }
                isOperandNext = false
                index += 1
            }
        }
    }

    /// Whether a program runs its standard input: it is given no file to run.
    private static func readsCode(_ arguments: [ShellStructure.Word], named name: String) -> Bool {
        if ["ssh", "su", "runuser", "psql", "mysql", "mariadb"].contains(name) { return true }
        let operands = arguments.filter { !$0.text.hasPrefix("-") || $0.text == "-" }
        let readsInput = arguments.contains { $0.text == "-s" || $0.text == "-" }
        return operands.isEmpty || readsInput
    }

    /// Marks what a command reads: its here-documents, and what the pipeline before it prints.
    private mutating func markInput(of number: Int, named name: String) {
        let command = result.commands[number]
        mark(command.inputReferences, name)
        mark(command.fedBy, name)
    }

    /// Subscripts are arithmetic, and arithmetic in bash runs `$(…)` that stands in a value.
    private mutating func markSubscripts(_ word: ShellStructure.Word) {
        guard let bracket = word.literal.firstIndex(of: UInt8(ascii: "[")), bracket > 0,
            word.literal[..<bracket].allSatisfy(Template.isWordByte),
            let close = word.literal.lastIndex(of: UInt8(ascii: "]")),
            word.literal[bracket...close].contains(0), word.isAssignment
        else { return }
        for reference in word.references { result.contexts[reference] = .arithmetic }
    }

    private mutating func markTests(_ command: ShellStructure.Command) {
        guard let name = command.words.first?.text, ["[[", "[", "test"].contains(name) else {
            return
        }
        let numeric: Set<String> = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]
        let hasNumbers = command.words.contains { numeric.contains($0.text) }
        let hasNames = command.words.contains { $0.text == "-v" || $0.text == "-R" }
        guard hasNames || name == "[[" && hasNumbers else { return }
        for word in command.words {
            for reference in word.references { result.contexts[reference] = .arithmetic }
        }
    }
}
