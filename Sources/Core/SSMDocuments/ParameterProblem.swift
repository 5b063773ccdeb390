// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// What is wrong with a value that someone passed to a document.
package struct ParameterProblem: Hashable, Sendable {
    package enum Reason: String, Sendable {
        case missing, unknown, wrongType, notAllowed, patternMismatch, patternTooSlow, length
        case itemCount, tooLarge, forbiddenCharacter
    }

    package var parameter: String
    package var reason: Reason
    /// Lower case, no full stop, names the parameter.
    package var message: String
    package var hint: String?

    package init(parameter: String, reason: Reason, message: String, hint: String? = nil) {
        self.parameter = parameter
        self.reason = reason
        self.message = message
        self.hint = hint
    }

    /// `InvalidParameters`, save for a pattern that takes too long.
    package var code: DiagnosticCode {
        reason == .patternTooSlow ? .patternTooSlow : .invalidParameters
    }
}
