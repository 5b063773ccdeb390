// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetModel
import FoundationEssentials
import Planning
import Reports

/// The JSON of a reconcile: what was planned, what was done, what remains.
enum ReconcileJSONView {
    private struct Document: Encodable {
        var apiVersion = "aplomb/v1"
        var kind = "Reconcile"
        var fleet: String
        var commit: String
        var planDigest: String
        var outcome: String
        var summary: Plan.Summary
        var remaining: Plan.Summary
        var record: RunRecord?
        var statusCommit: String?
        /// Why compliance items are behind; left out when they are not.
        var complianceProblem: String?
    }

    static func render(_ result: Reconciler.Result) -> String {
        let document = Document(
            fleet: result.plan.fleet,
            commit: result.plan.commit,
            planDigest: result.plan.digest.rawValue,
            outcome: result.record?.outcome.rawValue ?? RunRecord.Outcome.succeeded.rawValue,
            summary: result.plan.summary,
            remaining: result.remaining.summary,
            record: result.record,
            statusCommit: result.publication.commit,
            complianceProblem: result.compliance.problem
        )
        return ReportJSON.text(document)
    }
}
