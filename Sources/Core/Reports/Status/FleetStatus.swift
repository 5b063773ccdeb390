// SPDX-License-Identifier: Apache-2.0
package import Drifts
package import FleetModel
package import Planning

/// A fleet as last seen: what the status branch and the status page say of it.
///
/// Four questions are kept apart: *plan* (git against provider), *drift* (provider against what was
/// applied), *rollout* (this change over the nodes) and *compliance* (node against object).
///
/// *Shape*: every list is sorted. Times are those of changes of state: a run that changes nothing
/// leaves the value as it was. Nothing in it is a value that may be secret.
package struct FleetStatus: Hashable, Sendable, Codable {
    package enum PlanState: String, Sendable, Codable {
        case inSync = "InSync"
        case pending = "Pending"
        case blocked = "Blocked"
        case unknown = "Unknown"
    }

    package enum DriftState: String, Sendable, Codable {
        case none = "None"
        case drifted = "Drifted"
        /// Only what an exception leaves as it is.
        case ignored = "Ignored"
        case unknown = "Unknown"
    }

    package enum RolloutState: String, Sendable, Codable {
        case progressing = "Progressing"
        case healthy = "Healthy"
        case degraded = "Degraded"
        case paused = "Paused"
    }

    /// How the nodes stand to the objects that target them: targets, not nodes.
    package struct Compliance: Hashable, Sendable, Codable {
        package var targeted = 0
        package var compliant = 0
        package var failed = 0
        /// Never sent: rate control had stopped the run.
        package var heldBack = 0
        package var running = 0
        /// Nothing was heard: never ran at this version, or the end was not seen.
        package var noReport = 0
        /// Reported by nodes that the object no longer targets.
        package var unexpected = 0

        package init() {}

        mutating func add(_ other: Compliance) {
            targeted += other.targeted
            compliant += other.compliant
            failed += other.failed
            heldBack += other.heldBack
            running += other.running
            noReport += other.noReport
            unexpected += other.unexpected
        }
    }

    /// The nodes of the fleet in counts.
    package struct NodeSummary: Hashable, Sendable, Codable {
        package var total = 0
        package var online = 0
        package var connectionLost = 0
        package var inactive = 0
        /// Declared and not registered yet.
        package var unregistered = 0
        /// Nodes on which something failed.
        package var failing = 0
        package var platforms: [String: Int] = [:]

        package init() {}
    }

    package struct PendingCounts: Hashable, Sendable, Codable {
        package var changes: Int
        package var runs: Int
        package var waits: Int
    }

    package struct LastRun: Hashable, Sendable, Codable {
        package var runID: String
        package var outcome: RunRecord.Outcome
        package var commit: String
        package var finishedAt: Timestamp
        package var messages: [String]
    }

    package struct HistoryEntry: Hashable, Sendable, Codable {
        package var at: Timestamp
        package var commit: String
        package var ready: Condition.Status
        package var reason: String
        package var outcome: RunRecord.Outcome?
        package var summary: String
    }

    package var apiVersion: String = "aplomb/v1"
    package var kind: String = "FleetStatus"
    package var fleet: String
    /// The commit that was looked at last.
    package var attemptedRevision: String
    /// The last commit whose objects the provider has all taken; `nil` before the first.
    package var appliedRevision: String?
    package var planDigest: ContentDigest
    package var plan: PlanState
    package var pending: PendingCounts
    package var drift: DriftState
    package var rollout: RolloutState
    package var compliance: Compliance
    package var conditions: [Condition]
    package var nodes: NodeSummary
    package var objects: [ObjectStatus]
    package var driftItems: [DriftItem]
    /// Every exception that git declares, by name; `nil` where it declares none.
    package var exceptions: [ExceptionStatus]?
    package var lastRun: LastRun?
    /// The latest changes of state, oldest first, at most five.
    package var history: [HistoryEntry]

    /// Nodes one by one, as many as the fleet's settings ask for; no part of `status.json`.
    package var nodeDetails = NodeDetails()
    /// The change of state that this status brought; `nil` when nothing changed.
    ///
    /// Not encoded.
    package var newEntry: HistoryEntry?

    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, fleet, attemptedRevision, appliedRevision, planDigest, plan, pending
        case drift, rollout, compliance, conditions, nodes, objects, driftItems, exceptions
        case lastRun, history
    }

    /// The condition of a type.
    package func condition(_ type: Condition.Kind) -> Condition? {
        conditions.first { $0.type == type }
    }

    /// Whether everything is as git says.
    package var isReady: Bool { condition(.ready)?.status == .true }

    /// What is not right, in a few words: `1 drifted, 2 failed`; `in sync` when all is.
    package var headline: String {
        var parts: [String] = []
        if isSuspended { parts.append("suspended") }
        if plan == .blocked { parts.append("blocked") }
        if pending.changes > 0 { parts.append("\(pending.changes) pending") }
        if !objectDrift.isEmpty { parts.append("\(objectDrift.count) drifted") }
        if nodes.failing > 0 { parts.append("\(nodes.failing) failed") }
        if pending.runs > 0 { parts.append("\(pending.runs) to run") }
        if pending.waits > 0 { parts.append("\(pending.waits) waiting") }
        if parts.isEmpty {
            let isReady = condition(.ready).map { $0.status == .true } ?? true
            parts.append(plan == .unknown ? "unknown" : isReady ? "in sync" : "not ready")
        }
        if ignoredCount > 0 { parts.append("\(ignoredCount) ignored") }
        let lapsed = (exceptions ?? []).count { $0.state == .lapsed }
        if lapsed > 0 { parts.append("\(Words.count(lapsed, "exception")) lapsed") }
        return parts.joined(separator: ", ")
    }
}

