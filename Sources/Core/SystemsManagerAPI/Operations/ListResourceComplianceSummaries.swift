// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Counts, for each node and compliance type, the items that comply and those that do not.
///
/// *Errors*: `InvalidFilter`, `InvalidNextToken`. *Source*: `ssm:ListResourceComplianceSummaries`.
package struct ListResourceComplianceSummaries: Operation {
    package typealias Response = ListResourceComplianceSummariesResponse

    package var filters: [ComplianceStringFilter]?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        filters: [ComplianceStringFilter]? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.filters = filters
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListResourceComplianceSummaries`.
package struct ListResourceComplianceSummariesResponse: Codable, Hashable, Sendable {
    package var resourceComplianceSummaryItems: [ResourceComplianceSummaryItem]
    package var nextToken: String?

    package init(
        resourceComplianceSummaryItems: [ResourceComplianceSummaryItem],
        nextToken: String? = nil
    ) {
        self.resourceComplianceSummaryItems = resourceComplianceSummaryItems
        self.nextToken = nextToken
    }
}

/// How a node fares in one type.
package struct ResourceComplianceSummaryItem: Codable, Hashable, Sendable {
    package var complianceType: String
    package var resourceType: String
    package var resourceId: NodeID
    package var status: ComplianceStatus
    /// The gravest of what does not comply.
    package var overallSeverity: ComplianceItemSeverity
    package var executionSummary: ComplianceExecutionSummary
    package var compliantSummary: CompliantSummary
    package var nonCompliantSummary: NonCompliantSummary

    package init(
        complianceType: String,
        resourceType: String = "ManagedInstance",
        resourceId: NodeID,
        status: ComplianceStatus,
        overallSeverity: ComplianceItemSeverity,
        executionSummary: ComplianceExecutionSummary,
        compliantSummary: CompliantSummary,
        nonCompliantSummary: NonCompliantSummary
    ) {
        self.complianceType = complianceType
        self.resourceType = resourceType
        self.resourceId = resourceId
        self.status = status
        self.overallSeverity = overallSeverity
        self.executionSummary = executionSummary
        self.compliantSummary = compliantSummary
        self.nonCompliantSummary = nonCompliantSummary
    }
}
