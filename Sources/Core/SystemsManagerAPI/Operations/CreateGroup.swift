// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Makes a resource group.
///
/// *Shape*: `resourceQuery` is Aplomb's typed form of `TAG_FILTERS_1_0`; its `not` has no word on AWS.
/// *Source*: `resource-groups:CreateGroup`.
package struct CreateGroup: Operation {
    package typealias Response = CreateGroupResponse

    package var name: String
    package var description: String?
    package var resourceQuery: TagQuery
    package var tags: [String: String]?

    package init(
        name: String,
        description: String? = nil,
        resourceQuery: TagQuery,
        tags: [String: String]? = nil
    ) {
        self.name = name
        self.description = description
        self.resourceQuery = resourceQuery
        self.tags = tags
    }
}

/// The answer to `CreateGroup`.
package struct CreateGroupResponse: Codable, Hashable, Sendable {
    package var group: Group

    package init(group: Group) {
        self.group = group
    }
}

/// A resource group.
///
/// *Source*: `resource-groups:Group`.
package struct Group: Codable, Hashable, Sendable {
    package var name: String
    package var description: String?

    package init(name: String, description: String? = nil) {
        self.name = name
        self.description = description
    }
}
