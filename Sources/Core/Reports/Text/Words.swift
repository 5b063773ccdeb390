// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

/// The phrases that every rendering shares, so that one thing has one name everywhere.
enum Words {
    /// `1 node`, `2 nodes`.
    static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
    }

    /// The first seven digits of a commit, or what an empty one means.
    static func commit(_ commit: String) -> String {
        if commit.isEmpty { return "uncommitted files" }
        let isHex = commit.utf8.allSatisfy {
            (48...57).contains($0) || (97...102).contains($0)
        }
        return isHex ? String(commit.prefix(7)) : commit.displayEscaped.capped(at: 40)
    }

    /// `a, b and c`.
    static func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// The first few names, escaped, and how many more there are.
    static func names(_ names: [String], atMost most: Int = 4) -> String {
        let shown = names.prefix(most).map { $0.displayEscaped.capped(at: 80) }
        guard names.count > most else { return list(shown) }
        return shown.joined(separator: ", ") + " and \(names.count - most) more"
    }

    /// A value on one line, escaped, digests cut to what tells two apart.
    static func value(_ value: String?) -> String {
        guard let value else { return "(none)" }
        if value.hasPrefix("sha256:"), value.utf8.count == 71 {
            return String(value.prefix(7 + 12))
        }
        return "\"" + value.displayEscaped.capped(at: 200) + "\""
    }

    /// `1m42s`, `340ms`: how long something took.
    static func duration(from start: Timestamp?, to end: Timestamp?) -> String? {
        guard let start, let end, end >= start else { return nil }
        return duration(seconds: end.milliseconds / 1000 - start.milliseconds / 1000)
    }

    static func duration(seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(padded(seconds % 60))s"
        default: "\(seconds / 3600)h\(padded(seconds % 3600 / 60))m"
        }
    }

    private static func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// How carefully a run goes and how bad it could get.
    static func risk(of run: PlannedRun) -> String {
        let count = run.nodes.count
        let inFlight = min(count, run.maxConcurrency.concurrency(of: count))
        let allowed = run.maxErrors.allowedErrors(of: count)
        let pace = inFlight >= count ? "all at once" : "\(inFlight) at a time"
        let stop =
            allowed == 0
            ? "stops at the first error" : "stops after more than \(self.count(allowed, "error"))"
        return "\(pace), \(stop): at worst \(broken(run.worstCaseBrokenNodes, of: count))"
    }

    /// `all 3 nodes break`, `2 of 12 nodes break`.
    static func broken(_ worst: Int, of count: Int) -> String {
        if count == 1 { return worst == 0 ? "nothing breaks" : "the 1 node breaks" }
        return worst >= count ? "all \(count) nodes break" : "\(worst) of \(count) nodes break"
    }

    /// `web-3 entered; web-1 and web-2 left`.
    static func moves(_ membership: PlannedMembership) -> String {
        var parts: [String] = []
        if !membership.entered.isEmpty { parts.append("\(names(membership.entered)) entered") }
        if !membership.left.isEmpty { parts.append("\(names(membership.left)) left") }
        return parts.joined(separator: "; ")
    }

    /// `once`, `3 times`, `3 times, comes and goes`: how often something began.
    static func times(_ count: Int, flapping: Bool) -> String {
        let text = count == 1 ? "once" : "\(count) times"
        return flapping ? text + ", comes and goes" : text
    }

    /// `Exception/freeze suspends the fleet until 2026-12-24 18:00 UTC, says kim: audit`.
    static func suspension(_ exception: PlannedException) -> String {
        let name = exception.name.displayEscaped
        let owner = exception.owner.displayEscaped.capped(at: 120)
        return "Exception/\(name) \(exception.message.displayEscaped.capped(at: 300)) "
            + "until \(exception.expiryWords), says \(owner): "
            + exception.reason.displayEscaped.capped(at: 300)
    }

    /// What becomes of an association that does something else than git says, and may.
    static let frozen = "it does not run until then"

    /// When a wait ends; nothing where its message says so.
    static func until(_ wait: PlannedWait) -> String? {
        wait.reason == .suspended ? nil : wait.until.map { "until \(time($0))" }
    }

    /// A moment as people read it: `2026-11-24 02:11 UTC`.
    static func time(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

extension ObjectReference {
    /// The object's name with nothing of a stranger's in it that could steer a terminal.
    var shown: String { description.displayEscaped.capped(at: 200) }
}
