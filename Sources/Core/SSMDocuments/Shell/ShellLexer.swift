// SPDX-License-Identifier: Apache-2.0

/// Follows the quoting of a script of `sh`, `bash` or `ksh`, to find where references stand.
///
/// It finds contexts; it does not judge scripts. That a value never becomes code of this shell does
/// not depend on it: a value is only ever put in place as `${NAME}`, in quotes that are balanced
/// wherever they stand, and shells do not parse what an expansion yields. A context that is found
/// wrongly costs the value's exactness, never more. What does depend on it is knowing the places
/// where a value would be evaluated a second time; those are refused.
///
/// *Source*: POSIX.1-2017, Shell Command Language, sections 2.2, 2.3, 2.6 and 2.7.4.
struct ShellLexer {
    enum End { case script, parenthesis, backtick }

    struct PendingHeredoc {
        var delimiter: [UInt8]
        var isQuoted: Bool
        var stripsTabs: Bool
        var command: Int
    }

    var units: [ShellUnit]
    var index = 0
    var result = ShellStructure()
    var pending: [PendingHeredoc] = []
    var pipelines = 0
    /// The depth of the list that is being read; the script itself has none.
    var depth = -1
    var arithmeticDepth = 0
    var backtickDepth = 0
    var isUnclear = false

    static let depthMax = 100

    init(_ units: [ShellUnit]) { self.units = units }

    /// Finds the place of every reference; references are numbered in the order of the text.
    static func analyse(_ units: [ShellUnit]) -> ShellStructure {
        var lexer = ShellLexer(units)
        lexer.parseList(until: .script)
        lexer.markCode()
        let count = units.count { if case .reference = $0 { true } else { false } }
        if lexer.result.contexts.count < count {
            // Nested too deeply to be read to the end.
            lexer.isUnclear = true
            let missing = count - lexer.result.contexts.count
            lexer.result.contexts += Array(repeating: .unclear, count: missing)
        }
        if lexer.isUnclear {
            lexer.result.contexts = lexer.result.contexts.map { _ in .unclear }
        }
        return lexer.result
    }

    // MARK: Units

    var byte: UInt8? { byte(at: index) }

    func byte(at index: Int) -> UInt8? {
        guard index < units.count, case .byte(let byte) = units[index] else { return nil }
        return byte
    }

    var isAtEnd: Bool { index >= units.count }

    func next(is character: Unicode.Scalar, after offset: Int = 0) -> Bool {
        byte(at: index + offset) == UInt8(ascii: character)
    }

    /// Notes the reference at the place of reading, and passes it.
    mutating func record(_ context: ShellContext) {
        result.contexts.append(arithmeticDepth > 0 ? .arithmetic : context)
        index += 1
    }

    var isReference: Bool {
        guard index < units.count, case .reference = units[index] else { return false }
        return true
    }

    // MARK: Commands

    /// The state of a list of commands that is being read.
    private struct List {
        var command = 0
        var pipeline = 0
        /// The first reference of the list, and of the pipeline that is being read.
        var firstReference: Int
        var pipelineReference: Int
        /// Whether the pipeline begins with `{ …; }`, a loop or the like, which feeds it too.
        var endsCompound = false
        /// How many `case` are open, whose patterns end with a lone parenthesis.
        var cases = 0
        var redirection: Redirection?
    }

    enum Redirection { case file, hereString }

    private mutating func startCommand(_ list: inout List, newPipeline: Bool) {
        let reference = result.contexts.count
        if newPipeline {
            pipelines += 1
            list.pipeline = pipelines
            list.pipelineReference = reference
            list.endsCompound = false
        }
        let first = list.endsCompound ? list.firstReference : list.pipelineReference
        list.command = result.commands.count
        list.redirection = nil
        result.commands.append(
            .init(pipeline: list.pipeline, depth: depth, fedBy: first..<reference)
        )
    }

    /// Reads commands up to an end, which is passed.
    mutating func parseList(until end: End) {
        depth += 1
        let outerPending = pending
        pending = []
        defer {
            depth -= 1
            pending = outerPending
        }
        guard depth <= Self.depthMax else {
            isUnclear = true
            index = units.count
            return
        }
        let first = result.contexts.count
        var list = List(firstReference: first, pipelineReference: first)
        startCommand(&list, newPipeline: true)
        while !isAtEnd {
            if parseSeparator(&list) { continue }
            if let byte, byte == UInt8(ascii: ")") {
                if list.cases > 0 {
                    index += 1
                    startCommand(&list, newPipeline: true)
                    continue
                }
                index += 1
                if end == .parenthesis { return }
                continue
            }
            if next(is: "`"), end == .backtick {
                index += 1
                return
            }
            if next(is: "#") {
                parseComment(until: end)
            } else if next(is: "<") || next(is: ">") {
                list.redirection = parseRedirection(list.command)
            } else if next(is: "("), next(is: "(", after: 1) {
                index += 2
                parseArithmetic()
            } else if next(is: "(") {
                index += 1
                parseList(until: .parenthesis)
            } else {
                parseNextWord(&list)
            }
        }
    }

