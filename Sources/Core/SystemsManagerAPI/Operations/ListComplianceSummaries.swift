// SPDX-License-Identifier: Apache-2.0

/// Counts, for each compliance type, the nodes that comply and those that do not.
///
/// *Errors*: `InvalidFilter`, `InvalidNextToken`. *Source*: `ssm:ListComplianceSummaries`.
package struct ListComplianceSummaries: Operation {
    package typealias Response = ListComplianceSummariesResponse

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

/// The answer to `ListComplianceSummaries`.
package struct ListComplianceSummariesResponse: Codable, Hashable, Sendable {
    package var complianceSummaryItems: [ComplianceSummaryItem]
    package var nextToken: String?

    package init(
        complianceSummaryItems: [ComplianceSummaryItem],
        nextToken: String? = nil
    ) {
        self.complianceSummaryItems = complianceSummaryItems
        self.nextToken = nextToken
    }
}

/// How the fleet fares in one type.
package struct ComplianceSummaryItem: Codable, Hashable, Sendable {
    package var complianceType: String
    package var compliantSummary: CompliantSummary
    package var nonCompliantSummary: NonCompliantSummary

    package init(
        complianceType: String,
        compliantSummary: CompliantSummary,
        nonCompliantSummary: NonCompliantSummary
    ) {
        self.complianceType = complianceType
        self.compliantSummary = compliantSummary
        self.nonCompliantSummary = nonCompliantSummary
    }
}

/// How many comply, by severity.
package struct CompliantSummary: Codable, Hashable, Sendable {
    package var compliantCount: Int
    package var severitySummary: SeveritySummary

    package init(
        compliantCount: Int = 0,
        severitySummary: SeveritySummary = SeveritySummary()
    ) {
        self.compliantCount = compliantCount
        self.severitySummary = severitySummary
    }
}

/// How many do not, by severity.
package struct NonCompliantSummary: Codable, Hashable, Sendable {
    package var nonCompliantCount: Int
    package var severitySummary: SeveritySummary

    package init(
        nonCompliantCount: Int = 0,
        severitySummary: SeveritySummary = SeveritySummary()
    ) {
        self.nonCompliantCount = nonCompliantCount
        self.severitySummary = severitySummary
    }
}

/// Counts by severity.
package struct SeveritySummary: Codable, Hashable, Sendable {
    package var criticalCount: Int
    package var highCount: Int
    package var mediumCount: Int
    package var lowCount: Int
    package var informationalCount: Int
    package var unspecifiedCount: Int

    package init(
        criticalCount: Int = 0,
        highCount: Int = 0,
        mediumCount: Int = 0,
        lowCount: Int = 0,
        informationalCount: Int = 0,
        unspecifiedCount: Int = 0
    ) {
        self.criticalCount = criticalCount
        self.highCount = highCount
        self.mediumCount = mediumCount
        self.lowCount = lowCount
        self.informationalCount = informationalCount
        self.unspecifiedCount = unspecifiedCount
    }

    /// Counts one more, or several.
    package mutating func count(_ severity: ComplianceItemSeverity, _ number: Int = 1) {
        switch severity {
        case .critical: criticalCount += number
        case .high: highCount += number
        case .medium: mediumCount += number
        case .low: lowCount += number
        case .informational: informationalCount += number
        case .unspecified: unspecifiedCount += number
        }
    }
}
