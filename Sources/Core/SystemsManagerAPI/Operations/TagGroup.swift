// SPDX-License-Identifier: Apache-2.0

/// Sets tags of a resource group.
///
/// *Source*: `resource-groups:Tag`.
package struct TagGroup: Operation {
    package typealias Response = EmptyResponse

    package var groupName: String
    package var tags: [String: String]

    package init(groupName: String, tags: [String: String]) {
        self.groupName = groupName
        self.tags = tags
    }
}
