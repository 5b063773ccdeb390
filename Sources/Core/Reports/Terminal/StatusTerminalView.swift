// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning

/// Writes the health of a fleet on one screen.
package enum StatusTerminalView {
    private static let rowsMax = 10

    package static func render(_ status: FleetStatus, style: TerminalStyle) -> String {
        var page = TerminalPage(style)
        fleet(status, &page)
        return page.text
    }

    private static func fleet(_ status: FleetStatus, _ page: inout TerminalPage) {
        let ready = status.condition(.ready)
        let since = ready.map { " since \(Words.time($0.lastTransitionTime))" } ?? ""
        let (word, ink): (String, Ink) =
            switch ready?.status {
            case .true: ("ready", .green)
            case .false: ("not ready", .red)
            default: ("unknown", .yellow)
            }
        page.line("\(status.fleet.displayEscaped): \(word)\(since)", .bold, ink)
        if let ready { page.line("  \(ready.message.displayEscaped.capped(at: 300))") }
        page.add(questions(status).render(page.style, indent: 2))
        let wrong = status.objects.filter { $0.condition(.ready)?.status != .true }
        if !wrong.isEmpty {
            page.gap()
            var table = Table([.left, .left, .left], header: ["NOT READY", "SINCE", "WHY"])
            for object in wrong.prefix(rowsMax) {
                guard let condition = object.condition(.ready) else { continue }
                table.row(
                    "\(object.object.shown)",
                    "\(Words.time(condition.lastTransitionTime))",
                    "\(condition.message.displayEscaped.capped(at: 300))"
                )
            }
            page.add(table.render(page.style, indent: 2))
            if wrong.count > rowsMax { page.line("  … and \(wrong.count - rowsMax) more") }
        }
        drift(status, &page)
        exceptions(status, &page)
    }

    private static func exceptions(_ status: FleetStatus, _ page: inout TerminalPage) {
        guard let exceptions = status.exceptions, !exceptions.isEmpty else { return }
        page.gap()
        var table = Table(
            [.left, .left, .left, .left],
            header: ["EXCEPTION", "TERM", "OWNER", "WHAT AND WHY"]
        )
        for exception in exceptions.prefix(rowsMax) {
            let what = exception.message.displayEscaped.capped(at: 200)
            let why = exception.reason.displayEscaped.capped(at: 200)
            table.row(
                "\(exception.name.displayEscaped)",
                "\(exception.termWords)",
                "\(exception.owner.displayEscaped.capped(at: 40))",
                "\(what): \(why)"
            )
        }
        page.add(table.render(page.style, indent: 2))
        if exceptions.count > rowsMax { page.line("  … and \(exceptions.count - rowsMax) more") }
    }

    private static func questions(_ status: FleetStatus) -> Table {
        var table = Table([.left, .left, .left])
        let pending = status.pending
        table.row(
            "plan",
            "\(status.plan.rawValue)",
            """
            \(Words.count(pending.changes, "change")), \(Words.count(pending.runs, "run")), \
            \(Words.count(pending.waits, "wait"))
            """
        )
        let moved = status.nodeDrift.count
        let ignored = status.ignoredCount > 0 ? ", \(status.ignoredCount) ignored" : ""
        let machines = moved == 0 ? "" : ", \(moved) on machines"
        table.row(
            "drift",
            "\(status.drift.rawValue)",
            "\(status.objectDrift.count) open\(machines)\(ignored)"
        )
        let counts = status.compliance
        table.row(
            "rollout",
            "\(status.rollout.rawValue)",
            "\(counts.running) running, \(counts.heldBack) held back"
        )
        table.row(
            "compliance",
            "\(counts.compliant)/\(counts.targeted)",
            "\(counts.failed) failed, \(counts.noReport) without a report"
        )
        let nodes = status.nodes
        table.row(
            "nodes",
            "\(nodes.online)/\(nodes.total) online",
            "\(nodes.failing) failing, \(nodes.connectionLost + nodes.inactive) unreachable"
        )
        table.row(
            "applied",
            "\(status.appliedRevision.map(Words.commit) ?? "nothing yet")",
            "looked at \(Words.commit(status.attemptedRevision))"
        )
        let modes = status.objects.compactMap(\.ownership)
        if !modes.isEmpty {
            table.row(
                "not managed",
                "\(Words.count(modes.count, "object"))",
                """
                \(modes.count { $0 == .observed }) observed, \
                \(modes.count { $0 == .ignored }) ignored
                """
            )
        }
        if let run = status.lastRun {
            table.row(
                "last run",
                "\(run.outcome.rawValue)",
                "\(Words.time(run.finishedAt)), at \(Words.commit(run.commit))"
            )
        }
        return table
    }

    private static func drift(_ status: FleetStatus, _ page: inout TerminalPage) {
        guard !status.driftItems.isEmpty else { return }
        page.gap()
        var table = Table(
            [.left, .left, .left, .left, .left],
            header: ["DRIFT", "OBJECT", "FIELD", "IN GIT", "LIVE"]
        )
        for item in status.driftItems.prefix(rowsMax) {
            table.row(
                "\(item.id)",
                "\(item.object.shown)",
                item.isAboutNodes
                    ? "\(Words.count(item.nodeCount, "node"))"
                    : "\(item.field.displayEscaped.capped(at: 100))",
                "\(item.inGit.displayEscaped.capped(at: 80))",
                "\(item.live.displayEscaped.capped(at: 80))"
            )
        }
        page.add(table.render(page.style, indent: 2))
        if status.driftItems.count > rowsMax {
            page.line("  … and \(status.driftItems.count - rowsMax) more")
        }
    }
}
