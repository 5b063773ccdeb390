// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Resource groups. *Source*: the API of Resource Groups, with its error codes.

extension CreateGroup: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> CreateGroupResponse {
        let request = self
        guard !name.isEmpty, name.count <= 300, !name.lowercased().hasPrefix("aws") else {
            throw SystemsManagerError(.validation, "'\(name)' cannot be the name of a group")
        }
        try await engine.store.write { store in
            guard try store.reader.group(request.name) == nil else {
                throw SystemsManagerError(
                    .groupAlreadyExists,
                    "there is a resource group \(request.name) already"
                )
            }
            try store.insert(
                GroupRecord(
                    name: request.name,
                    description: request.description,
                    query: request.resourceQuery
                )
            )
            try store.setTags(request.tags ?? [:], of: .group(request.name))
        }
        return CreateGroupResponse(group: Group(name: name, description: description))
    }
}

extension UpdateGroup: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> UpdateGroupResponse {
        let (name, description) = (groupName, description)
        try await engine.store.write { store in
            var group = try store.reader.existingGroup(name)
            group.description = description
            try store.update(group)
        }
        return UpdateGroupResponse(group: Group(name: name, description: description))
    }
}

extension UpdateGroupQuery: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        try await engine.store.write { store in
            var group = try store.reader.existingGroup(request.groupName)
            group.query = request.resourceQuery
            try store.update(group)
        }
        return EmptyResponse()
    }
}

extension TagGroup: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        try await engine.store.write { store in
            _ = try store.reader.existingGroup(request.groupName)
            try store.setTags(request.tags, of: .group(request.groupName))
        }
        return EmptyResponse()
    }
}

extension UntagGroup: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        try await engine.store.write { store in
            _ = try store.reader.existingGroup(request.groupName)
            try store.removeTags(request.keys, of: .group(request.groupName))
        }
        return EmptyResponse()
    }
}

extension DeleteGroup: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let name = groupName
        try await engine.store.write { store in
            _ = try store.reader.existingGroup(name)
            try store.deleteGroup(name)
        }
        return EmptyResponse()
    }
}

extension ListGroups: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListGroupsResponse {
        let groups = try await engine.store.read { store in
            let tags = try store.groupTags()
            return try store.groups().map { group in
                GroupSummary(
                    name: group.name,
                    description: group.description,
                    resourceQuery: group.query,
                    tags: tags[group.name] ?? [:]
                )
            }
        }
        let page = try Page(
            groups,
            maxResults: maxResults,
            nextToken: nextToken,
            key: \.name
        )
        return ListGroupsResponse(groups: page.elements, nextToken: page.nextToken)
    }
}

extension ListGroupResources: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListGroupResourcesResponse {
        let name = group
        return try await engine.store.read { store in
            let group = try store.existingGroup(name)
            let members = try TargetResolver(reader: store).nodes(matching: group.query)
            return ListGroupResourcesResponse(instanceIds: members.map(\.id))
        }
    }
}

extension StoreReader {
    fileprivate func existingGroup(_ name: String) throws -> GroupRecord {
        guard let group = try group(name) else {
            throw SystemsManagerError(.notFound, "there is no resource group \(name)")
        }
        return group
    }
}
