// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import SystemsManagerAPI

extension SystemsManager {
    /// Performs a planned request; returns the id of an association that it made.
    func perform(
        _ operation: PlannedOperation
    ) async throws(SystemsManagerError) -> AssociationID? {
        switch operation {
        case .createDocument(let request): _ = try await perform(request)
        case .updateDocument(let request): _ = try await perform(request)
        case .setDefaultVersion(let request): _ = try await perform(request)
        case .deleteDocument(let request): _ = try await perform(request)
        case .createGroup(let request): _ = try await perform(request)
        case .updateGroup(let request): _ = try await perform(request)
        case .updateGroupQuery(let request): _ = try await perform(request)
        case .tagGroup(let request): _ = try await perform(request)
        case .deleteGroup(let request): _ = try await perform(request)
        case .createAssociation(let request):
            return try await perform(request).associationDescription.associationId
        case .updateAssociation(let request): _ = try await perform(request)
        case .deleteAssociation(let request): _ = try await perform(request)
        case .addTags(let request): _ = try await perform(request)
        case .removeTags(let request): _ = try await perform(request)
        case .deregisterNode(let request): _ = try await perform(request)
        }
        return nil
    }
}
