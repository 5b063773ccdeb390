// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Asks nodes for their inventory now, and answers when they have reported.
///
/// Aplomb's addition: on AWS nodes report when an association tells them to.
/// *Shape*: `typeNames` come beside the types that every collection brings.
package struct RefreshInventory: Operation {
    package typealias Response = RefreshInventoryResponse

    package var instanceIds: [NodeID]
    package var typeNames: [String]?

    package init(instanceIds: [NodeID], typeNames: [String]? = nil) {
        self.instanceIds = instanceIds
        self.typeNames = typeNames
    }
}

/// The answer to `RefreshInventory`.
package struct RefreshInventoryResponse: Codable, Hashable, Sendable {
    /// The nodes that did not report, and why not.
    package var failures: [String: String]

    package init(failures: [String: String]) {
        self.failures = failures
    }
}
