// SPDX-License-Identifier: Apache-2.0
package import Drifts
package import FleetModel
package import Planning

extension FleetStatus {
    /// Makes the status of a fleet from what is wanted, what is, and what was done.
    ///
    /// *Shape*: `plan` is made after execution and is empty when all is true; `record` is `nil` when
    /// nothing ran; `previous` is the fleet's entry of the last `status.json`; `drift` is what is
    /// remembered of each difference.
    package static func make(
        desired: DesiredState,
        observed: ObservedState,
        plan: Plan,
        record: RunRecord?,
        previous: FleetStatus?,
        drift: DriftLedger = DriftLedger()
    ) -> FleetStatus {
        StatusMaker(
            desired: desired,
            observed: observed,
            plan: plan,
            record: record,
            previous: previous,
            drift: drift
        ).make()
    }
}
