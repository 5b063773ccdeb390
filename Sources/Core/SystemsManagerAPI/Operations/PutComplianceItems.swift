// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Replaces, or merges, what is known of how a node complies in one respect.
///
/// *Shape*: a report with the content hash that is known is ignored.
/// *Errors*: `InvalidResourceType`, `InvalidResourceId`, `InvalidItemContentException`,
/// `ItemSizeLimitExceededException`, `ComplianceTypeCountLimitExceededException`.
/// *Source*: `ssm:PutComplianceItems`.
package struct PutComplianceItems: Operation {
    package typealias Response = EmptyResponse

    package var resourceId: NodeID
    package var resourceType: String
    package var complianceType: String
    package var executionSummary: ComplianceExecutionSummary
    package var items: [ComplianceItemEntry]
    package var itemContentHash: String?
    package var uploadType: ComplianceUploadType?

    package init(
        resourceId: NodeID,
        resourceType: String = "ManagedInstance",
        complianceType: String,
        executionSummary: ComplianceExecutionSummary,
        items: [ComplianceItemEntry],
        itemContentHash: String? = nil,
        uploadType: ComplianceUploadType? = nil
    ) {
        self.resourceId = resourceId
        self.resourceType = resourceType
        self.complianceType = complianceType
        self.executionSummary = executionSummary
        self.items = items
        self.itemContentHash = itemContentHash
        self.uploadType = uploadType
    }
}

/// Whether a report is all that is known of its type.
package enum ComplianceUploadType: String, Codable, Hashable, Sendable, CaseIterable {
    case complete = "COMPLETE"
    case partial = "PARTIAL"
}

/// Whether a node complies in some respect.
package enum ComplianceStatus: String, Codable, Hashable, Sendable, CaseIterable {
    case compliant = "COMPLIANT"
    case nonCompliant = "NON_COMPLIANT"
}

/// How much it matters; the gravest sorts first.
package enum ComplianceItemSeverity: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
    case critical = "CRITICAL"
    case high = "HIGH"
    case medium = "MEDIUM"
    case low = "LOW"
    case informational = "INFORMATIONAL"
    case unspecified = "UNSPECIFIED"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

/// What found out.
package struct ComplianceExecutionSummary: Codable, Hashable, Sendable {
    package var executionTime: Timestamp
    package var executionId: String?
    package var executionType: String?

    package init(
        executionTime: Timestamp,
        executionId: String? = nil,
        executionType: String? = nil
    ) {
        self.executionTime = executionTime
        self.executionId = executionId
        self.executionType = executionType
    }
}

/// How a node fares in one thing.
package struct ComplianceItemEntry: Codable, Hashable, Sendable {
    package var id: String?
    package var title: String?
    package var severity: ComplianceItemSeverity
    package var status: ComplianceStatus
    package var details: [String: String]?

    package init(
        id: String? = nil,
        title: String? = nil,
        severity: ComplianceItemSeverity,
        status: ComplianceStatus,
        details: [String: String]? = nil
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.status = status
        self.details = details
    }
}
