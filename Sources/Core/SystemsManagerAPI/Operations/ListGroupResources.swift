// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists the nodes of a resource group, sorted.
///
/// *Source*: `resource-groups:ListGroupResources`.
package struct ListGroupResources: Operation {
    package typealias Response = ListGroupResourcesResponse

    package var group: String

    package init(group: String) {
        self.group = group
    }
}

/// The answer to `ListGroupResources`.
package struct ListGroupResourcesResponse: Codable, Hashable, Sendable {
    package var instanceIds: [NodeID]

    package init(instanceIds: [NodeID]) {
        self.instanceIds = instanceIds
    }
}
