// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Tags of nodes, documents and associations.

extension AddTagsToResource: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        for tag in tags where tag.key.isEmpty || tag.key.count > 128 || tag.value.count > 256 {
            throw SystemsManagerError(.validation, "the tag '\(tag.key)' is empty or too long")
        }
        try await engine.store.write { store in
            let owner = try store.reader.tagOwner(request.resourceType, request.resourceId)
            try store.setTags(request.tags.asDictionary, of: owner)
        }
        return EmptyResponse()
    }
}

extension RemoveTagsFromResource: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        try await engine.store.write { store in
            let owner = try store.reader.tagOwner(request.resourceType, request.resourceId)
            try store.removeTags(request.tagKeys, of: owner)
        }
        return EmptyResponse()
    }
}

extension ListTagsForResource: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListTagsForResourceResponse {
        let request = self
        return try await engine.store.read { store in
            let owner = try store.tagOwner(request.resourceType, request.resourceId)
            return ListTagsForResourceResponse(tagList: try store.tags(of: owner).asTags)
        }
    }
}

extension StoreReader {
    /// *Errors*: `InvalidResourceId`.
    fileprivate func tagOwner(_ type: TaggedResourceType, _ id: String) throws -> TagOwner {
        switch type {
        case .managedInstance:
            if let node = try node(NodeID(id)), node.deregisteredAt == nil {
                return .node(node.number)
            }
        case .document:
            if try document(id) != nil { return .document(id) }
        case .association:
            if let association = try association(AssociationID(id)) {
                return .association(association.number)
            }
        }
        throw SystemsManagerError(.invalidResourceId, "there is no \(type.rawValue) \(id)")
    }
}
