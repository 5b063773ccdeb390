// SPDX-License-Identifier: Apache-2.0
package import Drifts

/// Writes how a fleet differs from git as JSON.
package enum DriftJSONView {
    package static func render(_ report: DriftReport) -> String {
        ReportJSON.text(KindForm(kind: "DriftReport", value: report))
    }
}
