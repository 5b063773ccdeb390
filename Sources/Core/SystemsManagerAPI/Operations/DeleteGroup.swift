// SPDX-License-Identifier: Apache-2.0

/// Deletes a resource group, not its members.
///
/// *Source*: `resource-groups:DeleteGroup`.
package struct DeleteGroup: Operation {
    package typealias Response = EmptyResponse

    package var groupName: String

    package init(groupName: String) {
        self.groupName = groupName
    }
}
