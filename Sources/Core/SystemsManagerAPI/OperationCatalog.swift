// SPDX-License-Identifier: Apache-2.0

/// Every operation that the API has here, for whoever is given one by name.
package enum OperationCatalog {
    package static let all: [any Operation.Type] = [
        AddTagsToResource.self, CancelCommand.self, CompareInventory.self,
        CreateAssociation.self, CreateDocument.self, CreateGroup.self, DeleteAssociation.self,
        DeleteDocument.self, DeleteGroup.self, DeleteInventory.self,
        DeregisterManagedInstance.self, DescribeAssociation.self,
        DescribeAssociationExecutions.self, DescribeDocument.self,
        DescribeInstanceInformation.self, DescribeInventoryDeletions.self,
        GetCommandInvocation.self, GetDocument.self,
        GetInventory.self, GetInventorySchema.self, ListAssociationTargetStatuses.self,
        ListAssociations.self, ListCommandInvocations.self, ListCommands.self,
        ListComplianceItems.self, ListComplianceSummaries.self, ListDocuments.self,
        ListGroupResources.self, ListGroups.self, ListInventoryEntries.self,
        ListInventoryTypes.self, ListResourceComplianceSummaries.self, ListTagsForResource.self,
        PutComplianceItems.self, PutInventory.self, QueryInventory.self,
        RefreshInventory.self, RemoveTagsFromResource.self, SendCommand.self,
        StartAssociationsOnce.self, TagGroup.self, UntagGroup.self, UpdateAssociation.self,
        UpdateDocument.self, UpdateDocumentDefaultVersion.self,
        UpdateGroup.self, UpdateGroupQuery.self,
    ]

    /// The operation of that name, such as `SendCommand`.
    package static func operation(named name: String) -> (any Operation.Type)? {
        all.first { $0.operationName == name }
    }
}
