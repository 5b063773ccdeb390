// SPDX-License-Identifier: Apache-2.0

/// Whether a plan's line follows a decision, or puts back what moved without one.
///
/// *Source*: Puppet's reports, which tell intentional from corrective changes.
package enum Intent: String, Sendable, Codable, CaseIterable {
    /// Git, a group's members or a schedule asked for it.
    case intentional
    /// A machine or an object moved, and nothing in git asked for that.
    case corrective
}

extension Cause {
    package var intent: Intent {
        switch self {
        case .git, .membership, .clock: .intentional
        case .node, .external, .unknown: .corrective
        }
    }
}
