// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Decides whether one more target may be sent to.
///
/// *Source*: MaxConcurrency and MaxErrors of SendCommand. With `MaxErrors` N the error N+1 stops the
/// sending; what is in flight finishes and may add errors.
package struct RateControl: Hashable, Sendable {
    /// How many targets may be in flight at once.
    package let concurrencyMax: Int
    /// How many errors are allowed: the next one stops the sending.
    package let errorsAllowed: Int
    package private(set) var inFlight = 0
    package private(set) var errors = 0

    package init(maxConcurrency: RateBound, maxErrors: RateBound, targets: Int) {
        concurrencyMax = maxConcurrency.concurrency(of: targets)
        errorsAllowed = maxErrors.allowedErrors(of: targets)
    }

    package var isExceeded: Bool { errors > errorsAllowed }
    package var mayStart: Bool { inFlight < concurrencyMax && !isExceeded }

    /// Notes that a target was sent to.
    package mutating func start() { inFlight += 1 }

    /// Notes that a target in flight ended.
    package mutating func finish(isError: Bool) {
        inFlight -= 1
        if isError { errors += 1 }
    }
}
