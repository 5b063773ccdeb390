// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
package import Reports

/// What a status says: the fleet after a run, and the run.
struct StatusContent: Sendable {
    var desired: DesiredState
    var observed: ObservedState
    /// What is still not as git says.
    var remaining: Plan
    var record: RunRecord?
}

/// How publishing a status ended.
package struct StatusPublication: Sendable {
    package var status: FleetStatus
    /// The commit on the status branch that says so; `nil` when there was nothing new to say.
    package var commit: String?
    /// Why the branch is behind; the reconcile went on all the same (P-07).
    package var problem: String?

    package init(status: FleetStatus, commit: String? = nil, problem: String? = nil) {
        self.status = status
        self.commit = commit
        self.problem = problem
    }
}
