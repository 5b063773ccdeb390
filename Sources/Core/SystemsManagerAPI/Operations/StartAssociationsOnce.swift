// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Runs associations now, once, on their targets.
///
/// *Shape*: `instanceIds` is Aplomb's addition: run on these nodes only, the members that a plan froze.
/// `executions` too is an addition: AWS answers nothing. *Source*: `ssm:StartAssociationsOnce`.
package struct StartAssociationsOnce: Operation {
    package typealias Response = StartAssociationsOnceResponse

    package var associationIds: [AssociationID]
    package var instanceIds: [NodeID]?

    package init(associationIds: [AssociationID], instanceIds: [NodeID]? = nil) {
        self.associationIds = associationIds
        self.instanceIds = instanceIds
    }
}

/// The answer to `StartAssociationsOnce`.
package struct StartAssociationsOnceResponse: Codable, Hashable, Sendable {
    package var executions: [StartedExecution]

    package init(executions: [StartedExecution]) {
        self.executions = executions
    }
}

/// The execution, and the command behind it, that a start began.
package struct StartedExecution: Codable, Hashable, Sendable {
    package var associationId: AssociationID
    package var executionId: ExecutionID
    package var commandId: CommandID

    package init(associationId: AssociationID, executionId: ExecutionID, commandId: CommandID) {
        self.associationId = associationId
        self.executionId = executionId
        self.commandId = commandId
    }
}
