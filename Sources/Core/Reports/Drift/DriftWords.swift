// SPDX-License-Identifier: Apache-2.0
import Drifts
import FleetModel
import Planning

/// What the drift report says in one place and another, in the same words.
enum DriftWords {
    /// The corrective causes in the order in which they are told, with what they mean.
    static let sections: [(cause: Cause, title: String)] = [
        (.external, "Changed outside git"),
        (.unknown, "Differs, and nothing says who changed it"),
        (.node, "Machines that moved, or did not take what git says"),
        (.git, "Git says otherwise, and it is left as it is"),
        (.membership, "Memberships"),
        (.clock, "Schedules"),
    ]

    /// `prod: 2 differences, the oldest since 2026-11-23 22:58 UTC`.
    static func headline(_ report: DriftReport) -> String {
        guard let oldest = report.oldest else {
            return report.unread.isEmpty
                ? "no drift at \(Words.commit(report.commit))"
                : "no drift in what could be read at \(Words.commit(report.commit))"
        }
        let count = Words.count(report.corrective.count, "difference")
        return "\(count) at \(Words.commit(report.commit)), "
            + (report.corrective.count == 1 ? "" : "the oldest ") + "since \(Words.time(oldest))"
    }

    /// What becomes of a difference.
    static func fate(_ entry: DriftReport.Entry) -> String {
        switch entry.handling {
        case .left: "left as it is"
        case .corrected: "the next reconcile corrects it"
        }
    }

    /// `since 2026-11-23 22:58 UTC, seen 12 times, for the 3rd time, comes and goes`.
    static func memory(_ group: DriftReport.NodeGroup) -> String {
        var parts = ["since \(Words.time(group.firstSeen))"]
        if group.seen > 1 { parts.append("seen \(group.seen) times") }
        if group.occurrences > 1 { parts.append("for the \(ordinal(group.occurrences)) time") }
        if group.flapping { parts.append("comes and goes") }
        return parts.joined(separator: ", ")
    }

    static func ordinal(_ number: Int) -> String {
        let isTeen = (11...13).contains(number % 100)
        switch (isTeen, number % 10) {
        case (false, 1): return "\(number)st"
        case (false, 2): return "\(number)nd"
        case (false, 3): return "\(number)rd"
        default: return "\(number)th"
        }
    }

    static func way(_ past: DriftReport.Past) -> String {
        switch past.way {
        case .corrected: "corrected by a reconcile"
        case .git: "settled in git"
        case .byItself: "went away without a reconcile"
        }
    }
}
