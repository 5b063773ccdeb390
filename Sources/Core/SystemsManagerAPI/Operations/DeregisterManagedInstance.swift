// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Forgets a managed node; its id is never used again for another machine.
///
/// *Errors*: `InvalidInstanceId`. *Source*: `ssm:DeregisterManagedInstance`.
package struct DeregisterManagedInstance: Operation {
    package typealias Response = EmptyResponse

    package var instanceId: NodeID

    package init(instanceId: NodeID) {
        self.instanceId = instanceId
    }
}
