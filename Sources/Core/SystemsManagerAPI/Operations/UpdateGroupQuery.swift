// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Replaces the query of a resource group.
///
/// *Source*: `resource-groups:UpdateGroupQuery`.
package struct UpdateGroupQuery: Operation {
    package typealias Response = EmptyResponse

    package var groupName: String
    package var resourceQuery: TagQuery

    package init(groupName: String, resourceQuery: TagQuery) {
        self.groupName = groupName
        self.resourceQuery = resourceQuery
    }
}
