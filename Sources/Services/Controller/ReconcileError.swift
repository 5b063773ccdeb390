// SPDX-License-Identifier: Apache-2.0

/// Why a fleet could not be reconciled.
package struct ReconcileError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The revision has mistakes; the last good one stays in force.
        case invalidRevision
        /// The plan exceeds the fleet's limits.
        case limitsExceeded
        /// The plan is not the one that was asked for.
        case stalePlan
        /// The branch no longer contains the revision that was accepted last.
        case diverged
        /// A plan broke a rule of plans: a mistake of ours, caught before any effect.
        case unsoundPlan
        /// An exception says that the fleet is not reconciled for now.
        case suspended
        case stateDirectory
        case provider
        /// Files were to be written, and there is no folder for them.
        case noWorkTree
        case unwritable
    }

    package var code: Code
    package var message: String
    package var hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { message }

    /// Whether someone has to decide, rather than something to be mended.
    package var isRefusal: Bool {
        switch code {
        case .invalidRevision, .limitsExceeded, .stalePlan, .diverged: true
        case .unsoundPlan, .suspended, .stateDirectory, .provider, .noWorkTree, .unwritable: false
        }
    }
}
