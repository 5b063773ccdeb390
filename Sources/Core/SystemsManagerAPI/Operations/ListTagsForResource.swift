// SPDX-License-Identifier: Apache-2.0

/// Lists the tags of a resource, sorted by key.
///
/// *Source*: `ssm:ListTagsForResource`.
package struct ListTagsForResource: Operation {
    package typealias Response = ListTagsForResourceResponse

    package var resourceType: TaggedResourceType
    package var resourceId: String

    package init(resourceType: TaggedResourceType, resourceId: String) {
        self.resourceType = resourceType
        self.resourceId = resourceId
    }
}

/// The answer to `ListTagsForResource`.
package struct ListTagsForResourceResponse: Codable, Hashable, Sendable {
    package var tagList: [Tag]

    package init(tagList: [Tag]) {
        self.tagList = tagList
    }
}
