// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Compliance in numbers. *Source*: ListComplianceSummaries and ListResourceComplianceSummaries.

extension ListResourceComplianceSummaries: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListResourceComplianceSummariesResponse {
        let rows = try await engine.complianceSummaries(filters)
        let page = try Page(rows, maxResults: maxResults, nextToken: nextToken) {
            "\($0.resourceId) \($0.complianceType)"
        }
        return ListResourceComplianceSummariesResponse(
            resourceComplianceSummaryItems: page.elements,
            nextToken: page.nextToken
        )
    }
}

extension ListComplianceSummaries: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListComplianceSummariesResponse {
        var summaries: [String: ComplianceSummaryItem] = [:]
        for row in try await engine.complianceSummaries(filters) {
            let empty = ComplianceSummaryItem(
                complianceType: row.complianceType,
                compliantSummary: CompliantSummary(),
                nonCompliantSummary: NonCompliantSummary()
            )
            summaries[row.complianceType, default: empty].count(row)
        }
        let page = try Page(
            summaries.values.sorted { $0.complianceType < $1.complianceType },
            maxResults: maxResults,
            nextToken: nextToken,
            key: \.complianceType
        )
        return ListComplianceSummariesResponse(
            complianceSummaryItems: page.elements,
            nextToken: page.nextToken
        )
    }
}

extension ComplianceSummaryItem {
    fileprivate mutating func count(_ row: ResourceComplianceSummaryItem) {
        switch row.status {
        case .compliant:
            compliantSummary.compliantCount += 1
            compliantSummary.severitySummary.count(row.overallSeverity)
        case .nonCompliant:
            nonCompliantSummary.nonCompliantCount += 1
            nonCompliantSummary.severitySummary.count(row.overallSeverity)
        }
    }
}

extension EmbeddedEngine {
    /// One row for each node and type, sorted.
    fileprivate func complianceSummaries(
        _ filters: [ComplianceStringFilter]?
    ) async throws -> [ResourceComplianceSummaryItem] {
        let filter = try ComplianceFilter(filters, allowing: ComplianceFilter.summaryKeys)
        return try await store.read { store in
            try ComplianceSource(store).summaries().filter { filter.matches($0.field) }
        }
    }
}

extension ResourceComplianceSummaryItem {
    /// Sums up the items of one type of one node; `nil` when there are none.
    init?(_ node: NodeID, _ tallies: [ComplianceTally]) {
        guard
            let latest = tallies.max(by: { lhs, rhs in
                lhs.executionSummary.executionTime < rhs.executionSummary.executionTime
            })
        else { return nil }
        var (good, bad) = (CompliantSummary(), NonCompliantSummary())
        var overall = ComplianceItemSeverity.unspecified
        for tally in tallies {
            switch tally.status {
            case .compliant:
                good.compliantCount += tally.count
                good.severitySummary.count(tally.severity, tally.count)
            case .nonCompliant:
                bad.nonCompliantCount += tally.count
                bad.severitySummary.count(tally.severity, tally.count)
                overall = min(overall, tally.severity)
            }
        }
        self.init(
            complianceType: latest.complianceType,
            resourceId: node,
            status: bad.nonCompliantCount > 0 ? .nonCompliant : .compliant,
            overallSeverity: overall,
            executionSummary: latest.executionSummary,
            compliantSummary: good,
            nonCompliantSummary: bad
        )
    }

    fileprivate func field(_ key: String) -> String? {
        switch key {
        case "ComplianceType": complianceType
        case "ResourceId": resourceId.rawValue
        case "ResourceType": resourceType
        case "Status": status.rawValue
        case "OverallSeverity", "Severity": overallSeverity.rawValue
        default: nil
        }
    }
}
