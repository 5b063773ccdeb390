// SPDX-License-Identifier: Apache-2.0

/// Changes the description of a resource group.
///
/// *Source*: `resource-groups:UpdateGroup`.
package struct UpdateGroup: Operation {
    package typealias Response = UpdateGroupResponse

    package var groupName: String
    package var description: String?

    package init(groupName: String, description: String? = nil) {
        self.groupName = groupName
        self.description = description
    }
}

/// The answer to `UpdateGroup`.
package struct UpdateGroupResponse: Codable, Hashable, Sendable {
    package var group: Group

    package init(group: Group) {
        self.group = group
    }
}
