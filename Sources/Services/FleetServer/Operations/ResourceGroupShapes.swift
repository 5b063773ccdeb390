// SPDX-License-Identifier: Apache-2.0

import FleetModel

// The structures of Resource Groups. *Source*: its API, by the same names.

struct GroupReference: Codable, Sendable {
    var groupName: String?
    var group: String?
}

struct CreateGroupRequest: Codable, Sendable {
    var name: String
    var description: String?
    var resourceQuery: ResourceQuery
    var tags: [String: String]?
}

struct UpdateGroupRequest: Codable, Sendable {
    var groupName: String?
    var group: String?
    var description: String?

    var reference: GroupReference { GroupReference(groupName: groupName, group: group) }
}

struct UpdateGroupQueryRequest: Codable, Sendable {
    var groupName: String?
    var group: String?
    var resourceQuery: ResourceQuery

    var reference: GroupReference { GroupReference(groupName: groupName, group: group) }
}

struct ListGroupsRequest: Codable, Sendable {
    var maxResults: Int?
    var nextToken: String?
}

struct ListGroupResourcesRequest: Codable, Sendable {
    struct ResourceFilter: Codable, Sendable {
        var name: String
        var values: [String]
    }

    var groupName: String?
    var group: String?
    var filters: [ResourceFilter]?
    var maxResults: Int?
    var nextToken: String?

    var reference: GroupReference { GroupReference(groupName: groupName, group: group) }
}

struct ArnRequest: Codable, Sendable {
    var arn: String
}

struct TagRequest: Codable, Sendable {
    var arn: String
    var tags: [String: String]
}

struct UntagRequest: Codable, Sendable {
    var arn: String
    var keys: [String]
}

struct TagsAnswer: Codable {
    var arn: String
    var tags: [String: String]
}

struct UntagAnswer: Codable {
    var arn: String
    var keys: [String]
}

struct GroupDescription: Codable {
    var groupArn: String
    var name: String
    var description: String?
}

struct GroupAnswer: Codable {
    var group: GroupDescription
}

struct CreateGroupAnswer: Codable {
    var group: GroupDescription
    var resourceQuery: ResourceQuery
    var tags: [String: String]
}

struct GroupIdentifier: Codable {
    var groupName: String
    var groupArn: String
    var description: String?
}

struct ListGroupsAnswer: Codable {
    var groupIdentifiers: [GroupIdentifier]
    var groups: [GroupDescription]
    var nextToken: String?
}

struct ResourceIdentifier: Codable {
    var resourceArn: String
    var resourceType: String
}

struct GroupResource: Codable {
    var identifier: ResourceIdentifier
}

struct ListGroupResourcesAnswer: Codable {
    struct QueryError: Codable {
        var errorCode: String
        var message: String
    }

    var resources: [GroupResource]
    var resourceIdentifiers: [ResourceIdentifier]
    var nextToken: String?
    var queryErrors: [QueryError]
}

struct GroupQueryAnswer: Codable {
    struct GroupQuery: Codable {
        var groupName: String
        var resourceQuery: ResourceQuery
    }

    var groupQuery: GroupQuery

    init(_ name: String, _ query: TagQuery) {
        groupQuery = GroupQuery(groupName: name, resourceQuery: ResourceQuery(query))
    }
}
