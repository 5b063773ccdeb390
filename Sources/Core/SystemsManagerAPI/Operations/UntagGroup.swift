// SPDX-License-Identifier: Apache-2.0

/// Removes tags of a resource group by their keys.
///
/// *Source*: `resource-groups:Untag`.
package struct UntagGroup: Operation {
    package typealias Response = EmptyResponse

    package var groupName: String
    package var keys: [String]

    package init(groupName: String, keys: [String]) {
        self.groupName = groupName
        self.keys = keys
    }
}
