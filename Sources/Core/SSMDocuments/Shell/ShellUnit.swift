// SPDX-License-Identifier: Apache-2.0

/// One byte of a script, or a reference that stands in it.
enum ShellUnit: Hashable, Sendable {
    case byte(UInt8)
    /// The number of the reference.
    case reference(Int)
}

/// Where in a shell script a reference stands, which decides what may replace it.
enum ShellContext: Hashable, Sendable {
    case bare
    case doubleQuoted
    case singleQuoted
    case heredoc

    // A value cannot arrive as data in any of these.
    case comment
    case quotedHeredoc
    case arithmetic
    case escaped
    case ansiQuoted
    case parameterExpansion
    case redirectionDelimiter
    /// The quoting could not be followed to here.
    case unclear

    /// What a message says about the place; `nil` where a value may stand.
    var refusal: String? {
        switch self {
        case .bare, .doubleQuoted, .singleQuoted, .heredoc: nil
        case .comment: "in a comment"
        case .quotedHeredoc: "in a here-document whose delimiter is quoted"
        case .arithmetic: "in an arithmetic expression"
        case .escaped: "right after a backslash or a dollar sign"
        case .ansiQuoted: "within $'…'"
        case .parameterExpansion: "within ${…}"
        case .redirectionDelimiter: "in the delimiter of a here-document"
        case .unclear: "where the quoting of the script cannot be followed"
        }
    }
}

/// What the lexer found: the place of every reference, and the commands around them.
struct ShellStructure: Sendable {
    /// A word of a command; unknown parts of it are zero bytes in `literal`.
    struct Word: Sendable {
        var literal: [UInt8] = []
        /// The numbers of the references within, nested ones included.
        var references: Range<Int> = 0..<0
        var isOnlyReference = false

        var text: String { String(decoding: literal, as: UTF8.self) }
    }

    struct Command: Sendable {
        var words: [Word] = []
        var assignments: [Word] = []
        /// References in here-documents and here-strings that the command reads.
        var inputReferences: [Int] = []
        var hasRedirections = false
        var pipeline: Int
        /// Zero at the top of the script, more within `$(…)`, `(…)` and back-ticks.
        var depth: Int
        /// References that stand before the command, in the pipeline that feeds it.
        var fedBy: Range<Int>
    }

    /// By number of the reference.
    var contexts: [ShellContext] = []
    /// The programs that take a reference as code, by number of the reference.
    var programs: [Int: String] = [:]
    var commands: [Command] = []
}
