// SPDX-License-Identifier: Apache-2.0

/// Removes tags of a resource by their keys.
///
/// *Source*: `ssm:RemoveTagsFromResource`.
package struct RemoveTagsFromResource: Operation {
    package typealias Response = EmptyResponse

    package var resourceType: TaggedResourceType
    package var resourceId: String
    package var tagKeys: [String]

    package init(resourceType: TaggedResourceType, resourceId: String, tagKeys: [String]) {
        self.resourceType = resourceType
        self.resourceId = resourceId
        self.tagKeys = tagKeys
    }
}