    /// Passes blanks, line ends and operators between commands.
    private mutating func parseSeparator(_ list: inout List) -> Bool {
        guard let byte else { return false }
        switch byte {
        case 32, 9, 13: index += 1
        case UInt8(ascii: "\\") where self.byte(at: index + 1) == 10: index += 2
        case 10:
            index += 1
            startCommand(&list, newPipeline: true)
            readHeredocs()
        case UInt8(ascii: ";"):
            index += 1
            startCommand(&list, newPipeline: true)
        case UInt8(ascii: "&") where next(is: ">", after: 1): index += 1
        case UInt8(ascii: "&"), UInt8(ascii: "|"):
            let isPipe = byte == UInt8(ascii: "|") && !next(is: "|", after: 1)
            index += self.byte(at: index + 1) == byte ? 2 : 1
            if isPipe, next(is: "&") { index += 1 }
            startCommand(&list, newPipeline: !isPipe)
        default: return false
        }
        return true
    }

    private mutating func parseNextWord(_ list: inout List) {
        let start = index
        let word = parseWord()
        // A byte that nothing reads must not stop the loop.
        if index == start {
            isUnclear = true
            index += 1
        }
        if let redirection = list.redirection {
            list.redirection = nil
            if redirection == .hereString {
                result.commands[list.command].inputReferences += Array(word.references)
            }
            return
        }
        if result.commands[list.command].words.isEmpty {
            if Self.compoundEnds.contains(word.text) { list.endsCompound = true }
            if Self.keywords.contains(word.text) { return }
            if word.text == "case" { list.cases += 1 }
            if word.text == "esac" {
                list.cases = max(0, list.cases - 1)
                return
            }
            if word.isAssignment {
                result.commands[list.command].assignments.append(word)
                return
            }
        }
        result.commands[list.command].words.append(word)
    }

    private static let compoundEnds: Set<String> = ["done", "fi", "esac", "}"]
    private static let keywords: Set<String> = [
        "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "time",
    ]

    private mutating func parseComment(until end: End) {
        while !isAtEnd, byte != 10 {
            if end == .backtick, next(is: "`") { return }
            if isReference { record(.comment) } else { index += 1 }
        }
    }

    // MARK: Redirections

    /// Passes a redirection operator; answers what the next word is for.
    private mutating func parseRedirection(_ command: Int) -> Redirection? {
        result.commands[command].hasRedirections = true
        if next(is: "<"), next(is: "<", after: 1) {
            if next(is: "<", after: 2) {
                index += 3
                return .hereString
            }
            index += 2
            let stripsTabs = next(is: "-")
            if stripsTabs { index += 1 }
            parseDelimiter(stripsTabs: stripsTabs, command: command)
            return nil
        }
        if next(is: "(", after: 1) {
            index += 2
            parseList(until: .parenthesis)
            return nil
        }
        index += 1
        while let byte, [UInt8(ascii: "<"), UInt8(ascii: ">"), 38, 124].contains(byte) {
            index += 1
        }
        return .file
    }

    private mutating func parseDelimiter(stripsTabs: Bool, command: Int) {
        while byte == 32 || byte == 9 { index += 1 }
        let start = index
        let word = parseWord()
        let isQuoted = units[start..<index].contains { unit in
            guard case .byte(let byte) = unit else { return false }
            return [UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(byte)
        }
        for reference in word.references {
            result.contexts[reference] = .redirectionDelimiter
        }
        pending.append(
            PendingHeredoc(
                delimiter: word.literal,
                isQuoted: isQuoted,
                stripsTabs: stripsTabs,
                command: command
            )
        )
    }

    /// Reads the bodies of the here-documents that the line before announced.
    private mutating func readHeredocs() {
        let bodies = pending
        pending = []
        for heredoc in bodies {
            let first = result.contexts.count
            readHeredoc(heredoc)
            result.commands[heredoc.command].inputReferences +=
                Array(first..<result.contexts.count)
        }
    }

    private mutating func readHeredoc(_ heredoc: PendingHeredoc) {
        while !isAtEnd {
            if passDelimiter(heredoc) { return }
            while !isAtEnd {
                if byte == 10 {
                    index += 1
                    break
                }
                if isReference {
                    record(heredoc.isQuoted ? .quotedHeredoc : .heredoc)
                } else if heredoc.isQuoted {
                    index += 1
                } else {
                    parseExpandedText(in: .heredoc)
                }
            }
        }
    }

    private mutating func passDelimiter(_ heredoc: PendingHeredoc) -> Bool {
        var start = index
        while heredoc.stripsTabs, byte(at: start) == 9 { start += 1 }
        let end = units[start...].firstIndex(of: .byte(10)) ?? units.count
        guard units[start..<end].elementsEqual(heredoc.delimiter.map { ShellUnit.byte($0) }) else {
            return false
        }
        index = min(end + 1, units.count)
        return true
    }
}

extension ShellStructure.Word {
    /// Whether the word is `NAME=…`, which before a command sets a variable.
    var isAssignment: Bool {
        guard let equals = literal.firstIndex(of: UInt8(ascii: "=")) else { return false }
        var name = literal[..<equals]
        if name.last == UInt8(ascii: "+") { name.removeLast() }
        if let bracket = name.firstIndex(of: UInt8(ascii: "[")) { name = name[..<bracket] }
        guard let first = name.first, !(48...57).contains(first) else { return false }
        return name.allSatisfy(Template.isWordByte)
    }
}
