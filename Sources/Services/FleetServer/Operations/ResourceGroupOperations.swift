// SPDX-License-Identifier: Apache-2.0
import AWSWire
import FleetModel
import SystemsManagerAPI

/// The operations of Resource Groups, by the method and path that call them.
struct ResourceGroupOperations: Sendable {
    private static let pages = 1...50

    let region: String

    /// A call as the path says it: the operation, and what it takes from the path.
    struct Route: Sendable {
        var operation: ServedOperation
        /// Members that the path and the query give, which a body cannot.
        var members: [JSONValue.Member] = []
    }

    enum Match: Sendable {
        case route(Route)
        /// The path is one of ours, the method is not.
        case wrongMethod
        case unknown
    }

    func match(_ request: (method: String, path: String, query: String)) -> Match {
        if let arn = Self.taggedResource(request.path) {
            guard let operation = tagOperations[request.method] else { return .wrongMethod }
            return .route(Route(operation: operation, members: [.init("Arn", .string(arn))]))
        }
        guard let operation = posts[request.path] else { return .unknown }
        guard request.method == "POST" else { return .wrongMethod }
        return .route(Route(operation: operation, members: Self.members(ofQuery: request.query)))
    }

    /// The resource of `/resources/{Arn}/tags`; its colons and slashes are percent-encoded, or not.
    private static func taggedResource(_ path: String) -> String? {
        guard path.hasPrefix("/resources/"), path.hasSuffix("/tags"),
            path.count > "/resources/".count + "/tags".count
        else { return nil }
        let inner = path.dropFirst("/resources/".count).dropLast("/tags".count)
        return PercentEncoded.decode(inner)
    }

