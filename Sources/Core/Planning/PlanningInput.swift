// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// All that a plan is made from.
package struct PlanningInput: Sendable {
    package enum FailedTargets: Sendable {
        /// Failed targets wait for a change, their schedule, or an operator.
        case hold
        /// An operator asked for another try.
        case retry
    }

    package var desired: DesiredState
    package var observed: ObservedState
    /// The commit of the desired state; empty for uncommitted content.
    package var commit: String
    /// What names the repository in ownership tags.
    package var repository: String
    package var now: Timestamp
    package var failedTargets: FailedTargets
    /// Objects without an owner that an operator asked to take over.
    package var takes: Set<ObjectReference> = []
    /// The members of the groups when the fleet was reconciled last; `nil` where nobody knows.
    package var previousMembers: GroupMembers?
    /// How often remedies have been tried in vain.
    package var remedies: RemedyLedger
    /// What the provider had of ours at the last reconcile.
    package var applied: AppliedObjects
    /// What rehearsals say that associations would change.
    package var rehearsals: RehearsalLedger

    package init(
        desired: DesiredState,
        observed: ObservedState,
        commit: String,
        repository: String,
        now: Timestamp,
        failedTargets: FailedTargets = .hold,
        previousMembers: GroupMembers? = nil,
        remedies: RemedyLedger = RemedyLedger(),
        applied: AppliedObjects = AppliedObjects(),
        rehearsals: RehearsalLedger = RehearsalLedger()
    ) {
        self.desired = desired
        self.observed = observed
        self.commit = commit
        self.repository = repository
        self.now = now
        self.failedTargets = failedTargets
        self.previousMembers = previousMembers
        self.remedies = remedies
        self.applied = applied
        self.rehearsals = rehearsals
    }

    package var ownership: Ownership {
        Ownership(repository: repository, fleet: desired.fleet.name)
    }

    /// Whether the plan may delete: prune is on, and what was observed is all there is.
    var mayPrune: Bool { desired.fleet.prune && observed.completeness == .complete }
}
