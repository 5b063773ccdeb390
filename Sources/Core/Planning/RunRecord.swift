// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What one reconcile did: the plan's lines, and how each of them ended.
package struct RunRecord: Hashable, Sendable, Codable {
    package enum Outcome: String, Sendable, Codable {
        /// Everything that was planned was done and is right; also when nothing was.
        case succeeded = "Succeeded"
        /// Finished, and some targets failed or were held back.
        case partial = "Partial"
        /// Not carried through: something that the rest needs could not be done.
        case failed = "Failed"
        /// Not started: limits, a stale digest, an invalid revision.
        case refused = "Refused"
        /// Stopped by a signal, or found cut short by the next run.
        case interrupted = "Interrupted"
    }

    /// How the change of one object ended.
    package struct Change: Hashable, Sendable, Codable {
        package enum Status: String, Sendable, Codable { case done, failed, skipped }

        package var action: PlannedChange.Action
        package var object: ObjectReference
        package var status: Status
        /// Why it failed or was skipped.
        package var message: String?

        package init(
            action: PlannedChange.Action,
            object: ObjectReference,
            status: Status,
            message: String? = nil
        ) {
            self.action = action
            self.object = object
            self.status = status
            self.message = message
        }
    }

    /// How the run of one association ended.
    package struct Run: Hashable, Sendable, Codable {
        package enum Status: String, Sendable, Codable {
            case succeeded, failed, skipped
        }

        package var object: ObjectReference
        package var wave: Int
        package var status: Status
        /// Why it was skipped or could not be started.
        package var message: String?
        package var commandID: CommandID?
        package var startedAt: Timestamp?
        package var finishedAt: Timestamp?
        package var nodes: [NodeResult]

        package init(
            object: ObjectReference,
            wave: Int,
            status: Status,
            message: String? = nil,
            commandID: CommandID? = nil,
            startedAt: Timestamp? = nil,
            finishedAt: Timestamp? = nil,
            nodes: [NodeResult] = []
        ) {
            self.object = object
            self.wave = wave
            self.status = status
            self.message = message
            self.commandID = commandID
            self.startedAt = startedAt
            self.finishedAt = finishedAt
            self.nodes = nodes
        }
    }

    /// How one node fared in a run.
    package struct NodeResult: Hashable, Sendable, Codable {
        package var node: String
        package var status: AssociationTargetStatus
        package var detailedStatus: String
        /// Of the step that failed, or of the last one; `nil` when none ran.
        package var responseCode: Int?
        /// The end of what the failed step wrote, a few lines; `nil` unless it failed.
        package var output: String?

        package init(
            node: String,
            status: AssociationTargetStatus,
            detailedStatus: String? = nil,
            responseCode: Int? = nil,
            output: String? = nil
        ) {
            self.node = node
            self.status = status
            self.detailedStatus = detailedStatus ?? status.rawValue
            self.responseCode = responseCode
            self.output = output
        }
    }

    package var runID: String
    package var fleet: String
    package var commit: String
    package var planDigest: ContentDigest
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var outcome: Outcome
    /// Why the run failed or was refused, one sentence each.
    package var messages: [String]
    package var changes: [Change]
    package var runs: [Run]

    package init(
        runID: String,
        fleet: String,
        commit: String,
        planDigest: ContentDigest,
        startedAt: Timestamp,
        finishedAt: Timestamp,
        outcome: Outcome,
        messages: [String] = [],
        changes: [Change] = [],
        runs: [Run] = []
    ) {
        self.runID = runID
        self.fleet = fleet
        self.commit = commit
        self.planDigest = planDigest
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.outcome = outcome
        self.messages = messages
        self.changes = changes
        self.runs = runs
    }
}