    /// `maxResults` and `nextToken` of `ListGroups` are in the query.
    private static func members(ofQuery query: String) -> [JSONValue.Member] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = PercentEncoded.decode(parts[1]) else { return nil }
            switch parts[0] {
            case "maxResults":
                return .init("MaxResults", Int(value).map { .number("\($0)") } ?? .string(value))
            case "nextToken": return .init("NextToken", .string(value))
            default: return nil
            }
        }
    }

    private var tagOperations: [String: ServedOperation] {
        [
            "GET": ServedOperation("GetTags") { (request: ArnRequest, engine) in
                let group = try await find(try name(ofARN: request.arn), engine)
                return TagsAnswer(arn: request.arn, tags: group.tags)
            },
            "PUT": ServedOperation("Tag") { (request: TagRequest, engine) in
                let name = try name(ofARN: request.arn)
                _ = try await engine.perform(TagGroup(groupName: name, tags: request.tags))
                return TagsAnswer(arn: request.arn, tags: request.tags)
            },
            "PATCH": ServedOperation("Untag") { (request: UntagRequest, engine) in
                let name = try name(ofARN: request.arn)
                _ = try await engine.perform(UntagGroup(groupName: name, keys: request.keys))
                return UntagAnswer(arn: request.arn, keys: request.keys)
            },
        ]
    }

    private var posts: [String: ServedOperation] {
        [
            "/groups": ServedOperation("CreateGroup") { (request: CreateGroupRequest, engine) in
                let query = try request.resourceQuery.tagQuery
                let group = try await engine.perform(
                    CreateGroup(
                        name: request.name,
                        description: request.description,
                        resourceQuery: query,
                        tags: request.tags
                    )
                ).group
                return CreateGroupAnswer(
                    group: describe(group.name, group.description),
                    resourceQuery: ResourceQuery(query),
                    tags: request.tags ?? [:]
                )
            },
            "/get-group": ServedOperation("GetGroup") { (request: GroupReference, engine) in
                let group = try await find(try name(of: request), engine)
                return GroupAnswer(group: describe(group.name, group.description))
            },
            "/groups-list": ServedOperation("ListGroups", pages: Self.pages) {
                (request: ListGroupsRequest, engine) in try await list(request, engine)
            },
            "/update-group": ServedOperation("UpdateGroup") {
                (request: UpdateGroupRequest, engine) in
                let name = try name(of: request.reference)
                let old = try await find(name, engine)
                let group = try await engine.perform(
                    UpdateGroup(
                        groupName: name,
                        description: request.description ?? old.description
                    )
                ).group
                return GroupAnswer(group: describe(group.name, group.description))
            },
            "/delete-group": ServedOperation("DeleteGroup") { (request: GroupReference, engine) in
                let group = try await find(try name(of: request), engine)
                _ = try await engine.perform(DeleteGroup(groupName: group.name))
                return GroupAnswer(group: describe(group.name, group.description))
            },
            "/get-group-query": ServedOperation("GetGroupQuery") {
                (request: GroupReference, engine) in
                let group = try await find(try name(of: request), engine)
                return GroupQueryAnswer(group.name, group.resourceQuery)
            },
            "/update-group-query": ServedOperation("UpdateGroupQuery") {
                (request: UpdateGroupQueryRequest, engine) in
                let name = try name(of: request.reference)
                let query = try request.resourceQuery.tagQuery
                _ = try await engine.perform(
                    UpdateGroupQuery(groupName: name, resourceQuery: query)
                )
                return GroupQueryAnswer(name, query)
            },
            "/list-group-resources": ServedOperation("ListGroupResources", pages: Self.pages) {
                (request: ListGroupResourcesRequest, engine) in
                try await members(request, engine)
            },
        ]
    }

    private func list(
        _ request: ListGroupsRequest,
        _ engine: any SystemsManager
    ) async throws -> ListGroupsAnswer {
        let page = try await engine.perform(
            ListGroups(maxResults: request.maxResults, nextToken: request.nextToken)
        )
        return ListGroupsAnswer(
            groupIdentifiers: page.groups.map {
                GroupIdentifier(
                    groupName: $0.name,
                    groupArn: arn(ofGroup: $0.name),
                    description: $0.description
                )
            },
            groups: page.groups.map { describe($0.name, $0.description) },
            nextToken: page.nextToken
        )
    }

    private func members(
        _ request: ListGroupResourcesRequest,
        _ engine: any SystemsManager
    ) async throws -> ListGroupResourcesAnswer {
        let kinds = try (request.filters ?? []).map { filter in
            guard filter.name == "resource-type" else { throw invalidFilterKey(filter.name) }
            return filter.values
        }
        let name = try name(of: request.reference)
        let all = try await engine.perform(ListGroupResources(group: name)).instanceIds
        let isAsked = kinds.allSatisfy { $0.contains(ResourceQuery.nodeType) }
        let page = Window(
            isAsked ? all : [],
            maxResults: request.maxResults,
            nextToken: request.nextToken,
            key: \.rawValue
        )
        let identifiers = page.elements.map {
            ResourceIdentifier(resourceArn: arn(ofNode: $0), resourceType: ResourceQuery.nodeType)
        }
        return ListGroupResourcesAnswer(
            resources: identifiers.map { GroupResource(identifier: $0) },
            resourceIdentifiers: identifiers,
            nextToken: page.nextToken,
            queryErrors: []
        )
    }

    private func find(
        _ name: String,
        _ engine: any SystemsManager
    ) async throws -> GroupSummary {
        let groups = try await engine.perform(ListGroups()).groups
        guard let found = groups.first(where: { $0.name == name }) else {
            throw SystemsManagerError(.notFound, "Cannot find group: \(name)")
        }
        return found
    }

    // MARK: Names

    private static let account = "000000000000"

    private func arn(ofGroup name: String) -> String {
        "arn:aws:resource-groups:\(region):\(Self.account):group/\(name)"
    }

    private func arn(ofNode id: NodeID) -> String {
        "arn:aws:ssm:\(region):\(Self.account):managed-instance/\(id)"
    }

    private func describe(_ name: String, _ description: String?) -> GroupDescription {
        GroupDescription(groupArn: arn(ofGroup: name), name: name, description: description)
    }

    private func name(of reference: GroupReference) throws -> String {
        guard let text = reference.group ?? reference.groupName else {
            throw WireProblem(.missing, at: "group")
        }
        return text.hasPrefix("arn:") ? try name(ofARN: text) : text
    }

    private func name(ofARN arn: String) throws -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "resource-groups",
            parts[5].hasPrefix("group/")
        else {
            throw SystemsManagerError(.validation, "'\(arn)' is not the ARN of a resource group")
        }
        return String(parts[5].dropFirst("group/".count))
    }
}
