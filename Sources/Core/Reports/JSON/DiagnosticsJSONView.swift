// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// Writes diagnostics as JSON.
package enum DiagnosticsJSONView {
    package static func render(_ diagnostics: [Diagnostic]) -> String {
        ReportJSON.text(
            Form(
                errors: diagnostics.count { $0.severity == .error },
                warnings: diagnostics.count { $0.severity == .warning },
                diagnostics: diagnostics.inSourceOrder()
            )
        )
    }

    private struct Form: Encodable {
        var apiVersion = "aplomb/v1"
        var kind = "Diagnostics"
        var errors: Int
        var warnings: Int
        var diagnostics: [Diagnostic]
    }
}
