// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists managed nodes.
///
/// *Shape*: sorted by name. *Source*: `ssm:DescribeInstanceInformation`.
package struct DescribeInstanceInformation: Operation {
    package typealias Response = DescribeInstanceInformationResponse

    package var maxResults: Int?
    package var nextToken: String?

    package init(maxResults: Int? = nil, nextToken: String? = nil) {
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `DescribeInstanceInformation`.
package struct DescribeInstanceInformationResponse: Codable, Hashable, Sendable {
    package var instanceInformationList: [InstanceInformation]
    package var nextToken: String?

    package init(instanceInformationList: [InstanceInformation], nextToken: String? = nil) {
        self.instanceInformationList = instanceInformationList
        self.nextToken = nextToken
    }
}

/// A managed node.
///
/// *Shape*: `tags` is Aplomb's addition, which saves a request per node; AWS leaves it out.
package struct InstanceInformation: Codable, Hashable, Sendable {
    package var instanceId: NodeID
    package var name: String
    package var computerName: String?
    package var pingStatus: String
    package var lastPingDateTime: Timestamp?
    package var agentVersion: String?
    package var platformType: String?
    package var platformName: String?
    package var platformVersion: String?
    package var iPAddress: String?
    package var resourceType: String
    package var registrationDate: Timestamp?
    package var tags: [Tag]?

    package init(
        instanceId: NodeID,
        name: String,
        computerName: String? = nil,
        pingStatus: String,
        lastPingDateTime: Timestamp? = nil,
        agentVersion: String? = nil,
        platformType: String? = nil,
        platformName: String? = nil,
        platformVersion: String? = nil,
        iPAddress: String? = nil,
        resourceType: String = "ManagedInstance",
        registrationDate: Timestamp? = nil,
        tags: [Tag]? = nil
    ) {
        self.instanceId = instanceId
        self.name = name
        self.computerName = computerName
        self.pingStatus = pingStatus
        self.lastPingDateTime = lastPingDateTime
        self.agentVersion = agentVersion
        self.platformType = platformType
        self.platformName = platformName
        self.platformVersion = platformVersion
        self.iPAddress = iPAddress
        self.resourceType = resourceType
        self.registrationDate = registrationDate
        self.tags = tags
    }
}
