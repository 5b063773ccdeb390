// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// How long ago something was reported, as people say it.
enum InventoryAge {
    static func text(_ time: Timestamp, now: Timestamp) -> String {
        let seconds = now.seconds - time.seconds
        return switch seconds {
        case ..<(-60): "in the future"
        case ..<60: "just now"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<172_800: "\(seconds / 3600) h ago"
        default: "\(seconds / 86400) d ago"
        }
    }

    /// Old enough to look at: nodes report every half hour.
    static func isStale(_ time: Timestamp, now: Timestamp) -> Bool {
        now.seconds - time.seconds > 24 * 3600
    }
}
