// SPDX-License-Identifier: Apache-2.0

/// What to write where a value cannot be put safely: for the author and for whoever passes a value.
///
/// "Read the variable there" is no advice for code of a shell: within double quotes the variable is
/// put in before the code is read, which is what must not happen.
enum InterpolationAdvice {
    private static let shells: Set<String> = [
        "sh", "bash", "dash", "ksh", "zsh", "ash", "su", "runuser",
    ]
    private static let languages: Set<String> = [
        "python", "python2", "python3", "perl", "ruby", "node", "php", "lua",
    ]

    /// *Shape*: `program` takes the reference as code; `language` is what runs the whole script
    /// when that is no shell.
    static func hint(
        for name: String,
        in context: ShellContext,
        program: String?,
        language: String?
    ) -> String {
        let pattern = "give '\(name)' an allowedPattern such as ^[a-zA-Z0-9_.-]+$"
        if let first = language ?? program {
            if language != nil || languages.contains(first) {
                return "read the environment variable SSM_\(name) in \(first), or \(pattern)"
            }
            if shells.contains(first) {
                return "pass it as an argument, as in sh -c 'echo \"$1\"' sh {{ \(name) }},"
                    + " or \(pattern)"
            }
            return first == "eval" ? "do without eval, or \(pattern)" : pattern
        }
        return switch context {
        case .arithmetic:
            "give '\(name)' the type Integer, or an allowedPattern such as ^[0-9]+$"
        case .quotedHeredoc:
            "remove the quotes around the delimiter, and escape the dollar signs of the text,"
                + " or \(pattern)"
        case .escaped: "remove the backslash or dollar sign before it, or \(pattern)"
        case .ansiQuoted: "write \"…\" in place of $'…', or \(pattern)"
        case .parameterExpansion:
            "put it into a variable first, as in value={{ \(name) }}, or \(pattern)"
        case .redirectionDelimiter: "write the delimiter out"
        case .unclear: "close the quotes before it, or \(pattern)"
        case .bare, .doubleQuoted, .singleQuoted, .heredoc, .comment: pattern
        }
    }
}
