// SPDX-License-Identifier: Apache-2.0

/// Every operation that the API has here, for whoever is given one by name.
package enum OperationCatalog {
    package static let all: [any Operation.Type] = [
        AddTagsToResource.self, CancelCommand.self, CreateAssociation.self, CreateDocument.self,
        CreateGroup.self, DeleteAssociation.self, DeleteDocument.self, DeleteGroup.self,
        DeregisterManagedInstance.self, DescribeAssociation.self,
        DescribeAssociationExecutions.self, DescribeDocument.self,
        DescribeInstanceInformation.self, GetCommandInvocation.self, GetDocument.self,
        ListAssociationTargetStatuses.self, ListAssociations.self, ListCommandInvocations.self,
        ListCommands.self, ListDocuments.self, ListGroupResources.self, ListGroups.self,
        ListInventoryEntries.self, ListTagsForResource.self, PutInventory.self,
        RemoveTagsFromResource.self, SendCommand.self, StartAssociationsOnce.self, TagGroup.self,
        UpdateAssociation.self, UpdateDocument.self, UpdateDocumentDefaultVersion.self,
        UpdateGroup.self, UpdateGroupQuery.self,
    ]

    /// The operation of that name, such as `SendCommand`.
    package static func operation(named name: String) -> (any Operation.Type)? {
        all.first { $0.operationName == name }
    }
}
