// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// How many items of one type, status and severity a node has, and who reported the last of them.
package struct ComplianceTallyRecord: Hashable, Sendable {
    package var complianceType: String
    package var status: String
    package var severity: String
    package var count: Int
    package var executedAt: Timestamp
    package var executionID: String
    package var executionType: String
}

/// How a node fares in one respect, as someone reported it.
package struct ComplianceRecord: Hashable, Sendable {
    package var node: Int
    package var complianceType: String
    package var id: String
    package var title: String
    package var severity: String
    package var status: String
    package var details: [String: String]
    package var executedAt: Timestamp
    package var executionID: String
    package var executionType: String

    package init(
        node: Int,
        complianceType: String,
        id: String,
        title: String,
        severity: String,
        status: String,
        details: [String: String],
        executedAt: Timestamp,
        executionID: String,
        executionType: String
    ) {
        self.node = node
        self.complianceType = complianceType
        self.id = id
        self.title = title
        self.severity = severity
        self.status = status
        self.details = details
        self.executedAt = executedAt
        self.executionID = executionID
        self.executionType = executionType
    }
}
