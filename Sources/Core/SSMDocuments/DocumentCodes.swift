// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

extension DiagnosticCode {
    package static let invalidDocumentSchemaVersion: Self = "InvalidDocumentSchemaVersion"
    package static let invalidDocumentContent: Self = "InvalidDocumentContent"
    package static let maxDocumentSizeExceeded: Self = "MaxDocumentSizeExceeded"
    package static let invalidParameters: Self = "InvalidParameters"
    package static let badStepName: Self = "BAD_STEP_NAME"
    package static let tooManySteps: Self = "TOO_MANY_STEPS"
    package static let badPattern: Self = "BAD_PATTERN"
    package static let patternTooSlow: Self = "PATTERN_TOO_SLOW"
    package static let unknownReference: Self = "UNKNOWN_REFERENCE"
    package static let unsafeInterpolation: Self = "UNSAFE_INTERPOLATION"
    package static let ignoredField: Self = "IGNORED_FIELD"
    package static let badScriptText: Self = "BAD_SCRIPT_TEXT"
    package static let needsAWS: Self = "NEEDS_AWS"
}
