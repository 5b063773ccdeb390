// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// How an invocation fares: a `Status` of the API with its `StatusDetails`.
///
/// *Source*: SSM user guide, "Understanding command statuses"; `Interrupted` is Aplomb's.
package enum InvocationState: String, Hashable, Sendable, CaseIterable {
    case pending = "Pending"
    /// The node cannot be reached now.
    case delayed = "Delayed"
    case inProgress = "InProgress"
    case cancelling = "Cancelling"
    case success = "Success"
    case failed = "Failed"
    case executionTimedOut = "ExecutionTimedOut"
    case deliveryTimedOut = "DeliveryTimedOut"
    case cancelled = "Cancelled"
    case interrupted = "Interrupted"
    case undeliverable = "Undeliverable"
    case invalidPlatform = "InvalidPlatform"
    /// Never sent: the command had exceeded `MaxErrors`.
    case terminated = "Terminated"

    /// The text of `Status`.
    package var status: String {
        switch self {
        case .pending, .delayed, .inProgress, .cancelling, .success, .failed, .cancelled: rawValue
        case .executionTimedOut, .deliveryTimedOut: "TimedOut"
        case .interrupted, .undeliverable, .invalidPlatform: "Failed"
        case .terminated: "Cancelled"
        }
    }

    package var isTerminal: Bool {
        switch self {
        case .pending, .delayed, .inProgress, .cancelling: false
        default: true
        }
    }

    /// Whether it counts towards `MaxErrors`: only what went wrong while it ran.
    package var isError: Bool {
        switch self {
        case .failed, .executionTimedOut, .interrupted: true
        default: false
        }
    }

    /// How it shows at the association's target.
    package var targetStatus: AssociationTargetStatus {
        switch self {
        case .pending, .delayed: .pending
        case .inProgress, .cancelling: .inProgress
        case .success: .success
        case .failed, .undeliverable, .invalidPlatform: .failed
        case .executionTimedOut, .deliveryTimedOut: .timedOut
        case .cancelled: .cancelled
        case .interrupted: .interrupted
        case .terminated: .terminated
        }
    }

    /// Reads what a node reported.
    package init(_ status: StepResult.Status) {
        switch status {
        case .success, .skipped: self = .success
        case .failed: self = .failed
        case .timedOut: self = .executionTimedOut
        case .cancelled: self = .cancelled
        case .interrupted: self = .interrupted
        }
    }
}

/// How a command fares, with the same two texts.
package enum CommandState: String, Hashable, Sendable, CaseIterable {
    case pending = "Pending"
    case inProgress = "InProgress"
    case cancelling = "Cancelling"
    case success = "Success"
    case failed = "Failed"
    case executionTimedOut = "ExecutionTimedOut"
    case deliveryTimedOut = "DeliveryTimedOut"
    case incomplete = "Incomplete"
    case cancelled = "Cancelled"
    case noInstancesInTag = "NoInstancesInTag"

    /// The text of `Status`.
    package var status: String {
        switch self {
        case .pending, .inProgress, .cancelling, .success, .failed, .cancelled: rawValue
        case .executionTimedOut, .deliveryTimedOut: "TimedOut"
        case .incomplete: "Failed"
        // Nothing was to be done, and nothing failed.
        case .noInstancesInTag: "Success"
        }
    }

    package var isTerminal: Bool {
        switch self {
        case .pending, .inProgress, .cancelling: false
        default: true
        }
    }

    /// Sums up the ends of all invocations.
    ///
    /// *Shape*: `counts` holds terminal states only. *Source*: the model of `Command.StatusDetails`:
    /// Failed and the timeouts when more than MaxErrors invocations ended so, Incomplete when fewer
    /// did but some invocation lacks Success.
    package init(
        finalOf counts: [InvocationState: Int],
        errorsAllowed: Int,
        wasCancelled: Bool
    ) {
        func count(_ states: InvocationState...) -> Int {
            states.reduce(0) { $0 + (counts[$1] ?? 0) }
        }
        let total = counts.values.reduce(0, +)
        let failed = count(.failed, .interrupted)
        let timedOut = count(.executionTimedOut)
        let undelivered = count(.undeliverable, .invalidPlatform)
        if total == 0 {
            self = .noInstancesInTag
        } else if wasCancelled {
            self = .cancelled
        } else if failed + timedOut > errorsAllowed {
            self = failed > 0 ? .failed : .executionTimedOut
        } else if count(.deliveryTimedOut) > errorsAllowed {
            self = .deliveryTimedOut
        } else if undelivered == total {
            self = .failed
        } else if count(.success) + undelivered == total {
            self = .success
        } else {
            self = .incomplete
        }
    }
}
