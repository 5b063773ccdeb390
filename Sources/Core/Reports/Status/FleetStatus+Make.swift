// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

extension FleetStatus {
    /// Makes the status of a fleet from what is wanted, what is, and what was done.
    ///
    /// *Shape*: `plan` is made after execution and is empty when all is true; `record` is `nil` when
    /// nothing ran; `previous` is the fleet's entry of the last `status.json`.
    package static func make(
        desired: DesiredState,
        observed: ObservedState,
        plan: Plan,
        record: RunRecord?,
        previous: FleetStatus?
    ) -> FleetStatus {
        StatusMaker(
            desired: desired,
            observed: observed,
            plan: plan,
            record: record,
            previous: previous
        ).make()
    }
}
