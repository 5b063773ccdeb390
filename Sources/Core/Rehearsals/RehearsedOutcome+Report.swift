// SPDX-License-Identifier: Apache-2.0
import FleetModel
package import Planning

extension RehearsedOutcome {
    /// What a report says of drift: a document that did not succeed on the clone says nothing.
    package init(_ report: RehearsalReport) {
        guard report.status == .success else {
            let step = report.steps.first { $0.status != .success }
            let what = step.map { "step '\($0.name)'" } ?? "the document"
            let code = step.map { " (exit code \($0.responseCode))" } ?? ""
            self = .failed("\(what) ends \(report.status.rawValue) on a clone\(code)")
            return
        }
        self.init(
            paths: report.files.map(\.path),
            packages: report.packages.map(\.name)
        )
    }
}
