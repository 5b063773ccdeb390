// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// Says why a document cannot be resolved for a node.
///
/// *Errors*: `InvalidParameters`, `MaxDocumentSizeExceeded`, `UNSAFE_INTERPOLATION`,
/// `InvalidDocumentContent`, `NEEDS_AWS`.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: DiagnosticCode
    package var message: String
    package var hint: String?
    /// Where in the document the trouble stands, when it stands there.
    package var source: SourceRange?
    /// All that is wrong with the parameters, for `InvalidParameters`.
    package var problems: [ParameterProblem]

    package init(
        _ code: DiagnosticCode,
        _ message: String,
        hint: String? = nil,
        source: SourceRange? = nil,
        problems: [ParameterProblem] = []
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.source = source
        self.problems = problems
    }

    package var description: String { message }
}
