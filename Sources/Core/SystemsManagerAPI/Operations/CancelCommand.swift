// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Stops a command: pending invocations at once, running ones as soon as they can be.
///
/// *Errors*: `InvalidCommandId`. *Source*: `ssm:CancelCommand`.
package struct CancelCommand: Operation {
    package typealias Response = EmptyResponse

    package var commandId: CommandID
    package var instanceIds: [NodeID]?

    package init(commandId: CommandID, instanceIds: [NodeID]? = nil) {
        self.commandId = commandId
        self.instanceIds = instanceIds
    }
}
