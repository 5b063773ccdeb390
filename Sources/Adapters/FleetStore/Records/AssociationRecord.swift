// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// An association with the fields of its latest version.
package struct AssociationRecord: Hashable, Sendable {
    package var number: Int
    package var id: AssociationID
    package var version: Int
    package var name: String?
    package var document: String
    package var documentVersion: String
    package var parameters: [String: [String]]
    package var targets: [TargetExpression]
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?
    package var complianceSeverity: ComplianceSeverity
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var lastExecutionAt: Timestamp?
    package var lastSuccessAt: Timestamp?

    package init(
        number: Int = 0,
        id: AssociationID,
        version: Int = 1,
        name: String?,
        document: String,
        documentVersion: String,
        parameters: [String: [String]],
        targets: [TargetExpression],
        scheduleExpression: String?,
        maxConcurrency: RateBound?,
        maxErrors: RateBound?,
        complianceSeverity: ComplianceSeverity,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        lastExecutionAt: Timestamp? = nil,
        lastSuccessAt: Timestamp? = nil
    ) {
        self.number = number
        self.id = id
        self.version = version
        self.name = name
        self.document = document
        self.documentVersion = documentVersion
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastExecutionAt = lastExecutionAt
        self.lastSuccessAt = lastSuccessAt
    }
}

/// One execution of an association.
///
/// *Shape*: `resourceCounts` is text such as `{Success=1, Failed=2}`, final once the status is.
package struct ExecutionRecord: Hashable, Sendable {
    package var number: Int
    package var id: ExecutionID
    package var association: Int
    package var associationVersion: Int
    package var command: Int?
    package var createdAt: Timestamp
    package var status: String
    package var statusDetails: String
    package var resourceCounts: String

    package init(
        number: Int = 0,
        id: ExecutionID,
        association: Int,
        associationVersion: Int,
        command: Int?,
        createdAt: Timestamp,
        status: String,
        statusDetails: String,
        resourceCounts: String = "{}"
    ) {
        self.number = number
        self.id = id
        self.association = association
        self.associationVersion = associationVersion
        self.command = command
        self.createdAt = createdAt
        self.status = status
        self.statusDetails = statusDetails
        self.resourceCounts = resourceCounts
    }
}

/// Targets of an association that fared alike in one execution.
///
/// *Shape*: `nodes` holds row numbers of nodes.
package struct TargetCohortRecord: Hashable, Sendable {
    package var number: Int
    package var association: Int
    package var associationVersion: Int
    package var executionID: ExecutionID
    package var status: AssociationTargetStatus
    package var statusDetails: String
    package var executedAt: Timestamp
    package var interruptions: Int
    package var nodes: NodeSet

    package init(
        number: Int = 0,
        association: Int,
        associationVersion: Int,
        executionID: ExecutionID,
        status: AssociationTargetStatus,
        statusDetails: String,
        executedAt: Timestamp,
        interruptions: Int = 0,
        nodes: NodeSet
    ) {
        self.number = number
        self.association = association
        self.associationVersion = associationVersion
        self.executionID = executionID
        self.status = status
        self.statusDetails = statusDetails
        self.executedAt = executedAt
        self.interruptions = interruptions
        self.nodes = nodes
    }
}
