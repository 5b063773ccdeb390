// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What a document may depend on of the node that runs it.
package struct NodeFacts: Hashable, Sendable {
    /// `Linux`, `Windows` or `MacOS`.
    package var platformType: String
    package var nodeID: NodeID
    package var name: String
    package var platformName: String
    package var platformVersion: String
    package var region: String

    package init(
        platformType: String = "Linux",
        nodeID: NodeID,
        name: String,
        platformName: String = "",
        platformVersion: String = "",
        region: String = "local"
    ) {
        self.platformType = platformType
        self.nodeID = nodeID
        self.name = name
        self.platformName = platformName
        self.platformVersion = platformVersion
        self.region = region
    }
}
