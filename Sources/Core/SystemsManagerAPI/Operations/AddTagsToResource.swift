// SPDX-License-Identifier: Apache-2.0

/// Sets tags of a resource, replacing those of the same keys.
///
/// *Shape*: `resourceType` is `Document`, `ManagedInstance` or `Association`. *Errors*: `InvalidResourceId`.
/// *Source*: `ssm:AddTagsToResource`.
package struct AddTagsToResource: Operation {
    package typealias Response = EmptyResponse

    package var resourceType: TaggedResourceType
    package var resourceId: String
    package var tags: [Tag]

    package init(resourceType: TaggedResourceType, resourceId: String, tags: [Tag]) {
        self.resourceType = resourceType
        self.resourceId = resourceId
        self.tags = tags
    }
}

/// The kinds of resources that carry tags.
///
/// *Source*: `ResourceTypeForTagging`.
package enum TaggedResourceType: String, Codable, Hashable, Sendable, CaseIterable {
    case document = "Document"
    case managedInstance = "ManagedInstance"
    case association = "Association"
}
