// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Runs a document on nodes, once each, under rate and error control.
///
/// *Errors*: `InvalidDocument`, `InvalidDocumentVersion`, `InvalidInstanceId`, `InvalidParameters`,
/// `InvalidTarget`. *Source*: `ssm:SendCommand`.
package struct SendCommand: Operation {
    package typealias Response = SendCommandResponse

    package var documentName: String
    package var documentVersion: String?
    package var documentHash: String?
    package var documentHashType: String?
    package var instanceIds: [NodeID]?
    package var targets: [TargetExpression]?
    package var parameters: [String: [String]]?
    /// The delivery timeout.
    package var timeoutSeconds: Int?
    package var comment: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?

    package init(
        documentName: String,
        documentVersion: String? = nil,
        documentHash: String? = nil,
        documentHashType: String? = nil,
        instanceIds: [NodeID]? = nil,
        targets: [TargetExpression]? = nil,
        parameters: [String: [String]]? = nil,
        timeoutSeconds: Int? = nil,
        comment: String? = nil,
        maxConcurrency: RateBound? = nil,
        maxErrors: RateBound? = nil
    ) {
        self.documentName = documentName
        self.documentVersion = documentVersion
        self.documentHash = documentHash
        self.documentHashType = documentHashType
        self.instanceIds = instanceIds
        self.targets = targets
        self.parameters = parameters
        self.timeoutSeconds = timeoutSeconds
        self.comment = comment
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
    }
}

/// The answer to `SendCommand`.
package struct SendCommandResponse: Codable, Hashable, Sendable {
    package var command: Command

    package init(command: Command) {
        self.command = command
    }
}

/// A command and the sum of its invocations.
///
/// *Source*: `Command`.
package struct Command: Codable, Hashable, Sendable {
    package var commandId: CommandID
    package var documentName: String
    package var documentVersion: String
    package var comment: String
    package var parameters: [String: [String]]
    package var instanceIds: [NodeID]
    package var targets: [TargetExpression]
    package var requestedDateTime: Timestamp
    package var expiresAfter: Timestamp?
    package var status: String
    package var statusDetails: String
    package var maxConcurrency: RateBound
    package var maxErrors: RateBound
    package var targetCount: Int
    package var completedCount: Int
    package var errorCount: Int
    package var deliveryTimedOutCount: Int
    package var timeoutSeconds: Int

    package init(
        commandId: CommandID,
        documentName: String,
        documentVersion: String,
        comment: String = "",
        parameters: [String: [String]] = [:],
        instanceIds: [NodeID] = [],
        targets: [TargetExpression] = [],
        requestedDateTime: Timestamp,
        expiresAfter: Timestamp? = nil,
        status: String,
        statusDetails: String,
        maxConcurrency: RateBound,
        maxErrors: RateBound,
        targetCount: Int,
        completedCount: Int,
        errorCount: Int,
        deliveryTimedOutCount: Int = 0,
        timeoutSeconds: Int = 3600
    ) {
        self.commandId = commandId
        self.documentName = documentName
        self.documentVersion = documentVersion
        self.comment = comment
        self.parameters = parameters
        self.instanceIds = instanceIds
        self.targets = targets
        self.requestedDateTime = requestedDateTime
        self.expiresAfter = expiresAfter
        self.status = status
        self.statusDetails = statusDetails
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.targetCount = targetCount
        self.completedCount = completedCount
        self.errorCount = errorCount
        self.deliveryTimedOutCount = deliveryTimedOutCount
        self.timeoutSeconds = timeoutSeconds
    }
}
