// SPDX-License-Identifier: Apache-2.0

/// What the holder of an access key may do.
package enum AccessRole: String, Codable, Hashable, Sendable, CaseIterable {
    /// Everything.
    case admin
    /// Looks, and runs what is there: commands, associations, reports of nodes.
    case operatorRole = "operator"
    /// Looks.
    case readOnly
}

/// What an operation does, as far as permission goes.
package enum AccessLevel: Sendable, CaseIterable {
    case read
    /// Makes nodes do something, or takes their reports; changes no object.
    case run
    /// Changes what the fleet is.
    case change
}

/// Which role may do what: the one table.
package enum AccessPolicy {
    // Invariant: an operation that is not here is nobody's.
    package static let levels: [String: AccessLevel] = [
        "AddTagsToResource": .change,
        "CancelCommand": .run,
        "CompareInventory": .read,
        "CreateAssociation": .change,
        "CreateDocument": .change,
        "CreateGroup": .change,
        "DeleteAssociation": .change,
        "DeleteDocument": .change,
        "DeleteGroup": .change,
        "DeleteInventory": .change,
        "DeregisterManagedInstance": .change,
        "DescribeAssociation": .read,
        "DescribeAssociationExecutions": .read,
        "DescribeAssociationExecutionTargets": .read,
        "DescribeDocument": .read,
        "DescribeInstanceAssociationsStatus": .read,
        "DescribeInstanceInformation": .read,
        "DescribeInventoryDeletions": .read,
        "GetCommandInvocation": .read,
        "GetConnectionStatus": .read,
        "GetDocument": .read,
        "GetGroup": .read,
        "GetGroupQuery": .read,
        "GetInventory": .read,
        "GetInventorySchema": .read,
        "GetTags": .read,
        "ListAssociations": .read,
        "ListAssociationTargetStatuses": .read,
        "ListCommandInvocations": .read,
        "ListCommands": .read,
        "ListComplianceItems": .read,
        "ListComplianceSummaries": .read,
        "ListDocuments": .read,
        "ListDocumentVersions": .read,
        "ListGroupResources": .read,
        "ListGroups": .read,
        "ListInventoryEntries": .read,
        "ListInventoryTypes": .read,
        "ListResourceComplianceSummaries": .read,
        "ListTagsForResource": .read,
        "PutComplianceItems": .run,
        "PutInventory": .run,
        "QueryInventory": .read,
        "RefreshInventory": .run,
        "RemoveTagsFromResource": .change,
        "SendCommand": .run,
        "StartAssociationsOnce": .run,
        "Tag": .change,
        "TagGroup": .change,
        "Untag": .change,
        "UntagGroup": .change,
        "UpdateAssociation": .change,
        "UpdateDocument": .change,
        "UpdateDocumentDefaultVersion": .change,
        "UpdateGroup": .change,
        "UpdateGroupQuery": .change,
    ]

    package static func allows(_ operation: String, to role: AccessRole) -> Bool {
        guard let level = levels[operation] else { return false }
        switch (role, level) {
        case (.admin, _), (_, .read), (.operatorRole, .run): return true
        case (.operatorRole, .change), (.readOnly, .run), (.readOnly, .change): return false
        }
    }
}