/// One statement about a fleet or an object, and since when it holds.
package struct Condition: Hashable, Sendable, Codable {
    package enum Kind: String, Sendable, Codable {
        case ready = "Ready"
        case drifted = "Drifted"
        case reconciling = "Reconciling"
        case stalled = "Stalled"
    }

    package enum Status: String, Sendable, Codable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"
    }

    /// Why, in one word of a fixed vocabulary (`reference`: status vocabulary of the project).
    package enum Reason: String, Sendable, Codable {
        case reconciliationSucceeded = "ReconciliationSucceeded"
        case progressing = "Progressing"
        case dependencyNotReady = "DependencyNotReady"
        case pruneBlocked = "PruneBlocked"
        case limitExceeded = "LimitExceeded"
        case validationFailed = "ValidationFailed"
        case windowClosed = "WindowClosed"
        case approvalNeeded = "ApprovalNeeded"
        case providerError = "ProviderError"
        case healthCheckFailed = "HealthCheckFailed"
        case interrupted = "Interrupted"
        case driftDetected = "DriftDetected"
        case driftCorrected = "DriftCorrected"
        /// What differs is ignored by exceptions.
        case driftAccepted = "DriftAccepted"
        case suspended = "Suspended"
        case noDrift = "NoDrift"
        case nodesUnreachable = "NodesUnreachable"
    }

    package var type: Kind
    package var status: Status
    package var reason: Reason
    package var message: String
    package var lastTransitionTime: Timestamp

    package init(
        _ type: Kind,
        _ status: Status,
        _ reason: Reason,
        _ message: String,
        since: Timestamp
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        lastTransitionTime = since
    }

    /// The condition with the time of the previous one, where only words changed.
    func keepingTime(of previous: [Condition]?) -> Condition {
        guard let old = previous?.first(where: { $0.type == type }),
            old.status == status, old.reason == reason
        else { return self }
        var result = self
        result.lastTransitionTime = old.lastTransitionTime
        return result
    }
}

/// One object of the fleet as last seen.
package struct ObjectStatus: Hashable, Sendable, Codable {
    /// Nodes on which the object fares alike since one time.
    package struct FailureGroup: Hashable, Sendable, Codable {
        package var status: AssociationTargetStatus
        package var since: Timestamp
        /// By name, sorted.
        package var nodes: [String]
    }

    package var object: ObjectReference
    /// `nil` where the fleet manages it.
    package var ownership: ObjectOwnership?
    package var file: String?
    package var line: Int?
    /// What the provider calls it, and which version is live.
    package var providerID: String?
    package var liveVersion: String?
    /// Of what git says; of what the provider has.
    package var observedDigest: ContentDigest?
    package var liveDigest: ContentDigest?
    /// For associations: what they run.
    package var document: String?
    /// For associations: the digest of each parameter's value, never the value.
    package var parameters: [String: ContentDigest]?
    package var scheduleExpression: String?
    package var conditions: [Condition]
    /// For associations: how their targets fare.
    package var compliance: FleetStatus.Compliance?
    package var failures: [FailureGroup]

    package init(_ object: ObjectReference) {
        self.object = object
        conditions = []
        failures = []
    }

    package func condition(_ type: Condition.Kind) -> Condition? {
        conditions.first { $0.type == type }
    }
}

/// One thing that is not as git says: a field of an object, an object, or machines.
package struct DriftItem: Hashable, Sendable, Codable {
    /// Stable per fleet, object and field: `d-` and eight hexadecimal digits.
    package var id: String
    package var object: ObjectReference
    /// The field's path; empty where it is about the object as a whole.
    package var field: String
    /// Values that may be secret are digests.
    package var inGit: String
    package var live: String
    package var cause: Cause
    package var severity: ComplianceSeverity
    package var nodeCount: Int
    package var since: Timestamp
    /// How often it has begun, this time included.
    package var occurrences: Int
    /// Whether it comes and goes.
    package var flapping: Bool
    /// Commands of ours that ran on the nodes while they moved.
    package var touches: [NodeTouch]

    /// Whether it is the machines that moved, rather than the object.
    package var isAboutNodes: Bool { cause == .node }
}

/// One node as last seen.
package struct NodeStatus: Hashable, Sendable, Codable {
    package struct Failure: Hashable, Sendable, Codable {
        package var association: String
        package var status: AssociationTargetStatus
        package var detail: String
        package var since: Timestamp
    }

    package var id: NodeID
    package var name: String
    package var ping: ObservedNode.PingStatus
    /// When it was heard of last; only for a node that is away, so that no file ages by itself.
    package var lastSeenAt: Timestamp?
    package var platform: String
    package var agentVersion: String
    package var failures: [Failure]
    /// Associations that are as they should be; only where every node has a file.
    package var compliant: [String]
    package var waiting: [String]
}
