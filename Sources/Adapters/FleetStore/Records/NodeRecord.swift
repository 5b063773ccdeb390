// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// A managed node as the store knows it.
package struct NodeRecord: Hashable, Sendable {
    /// The row's number: small, never used again, what target states are keyed by.
    package var number: Int
    package var id: NodeID
    package var name: String
    package var computerName: String
    package var pingStatus: ObservedNode.PingStatus
    package var lastPingAt: Timestamp?
    package var agentVersion: String
    package var platformType: String
    package var platformName: String
    package var platformVersion: String
    package var ipAddress: String
    package var registeredAt: Timestamp
    package var deregisteredAt: Timestamp?

    package init(
        number: Int = 0,
        id: NodeID,
        name: String,
        computerName: String = "",
        pingStatus: ObservedNode.PingStatus = .online,
        lastPingAt: Timestamp? = nil,
        agentVersion: String = "",
        platformType: String = "Linux",
        platformName: String = "",
        platformVersion: String = "",
        ipAddress: String = "",
        registeredAt: Timestamp,
        deregisteredAt: Timestamp? = nil
    ) {
        self.number = number
        self.id = id
        self.name = name
        self.computerName = computerName
        self.pingStatus = pingStatus
        self.lastPingAt = lastPingAt
        self.agentVersion = agentVersion
        self.platformType = platformType
        self.platformName = platformName
        self.platformVersion = platformVersion
        self.ipAddress = ipAddress
        self.registeredAt = registeredAt
        self.deregisteredAt = deregisteredAt
    }
}

/// What tells a node apart, in the store and in the API: enough to ask about thousands.
package struct NodeKey: Hashable, Sendable {
    package var number: Int
    package var id: NodeID
}

extension NodeRecord {
    package var key: NodeKey { NodeKey(number: number, id: id) }
}
