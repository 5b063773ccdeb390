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
            let source = try ComplianceSource(store)
            return try store.nodes().sorted { $0.id < $1.id }.flatMap { node in
                Dictionary(grouping: try source.items(of: node), by: \.complianceType)
                    .sorted { $0.key < $1.key }
                    .compactMap { ResourceComplianceSummaryItem($1) }
                    .filter { filter.matches($0.field) }
            }
        }
    }
}

extension ResourceComplianceSummaryItem {
    /// Sums up the items of one type of one node.
    fileprivate init?(_ items: [ComplianceItem]) {
        guard
            let latest = items.max(by: { lhs, rhs in
                lhs.executionSummary.executionTime < rhs.executionSummary.executionTime
            })
        else { return nil }
        var (good, bad) = (CompliantSummary(), NonCompliantSummary())
        var overall = ComplianceItemSeverity.unspecified
        for item in items {
            switch item.status {
            case .compliant:
                good.compliantCount += 1
                good.severitySummary.count(item.severity)
            case .nonCompliant:
                bad.nonCompliantCount += 1
                bad.severitySummary.count(item.severity)
                overall = min(overall, item.severity)
            }
        }
        self.init(
            complianceType: latest.complianceType,
            resourceId: latest.resourceId,
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
