// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists how nodes fare, item by item.
///
/// *Shape*: items of `Association` are how the associations fared on the nodes.
/// *Errors*: `InvalidResourceType`, `InvalidResourceId`, `InvalidFilter`, `InvalidNextToken`.
/// *Source*: `ssm:ListComplianceItems`.
package struct ListComplianceItems: Operation {
    package typealias Response = ListComplianceItemsResponse

    package var filters: [ComplianceStringFilter]?
    package var resourceIds: [NodeID]?
    package var resourceTypes: [String]?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        filters: [ComplianceStringFilter]? = nil,
        resourceIds: [NodeID]? = nil,
        resourceTypes: [String]? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.filters = filters
        self.resourceIds = resourceIds
        self.resourceTypes = resourceTypes
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListComplianceItems`.
package struct ListComplianceItemsResponse: Codable, Hashable, Sendable {
    /// Sorted by node, type and id.
    package var complianceItems: [ComplianceItem]
    package var nextToken: String?

    package init(
        complianceItems: [ComplianceItem],
        nextToken: String? = nil
    ) {
        self.complianceItems = complianceItems
        self.nextToken = nextToken
    }
}

/// How a node fares in one thing.
package struct ComplianceItem: Codable, Hashable, Sendable {
    package var complianceType: String
    package var resourceType: String
    package var resourceId: NodeID
    package var id: String
    package var title: String
    package var status: ComplianceStatus
    package var severity: ComplianceItemSeverity
    package var executionSummary: ComplianceExecutionSummary
    package var details: [String: String]

    package init(
        complianceType: String,
        resourceType: String = "ManagedInstance",
        resourceId: NodeID,
        id: String,
        title: String = "",
        status: ComplianceStatus,
        severity: ComplianceItemSeverity,
        executionSummary: ComplianceExecutionSummary,
        details: [String: String] = [:]
    ) {
        self.complianceType = complianceType
        self.resourceType = resourceType
        self.resourceId = resourceId
        self.id = id
        self.title = title
        self.status = status
        self.severity = severity
        self.executionSummary = executionSummary
        self.details = details
    }
}

/// How a filter of compliance compares.
package enum ComplianceQueryOperator: String, Codable, Hashable, Sendable, CaseIterable {
    case equal = "EQUAL"
    case notEqual = "NOT_EQUAL"
    case beginWith = "BEGIN_WITH"
    case lessThan = "LESS_THAN"
    case greaterThan = "GREATER_THAN"
}

/// A condition on compliance; one of the values must fit.
package struct ComplianceStringFilter: Codable, Hashable, Sendable {
    package var key: String
    package var values: [String]
    package var type: ComplianceQueryOperator?

    package init(
        key: String,
        values: [String],
        type: ComplianceQueryOperator? = nil
    ) {
        self.key = key
        self.values = values
        self.type = type
    }
}
