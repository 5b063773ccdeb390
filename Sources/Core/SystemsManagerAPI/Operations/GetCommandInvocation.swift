// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Reads one step of one node's part of a command, with its output.
///
/// *Errors*: `InvocationDoesNotExist`, `InvalidPluginName`. *Source*: `ssm:GetCommandInvocation`.
package struct GetCommandInvocation: Operation {
    package typealias Response = GetCommandInvocationResponse

    package var commandId: CommandID
    package var instanceId: NodeID
    package var pluginName: String?

    package init(commandId: CommandID, instanceId: NodeID, pluginName: String? = nil) {
        self.commandId = commandId
        self.instanceId = instanceId
        self.pluginName = pluginName
    }
}

/// The answer to `GetCommandInvocation`.
package struct GetCommandInvocationResponse: Codable, Hashable, Sendable {
    package var commandId: CommandID
    package var instanceId: NodeID
    package var documentName: String
    package var documentVersion: String
    package var comment: String
    package var pluginName: String
    package var responseCode: Int
    package var executionStartDateTime: String
    package var executionElapsedTime: String
    package var executionEndDateTime: String
    package var status: String
    package var statusDetails: String
    package var standardOutputContent: String
    package var standardErrorContent: String

    package init(
        commandId: CommandID,
        instanceId: NodeID,
        documentName: String,
        documentVersion: String,
        comment: String = "",
        pluginName: String,
        responseCode: Int,
        executionStartDateTime: String,
        executionElapsedTime: String,
        executionEndDateTime: String,
        status: String,
        statusDetails: String,
        standardOutputContent: String,
        standardErrorContent: String
    ) {
        self.commandId = commandId
        self.instanceId = instanceId
        self.documentName = documentName
        self.documentVersion = documentVersion
        self.comment = comment
        self.pluginName = pluginName
        self.responseCode = responseCode
        self.executionStartDateTime = executionStartDateTime
        self.executionElapsedTime = executionElapsedTime
        self.executionEndDateTime = executionEndDateTime
        self.status = status
        self.statusDetails = statusDetails
        self.standardOutputContent = standardOutputContent
        self.standardErrorContent = standardErrorContent
    }
}
