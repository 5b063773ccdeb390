// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists invocations of commands, by node.
///
/// *Source*: `ssm:ListCommandInvocations`.
package struct ListCommandInvocations: Operation {
    package typealias Response = ListCommandInvocationsResponse

    package var commandId: CommandID?
    package var instanceId: NodeID?
    package var details: Bool?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        commandId: CommandID? = nil,
        instanceId: NodeID? = nil,
        details: Bool? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.commandId = commandId
        self.instanceId = instanceId
        self.details = details
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListCommandInvocations`.
package struct ListCommandInvocationsResponse: Codable, Hashable, Sendable {
    package var commandInvocations: [CommandInvocation]
    package var nextToken: String?

    package init(commandInvocations: [CommandInvocation], nextToken: String? = nil) {
        self.commandInvocations = commandInvocations
        self.nextToken = nextToken
    }
}

/// One node's part of a command.
///
/// *Source*: `CommandInvocation`.
package struct CommandInvocation: Codable, Hashable, Sendable {
    package var commandId: CommandID
    package var instanceId: NodeID
    package var instanceName: String
    package var documentName: String
    package var documentVersion: String
    package var comment: String
    package var requestedDateTime: Timestamp
    package var status: String
    package var statusDetails: String
    package var commandPlugins: [CommandPlugin]

    package init(
        commandId: CommandID,
        instanceId: NodeID,
        instanceName: String,
        documentName: String,
        documentVersion: String,
        comment: String = "",
        requestedDateTime: Timestamp,
        status: String,
        statusDetails: String,
        commandPlugins: [CommandPlugin] = []
    ) {
        self.commandId = commandId
        self.instanceId = instanceId
        self.instanceName = instanceName
        self.documentName = documentName
        self.documentVersion = documentVersion
        self.comment = comment
        self.requestedDateTime = requestedDateTime
        self.status = status
        self.statusDetails = statusDetails
        self.commandPlugins = commandPlugins
    }
}

/// One step of an invocation.
///
/// *Source*: `CommandPlugin`.
package struct CommandPlugin: Codable, Hashable, Sendable {
    package var name: String
    package var status: String
    package var statusDetails: String
    package var responseCode: Int
    package var responseStartDateTime: Timestamp?
    package var responseFinishDateTime: Timestamp?
    package var output: String

    package init(
        name: String,
        status: String,
        statusDetails: String,
        responseCode: Int,
        responseStartDateTime: Timestamp? = nil,
        responseFinishDateTime: Timestamp? = nil,
        output: String = ""
    ) {
        self.name = name
        self.status = status
        self.statusDetails = statusDetails
        self.responseCode = responseCode
        self.responseStartDateTime = responseStartDateTime
        self.responseFinishDateTime = responseFinishDateTime
        self.output = output
    }
}
