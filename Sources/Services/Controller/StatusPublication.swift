// SPDX-License-Identifier: Apache-2.0
package import Drifts
package import FleetModel
package import Planning
package import Reports

/// What a status says: the fleet after a run, and the run.
package struct StatusContent: Sendable {
    package var desired: DesiredState
    package var observed: ObservedState
    /// What is still not as git says.
    package var remaining: Plan
    package var record: RunRecord?
    /// What is remembered of everything that is not as git says.
    package var drift: DriftLedger

    package init(
        desired: DesiredState,
        observed: ObservedState,
        remaining: Plan,
        record: RunRecord? = nil,
        drift: DriftLedger = DriftLedger()
    ) {
        self.desired = desired
        self.observed = observed
        self.remaining = remaining
        self.record = record
        self.drift = drift
    }
}

/// How publishing a status ended.
package struct StatusPublication: Sendable {
    package var status: FleetStatus
    /// The commit on the status branch that says so; `nil` when there was nothing new to say.
    package var commit: String?
    /// Why the branch is behind; the reconcile went on all the same (P-07).
    package var problem: String?
    /// Whether the branch says it now; not where nothing was to be written at all.
    package var isOnBranch: Bool

    package init(
        status: FleetStatus,
        commit: String? = nil,
        problem: String? = nil,
        isOnBranch: Bool = false
    ) {
        self.status = status
        self.commit = commit
        self.problem = problem
        self.isOnBranch = isOnBranch
    }
}
