// SPDX-License-Identifier: Apache-2.0

/// The stable name of a kind of mistake, such as `UNKNOWN_FIELD`.
///
/// *Shape*: an open set, so that each module declares its own codes beside the checks that find them.
package struct DiagnosticCode: RawRepresentable, Hashable, Sendable, Codable,
    ExpressibleByStringLiteral
{
    package var rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { self.rawValue = value }
}

/// One finding about what a user wrote: what is wrong, where, and what to try.
///
/// Mistakes of users are values, collected and reported together; they are never thrown.
package struct Diagnostic: Hashable, Sendable, Codable {
    package enum Severity: String, Sendable, Codable, Comparable {
        case error, warning

        package static func < (lhs: Self, rhs: Self) -> Bool {
            lhs == .error && rhs == .warning
        }
    }

    /// Another place that explains the finding, such as the first of two equal names.
    package struct Note: Hashable, Sendable, Codable {
        package var message: String
        package var range: SourceRange

        package init(_ message: String, at range: SourceRange) {
            self.message = message
            self.range = range
        }
    }

    package var severity: Severity
    package var code: DiagnosticCode
    /// Lower case, no full stop, names the thing.
    package var message: String
    package var range: SourceRange
    package var hint: String?
    package var notes: [Note]

    package init(
        _ severity: Severity,
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Note] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.range = range
        self.hint = hint
        self.notes = notes
    }

    /// Makes an error: what most findings are.
    package init(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Note] = []
    ) {
        self.init(.error, code, message, at: range, hint: hint, notes: notes)
    }

    /// The one line that editors and CI logs parse: `file:line:col: severity CODE message`.
    package var oneLine: String {
        "\(range.file.displayEscaped):\(range.start.line):\(range.start.column): "
            + "\(severity.rawValue) \(code.rawValue) \(message.displayEscaped)"
    }

    /// The finding with everything that looks like a secret masked, wherever it quotes the author.
    package var withoutSecrets: Diagnostic {
        var copy = self
        copy.message = message.secretsMasked
        copy.hint = hint?.secretsMasked
        copy.notes = notes.map { Note($0.message.secretsMasked, at: $0.range) }
        return copy
    }
}

extension Sequence where Element == Diagnostic {
    /// Whether any finding makes the revision unusable.
    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// The findings in the order of files and places, errors before warnings at one place.
    package func inSourceOrder() -> [Diagnostic] {
        sorted {
            ($0.range, $0.severity, $0.code.rawValue, $0.message)
                < ($1.range, $1.severity, $1.code.rawValue, $1.message)
        }
    }
}
