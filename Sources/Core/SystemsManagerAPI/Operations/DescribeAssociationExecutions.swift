// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists executions of an association, the newest first.
///
/// *Source*: `ssm:DescribeAssociationExecutions`.
package struct DescribeAssociationExecutions: Operation {
    package typealias Response = DescribeAssociationExecutionsResponse

    package var associationId: AssociationID
    package var maxResults: Int?
    package var nextToken: String?

    package init(associationId: AssociationID, maxResults: Int? = nil, nextToken: String? = nil) {
        self.associationId = associationId
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `DescribeAssociationExecutions`.
package struct DescribeAssociationExecutionsResponse: Codable, Hashable, Sendable {
    package var associationExecutions: [AssociationExecution]
    package var nextToken: String?

    package init(associationExecutions: [AssociationExecution], nextToken: String? = nil) {
        self.associationExecutions = associationExecutions
        self.nextToken = nextToken
    }
}

/// One execution of an association.
///
/// *Shape*: `resourceCountByStatus` is text such as `{Success=1, Failed=2}`, as on AWS.
package struct AssociationExecution: Codable, Hashable, Sendable {
    package var associationId: AssociationID
    package var associationVersion: String
    package var executionId: ExecutionID
    package var status: String
    package var detailedStatus: String
    package var createdTime: Timestamp
    package var resourceCountByStatus: String
    package var commandId: CommandID?

    package init(
        associationId: AssociationID,
        associationVersion: String,
        executionId: ExecutionID,
        status: String,
        detailedStatus: String,
        createdTime: Timestamp,
        resourceCountByStatus: String,
        commandId: CommandID? = nil
    ) {
        self.associationId = associationId
        self.associationVersion = associationVersion
        self.executionId = executionId
        self.status = status
        self.detailedStatus = detailedStatus
        self.createdTime = createdTime
        self.resourceCountByStatus = resourceCountByStatus
        self.commandId = commandId
    }
}
