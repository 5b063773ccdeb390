// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

/// When a request is made again, and after which pause.
///
/// *Source*: the standard retry mode of AWS's SDKs: three attempts, exponential pauses with full jitter.
struct RetryPolicy: Sendable {
    static let attemptsMax = 3
    private static let pauseMaxSeconds = 20.0

    /// How an attempt failed, as far as trying again goes.
    enum Failure: Hashable, Sendable {
        /// The request was refused before anything was done: too many of them.
        case throttled
        /// The request never left.
        case notSent
        /// Nobody knows whether it was done.
        case unknown
        /// It would be refused again.
        case final
    }

    /// *Source*: the error codes of the standard mode.
    private static let throttling: Set<SystemsManagerError.Code> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "PriorRequestNotComplete",
        "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "TransactionInProgressException",
    ]

    /// Operations that have the same effect however often they are done: those that look, and these.
    private static let repeatable: Set = [
        "AddTagsToResource", "CancelCommand", "PutComplianceItems", "PutInventory",
        "RefreshInventory", "RemoveTagsFromResource", "TagGroup", "UntagGroup", "UpdateGroup",
        "UpdateGroupQuery", "UpdateDocumentDefaultVersion",
    ]

    static func failure(status: Int, code: SystemsManagerError.Code) -> Failure {
        if throttling.contains(code) || status == 429 { return .throttled }
        return [500, 502, 503, 504].contains(status) ? .unknown : .final
    }

    static func isRepeatable(_ operation: String) -> Bool {
        repeatable.contains(operation)
            || ["List", "Describe", "Get", "Query", "Compare"].contains { operation.hasPrefix($0) }
    }

    /// The pause before the next attempt; `nil` when there must be none.
    ///
    /// Invariant: what may have been done is not done again, unless twice is once.
    /// - Parameter attempt: how many there were.
    /// - Parameter jitter: a fraction in 0..<1.
    static func pause(
        after attempt: Int,
        of operation: String,
        failing failure: Failure,
        jitter: Double
    ) -> Duration? {
        guard attempt < attemptsMax else { return nil }
        switch failure {
        case .final: return nil
        case .unknown where !isRepeatable(operation): return nil
        case .throttled, .notSent, .unknown: break
        }
        var bound = 1.0
        for _ in 1..<max(1, attempt) { bound *= 2 }
        // A second at least for a request that was told to wait: signed anew, it has another time.
        let floor = failure == .throttled ? 1.0 : 0
        return .seconds(min(floor + bound * jitter, pauseMaxSeconds))
    }
}
