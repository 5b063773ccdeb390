// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning

/// The pages of the status branch for people who open it on a forge.
enum StatusReadme {
    private static let problemsMax = 20
    private static let exceptionsMax = 50

    /// The root page: every fleet in plain words, what is wrong, and since when.
    static func render(_ statuses: [FleetStatus]) -> String {
        var text = """
            # Fleet status

            This page is written by Aplomb when something changes. While nothing changes, it stays
            as it is: an old date means that all has been as described since then.

            | Fleet | State | Since | Applied | Machines | Drift | What is open |
            |---|---|---|---|--:|--:|---|

            """
        for status in statuses {
            let ready = status.condition(.ready)
            let folder = StatusTree.folder(of: status.fleet)
            let cells = [
                "[\(MarkdownText.code(status.fleet))](\(folder)/fleet.yaml)",
                state(ready),
                ready.map { Words.time($0.lastTransitionTime) } ?? "",
                status.appliedRevision.map { MarkdownText.code(Words.commit($0)) } ?? "nothing yet",
                machines(status.nodes),
                "\(status.objectDrift.count)",
                status.headline,
            ]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        for status in statuses { text += section(status) }
        return text
    }

    private static func state(_ ready: Condition?) -> String {
        switch ready?.status {
        case .true: "**in order**"
        case .false: "**needs attention**"
        default: "**unknown**"
        }
    }

    private static func machines(_ nodes: FleetStatus.NodeSummary) -> String {
        let away = nodes.connectionLost + nodes.inactive
        return away == 0 ? "\(nodes.total)" : "\(nodes.total) (\(away) unreachable)"
    }

    private static func section(_ status: FleetStatus) -> String {
        var text = "\n## \(MarkdownText.code(status.fleet))\n\n"
        let counts = status.compliance
        text += "- **Plan** (git against the provider): \(planWords(status))\n"
        text += "- **Drift** (changed outside git): "
        text +=
            status.objectDrift.isEmpty
            ? "none\(ignored(status))\n" : driftLink(status.objectDrift, status)
        if !status.nodeDrift.isEmpty {
            text += "- **Machines** (not as they should be): "
            text += driftLink(status.nodeDrift, status)
        }
        text += "- **Rollout**: \(rolloutWords(status.rollout))\n"
        text += "- **Compliance**: \(counts.compliant) of "
        text += "\(Words.count(counts.targeted, "target")) as they should be"
        if counts.failed > 0 { text += ", \(counts.failed) failed" }
        if counts.heldBack > 0 { text += ", \(counts.heldBack) held back" }
        if counts.running > 0 { text += ", \(counts.running) running" }
        if counts.noReport > 0 { text += ", \(counts.noReport) without a report" }
        text += "\n"
        if let run = status.lastRun {
            text += "- **Last run that changed something**: \(run.outcome.words), "
            text +=
                "\(Words.time(run.finishedAt)), at \(MarkdownText.code(Words.commit(run.commit)))\n"
        }
        return text + exceptions(status) + problems(status)
    }

    private static func ignored(_ status: FleetStatus) -> String {
        status.ignoredCount > 0 ? " but \(status.ignoredCount) that exceptions ignore" : ""
    }

    private static func exceptions(_ status: FleetStatus) -> String {
        guard let exceptions = status.exceptions, !exceptions.isEmpty else { return "" }
        var text = "\nExceptions:\n\n"
        for exception in exceptions.prefix(exceptionsMax) {
            text += "- \(MarkdownText.code(exception.name)) "
            guard exception.state == .inForce else {
                text += "\(exception.termWords): it has no effect any more; remove it from git\n"
                continue
            }
            text += "\(MarkdownText.code(exception.message)) \(exception.termWords), says "
            text += "\(MarkdownText.code(exception.owner)): \(MarkdownText.code(exception.reason))"
            let hidden = exception.ignored.count
            text += hidden > 0 ? "; \(Words.count(hidden, "difference")) ignored now\n" : "\n"
        }
        if exceptions.count > exceptionsMax {
            text += "- … and \(exceptions.count - exceptionsMax) more, each in `objects/`\n"
        }
        return text
    }

    private static func planWords(_ status: FleetStatus) -> String {
        switch status.plan {
        case .inSync: "nothing to do"
        case .pending:
            "\(Words.count(status.pending.changes, "change")) and "
                + "\(Words.count(status.pending.runs, "run")) to do"
        case .blocked: "refused; a person has to decide"
        case .unknown: "unknown: not everything could be read"
        }
    }

    private static func rolloutWords(_ rollout: FleetStatus.RolloutState) -> String {
        switch rollout {
        case .healthy: "every node has what it should"
        case .progressing: "under way"
        case .degraded: "failed on some nodes"
        case .paused: "waits for a window, an approval or the end of a suspension"
        }
    }

    private static func driftLink(_ items: [DriftItem], _ status: FleetStatus) -> String {
        let folder = StatusTree.folder(of: status.fleet)
        let flapping = items.count(where: \.flapping)
        let note = flapping == 0 ? "" : ", \(flapping) of them coming and going"
        return "[\(items.count) open](\(folder)/drift/OPEN.md)\(note)\n"
    }

    private static func problems(_ status: FleetStatus) -> String {
        let wrong = status.objects.filter { $0.condition(.ready)?.status != .true }
        let ready = status.condition(.ready)
        guard !wrong.isEmpty || ready?.status != .true else { return "" }
        var text = "\nWhat is wrong:\n\n"
        if wrong.isEmpty, let ready {
            text += "- \(MarkdownText.code(ready.message)) "
            text += "(since \(Words.time(ready.lastTransitionTime)))\n"
        }
        for object in wrong.prefix(problemsMax) {
            guard let condition = object.condition(.ready) else { continue }
            text += "- \(MarkdownText.code(object.object.description)): "
            text += "\(MarkdownText.code(condition.message)), since "
            text += "\(Words.time(condition.lastTransitionTime))"
            let nodes = object.failures.flatMap(\.nodes)
            if !nodes.isEmpty { text += "; on \(MarkdownText.names(nodes))" }
            text += "\n"
        }
        if wrong.count > problemsMax {
            text += "- … and \(wrong.count - problemsMax) more, each in `objects/`\n"
        }
        return text
    }
}
