// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists commands, the newest first.
///
/// *Source*: `ssm:ListCommands`.
package struct ListCommands: Operation {
    package typealias Response = ListCommandsResponse

    package var commandId: CommandID?
    package var instanceId: NodeID?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        commandId: CommandID? = nil,
        instanceId: NodeID? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.commandId = commandId
        self.instanceId = instanceId
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListCommands`.
package struct ListCommandsResponse: Codable, Hashable, Sendable {
    package var commands: [Command]
    package var nextToken: String?

    package init(commands: [Command], nextToken: String? = nil) {
        self.commands = commands
        self.nextToken = nextToken
    }
}
