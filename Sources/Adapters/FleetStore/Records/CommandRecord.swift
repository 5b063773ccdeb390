// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// A command and the sum of its invocations.
package struct CommandRecord: Hashable, Sendable {
    package var number: Int
    package var id: CommandID
    package var document: String
    package var documentVersion: String
    package var comment: String
    package var parameters: [String: [String]]
    package var instanceIDs: [NodeID]
    package var targets: [TargetExpression]
    package var requestedAt: Timestamp
    package var expiresAt: Timestamp
    package var finishedAt: Timestamp?
    package var status: String
    package var statusDetails: String
    package var maxConcurrency: RateBound
    package var maxErrors: RateBound
    package var timeoutSeconds: Int
    package var targetCount: Int
    package var completedCount: Int
    package var errorCount: Int
    package var deliveryTimedOutCount: Int

    package init(
        number: Int = 0,
        id: CommandID,
        document: String,
        documentVersion: String,
        comment: String = "",
        parameters: [String: [String]] = [:],
        instanceIDs: [NodeID] = [],
        targets: [TargetExpression] = [],
        requestedAt: Timestamp,
        expiresAt: Timestamp,
        finishedAt: Timestamp? = nil,
        status: String,
        statusDetails: String,
        maxConcurrency: RateBound,
        maxErrors: RateBound,
        timeoutSeconds: Int,
        targetCount: Int,
        completedCount: Int = 0,
        errorCount: Int = 0,
        deliveryTimedOutCount: Int = 0
    ) {
        self.number = number
        self.id = id
        self.document = document
        self.documentVersion = documentVersion
        self.comment = comment
        self.parameters = parameters
        self.instanceIDs = instanceIDs
        self.targets = targets
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
        self.finishedAt = finishedAt
        self.status = status
        self.statusDetails = statusDetails
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.timeoutSeconds = timeoutSeconds
        self.targetCount = targetCount
        self.completedCount = completedCount
        self.errorCount = errorCount
        self.deliveryTimedOutCount = deliveryTimedOutCount
    }
}

/// One command on one node.
package struct InvocationRecord: Hashable, Sendable {
    package var command: Int
    package var node: Int
    package var status: String
    package var statusDetails: String
    /// Why it ended so, where no step says it.
    package var message: String
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?

    package init(
        command: Int,
        node: Int,
        status: String,
        statusDetails: String,
        message: String = "",
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil
    ) {
        self.command = command
        self.node = node
        self.status = status
        self.statusDetails = statusDetails
        self.message = message
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
