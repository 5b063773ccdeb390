// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import Planning

/// A plan in one sentence: the last line of every rendering.
package enum PlanSentence {
    package static func of(_ plan: Plan) -> String {
        if plan.isInSync { return inSync(plan) }
        var parts: [String] = []
        let summary = plan.summary
        let changes = [
            (summary.create, "to create"), (summary.update, "to update"),
            (summary.delete, "to delete"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if !changes.isEmpty { parts.append(changes.joined(separator: ", ")) }
        if summary.run > 0 {
            parts.append(
                "\(Words.count(summary.run, "run")) on \(Words.count(summary.nodes, "node"))"
            )
            let worst = plan.limits.worstCaseBrokenNodes
            parts.append("at worst \(Words.broken(worst, of: summary.nodes))")
        }
        if plan.isEmpty { parts.append("nothing to do") }
        let moved = plan.memberships.count
        if moved > 0 { parts.append("\(Words.count(moved, "group")) moved") }
        if summary.wait > 0 { parts.append(Words.count(summary.wait, "wait")) }
        let outside = plan.changedOutsideGit
        if outside > 0 { parts.append("\(outside) changed outside git") }
        let others = plan.findings.count { $0.cause != .external }
        if others > 0 { parts.append("\(others) not as git says") }
        if plan.ignoredCount > 0 { parts.append("\(plan.ignoredCount) ignored") }
        let verdict =
            !plan.limits.refused.isEmpty
            ? "Refused" : plan.suspension != nil ? "Suspended" : "Plan"
        return "\(verdict): \(parts.joined(separator: "; "))."
    }

    /// That there is nothing to do; `size` says of how much.
    static func inSync(_ plan: Plan, size: String = "") -> String {
        let ignored = plan.ignoredCount > 0 ? ", \(plan.ignoredCount) ignored" : ""
        let suspended = plan.suspension != nil ? ", and suspended" : ""
        return "\(plan.fleet.displayEscaped) is in sync with \(Words.commit(plan.commit))"
            + "\(size)\(ignored)\(suspended)."
    }
}

extension Plan {
    /// Whether git, the provider and the nodes agree: nothing to do, to wait for or to tell.
    package var isInSync: Bool {
        isEmpty && waits.isEmpty && findings.isEmpty && memberships.isEmpty
            && limits.refused.isEmpty
    }

    /// Differences that exceptions leave as they are.
    var ignoredCount: Int {
        exceptions.reduce(0) { sum, exception in
            sum + exception.ignored.reduce(0) { $0 + max(1, $1.fields.count) }
        }
    }

    /// Objects that somebody changed behind git's back.
    var changedOutsideGit: Int {
        findings.count { $0.cause == .external } + changes.count { $0.cause == .external }
    }
}
