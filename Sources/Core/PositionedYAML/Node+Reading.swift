// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// The readers of typed scalars: the schema decides the type, never the spelling (BI-032, BI-033).
///
/// Each answers the value, or reports one finding and answers `nil`. `field` names what is read.
extension Node {
    /// Whether nothing was written: `key:` and no more.
    package var isEmptyPlain: Bool { content == .scalar(Scalar("")) }

    /// Whether the value is null: nothing, `~` or `null`, unquoted.
    package var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.style == .plain else { return false }
        return PlainMeaning(of: scalar.text) == .null
    }

    /// Reads a text; an unquoted one that any reader of YAML would convert is refused.
    package func string(
        _ field: @autoclosure () -> String,
        into diagnostics: inout [Diagnostic]
    ) -> String? {
        guard case .scalar(let scalar) = content else {
            report(.typeMismatch, "'\(field())' must be a text, not \(shape)", into: &diagnostics)
            return nil
        }
        guard scalar.style == .plain else { return scalar.text }
        let meaning = PlainMeaning(of: scalar.text)
        switch meaning {
        case .text:
            return scalar.text
        case .null where scalar.text.isEmpty:
            report(.typeMismatch, "'\(field())' has no value", into: &diagnostics)
        case .integer, .decimal:
            report(
                .typeMismatch,
                "'\(field())' must be a text, and \(scalar.text.excerpt) is a number",
                hint: "quote it: \"\(scalar.text.excerpt)\"",
                into: &diagnostics
            )
        default:
            report(
                .ambiguousScalar,
                "'\(field())' must be a text, and \(scalar.text.excerpt)"
                    + " may be read as \(meaning.phrase)",
                hint: "quote it: \"\(scalar.text.excerpt)\"",
                into: &diagnostics
            )
        }
        return nil
    }

    /// Reads a whole number, written in decimal and unquoted.
    package func integer(
        _ field: @autoclosure () -> String,
        in range: ClosedRange<Int> = Int.min...Int.max,
        into diagnostics: inout [Diagnostic]
    ) -> Int? {
        guard case .scalar(let scalar) = content, scalar.style == .plain else {
            let hint: String? =
                text.map { PlainMeaning(of: $0) == .integer } == true ? "remove the quotes" : nil
            report(
                .typeMismatch,
                "'\(field())' must be a whole number, not \(shape)",
                hint: hint,
                into: &diagnostics
            )
            return nil
        }
        switch PlainMeaning(of: scalar.text) {
        case .integer:
            guard let value = Int(scalar.text), range.contains(value) else {
                report(
                    .outOfRange,
                    "'\(field())' must be \(Self.phrase(range)), and is \(scalar.text.excerpt)",
                    into: &diagnostics
                )
                return nil
            }
            return value
        case .looseInteger, .looseDecimal:
            report(
                .ambiguousScalar,
                "'\(field())' must be a whole number in plain decimal,"
                    + " and is \(scalar.text.excerpt)",
                into: &diagnostics
            )
        default:
            report(
                .typeMismatch,
                scalar.text.isEmpty
                    ? "'\(field())' has no value"
                    : "'\(field())' must be a whole number, and is \(scalar.text.excerpt)",
                into: &diagnostics
            )
        }
        return nil
    }

    /// Reads `true` or `false`, unquoted; no other spelling.
    package func boolean(
        _ field: @autoclosure () -> String,
        into diagnostics: inout [Diagnostic]
    ) -> Bool? {
        guard case .scalar(let scalar) = content, scalar.style == .plain else {
            let hint: String? = text == "true" || text == "false" ? "remove the quotes" : nil
            report(
                .typeMismatch,
                "'\(field())' must be true or false, not \(shape)",
                hint: hint,
                into: &diagnostics
            )
            return nil
        }
        switch scalar.text {
        case "true": return true
        case "false": return false
        case "":
            report(
                .typeMismatch,
                "'\(field())' has no value",
                hint: "write true or false",
                into: &diagnostics
            )
        default:
            let isLoose = PlainMeaning(of: scalar.text) == .looseBoolean
            let isTrue = ["y", "yes", "true", "on"].contains(scalar.text.lowercased())
            report(
                isLoose ? .ambiguousScalar : .typeMismatch,
                "'\(field())' must be true or false, and is \(scalar.text.excerpt)",
                hint: isLoose ? "write \(isTrue)" : nil,
                into: &diagnostics
            )
        }
        return nil
    }

    /// The items of a sequence; reports anything else.
    package func items(
        _ field: @autoclosure () -> String,
        into diagnostics: inout [Diagnostic]
    ) -> [Node]? {
        if case .sequence(let items) = content { return items }
        report(.typeMismatch, "'\(field())' must be a list, not \(shape)", into: &diagnostics)
        return nil
    }

    /// The entries of a mapping; reports anything else.
    package func entries(
        _ field: @autoclosure () -> String,
        into diagnostics: inout [Diagnostic]
    ) -> [Entry]? {
        if case .mapping(let entries) = content { return entries }
        report(.typeMismatch, "'\(field())' must be a mapping, not \(shape)", into: &diagnostics)
        return nil
    }

    /// How a message names the kind of value.
    package var shape: String {
        switch content {
        case .scalar(let scalar):
            switch scalar.style {
            case .plain where scalar.text.isEmpty: "nothing"
            case .plain: PlainMeaning(of: scalar.text).phrase
            case .quoted, .block: "a quoted text"
            }
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    private func report(
        _ code: DiagnosticCode,
        _ message: String,
        hint: String? = nil,
        into diagnostics: inout [Diagnostic]
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, hint: hint))
    }

    private static func phrase(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound == Int.min, range.upperBound == Int.max) {
        case (true, true): "a number that fits into 64 bits"
        case (false, true): "\(range.lowerBound) or more"
        case (true, false): "\(range.upperBound) or less"
        case (false, false): "from \(range.lowerBound) to \(range.upperBound)"
        }
    }
}
