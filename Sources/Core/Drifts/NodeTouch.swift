// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// A command of ours that ran on a node, in the time in which the node moved.
package struct NodeTouch: Hashable, Sendable, Codable {
    package var commandID: CommandID
    package var document: String
    package var comment: String
    package var at: Timestamp

    package init(
        commandID: CommandID,
        document: String,
        comment: String = "",
        at: Timestamp
    ) {
        self.commandID = commandID
        self.document = document
        self.comment = comment
        self.at = at
    }
}
