// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What is known of a running command at one moment, and what has changed.
///
/// *Shape*: the first value of a stream has the states of all targets as transitions; later ones only
/// what changed. The last one has `isFinished`.
package struct CommandProgress: Hashable, Sendable {
    /// A node that came to another state.
    package struct Transition: Hashable, Sendable {
        package var instanceId: NodeID
        package var status: String
        package var statusDetails: String

        package init(instanceId: NodeID, status: String, statusDetails: String) {
            self.instanceId = instanceId
            self.status = status
            self.statusDetails = statusDetails
        }
    }

    package var commandId: CommandID
    package var status: String
    package var statusDetails: String
    package var targetCount: Int
    /// How many targets are in each state, by `StatusDetails`.
    package var counts: [String: Int]
    package var transitions: [Transition]
    package var isFinished: Bool

    package init(
        commandId: CommandID,
        status: String,
        statusDetails: String,
        targetCount: Int,
        counts: [String: Int] = [:],
        transitions: [Transition] = [],
        isFinished: Bool = false
    ) {
        self.commandId = commandId
        self.status = status
        self.statusDetails = statusDetails
        self.targetCount = targetCount
        self.counts = counts
        self.transitions = transitions
        self.isFinished = isFinished
    }
}

/// An implementation that tells of progress without being asked again and again.
///
/// Who does not find it asks `ListCommands` and `ListCommandInvocations` instead.
package protocol CommandProgressSource: Sendable {
    /// Follows a command until it has ended; empty when the source does not know it.
    func progress(of command: CommandID) -> AsyncStream<CommandProgress>
}
