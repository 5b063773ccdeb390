// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists how all targets of all associations fared, in cohorts of targets that fared alike.
///
/// Aplomb's addition: it says in one answer what `DescribeAssociationExecutionTargets` says in thousands.
package struct ListAssociationTargetStatuses: Operation {
    package typealias Response = ListAssociationTargetStatusesResponse

    package init() {}
}

/// The answer to `ListAssociationTargetStatuses`.
package struct ListAssociationTargetStatusesResponse: Codable, Hashable, Sendable {
    package var cohorts: [AssociationTargetCohort]

    package init(cohorts: [AssociationTargetCohort]) {
        self.cohorts = cohorts
    }
}

/// Targets of an association that fared alike in one execution.
///
/// *Shape*: `instanceIds` is sorted; every node is in at most one cohort of an association.
package struct AssociationTargetCohort: Codable, Hashable, Sendable {
    package var associationId: AssociationID
    package var associationVersion: Int
    package var executionId: ExecutionID
    package var status: AssociationTargetStatus
    package var detailedStatus: String
    package var executedAt: Timestamp
    package var interruptions: Int
    package var instanceIds: [NodeID]

    package init(
        associationId: AssociationID,
        associationVersion: Int,
        executionId: ExecutionID,
        status: AssociationTargetStatus,
        detailedStatus: String,
        executedAt: Timestamp,
        interruptions: Int = 0,
        instanceIds: [NodeID]
    ) {
        self.associationId = associationId
        self.associationVersion = associationVersion
        self.executionId = executionId
        self.status = status
        self.detailedStatus = detailedStatus
        self.executedAt = executedAt
        self.interruptions = interruptions
        self.instanceIds = instanceIds
    }
}
