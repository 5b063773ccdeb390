// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists resource groups with query and tags, sorted by name.
///
/// AWS gives names only; its client fills the rest by `GetGroupQuery` and `GetTags`.
/// *Source*: `resource-groups:ListGroups`.
package struct ListGroups: Operation {
    package typealias Response = ListGroupsResponse

    package var maxResults: Int?
    package var nextToken: String?

    package init(maxResults: Int? = nil, nextToken: String? = nil) {
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListGroups`.
package struct ListGroupsResponse: Codable, Hashable, Sendable {
    package var groups: [GroupSummary]
    package var nextToken: String?

    package init(groups: [GroupSummary], nextToken: String? = nil) {
        self.groups = groups
        self.nextToken = nextToken
    }
}

/// A resource group with what defines it.
package struct GroupSummary: Codable, Hashable, Sendable {
    package var name: String
    package var description: String?
    package var resourceQuery: TagQuery
    package var tags: [String: String]

    package init(
        name: String,
        description: String? = nil,
        resourceQuery: TagQuery,
        tags: [String: String] = [:]
    ) {
        self.name = name
        self.description = description
        self.resourceQuery = resourceQuery
        self.tags = tags
    }
}
