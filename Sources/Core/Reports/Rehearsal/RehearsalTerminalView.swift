// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import Rehearsals

/// Writes what a rehearsal found: the outcome first, then each kind of change, then the limits.
package enum RehearsalTerminalView {
    private static let filesMax = 200
    private static let diffLinesMax = 24
    private static let outputLinesMax = 10

    package static func render(_ report: RehearsalReport, style: TerminalStyle) -> String {
        var page = TerminalPage(style)
        let ink: Ink =
            report.status != .success ? .red : report.changed ? .yellow : .green
        page.line(
            "Rehearsal of \(RehearsalWords.subject(report).shown) on \(report.node.shown) at "
                + "\(Words.commit(report.commit)): \(RehearsalWords.outcome(report))",
            .bold,
            ink
        )
        page.line("  \(RehearsalWords.clone(report))", .faint)
        steps(report, &page)
        section("Packages", report.packages, &page) { change, page in
            line(
                RehearsalWords.sign(change.change),
                "\(RehearsalWords.package(change)), \(change.change.rawValue)",
                &page
            )
        }
        section("Services", report.services, &page) { change, page in
            line("~", "\(change.unit), \(change.change.rawValue) (\(change.path))", &page)
        }
        section("Users", report.users, &page) { account($0, &$1) }
        section("Groups", report.groups, &page) { account($0, &$1) }
        section("Cron", report.cron, &page) { change, page in
            line(RehearsalWords.sign(change.change), change.path, &page)
            for job in change.removed { content("- " + job, .red, &page) }
            for job in change.added { content("+ " + job, .green, &page) }
        }
        files(report, &page)
        limits(report, &page)
        return page.text
    }

    private static func steps(_ report: RehearsalReport, _ page: inout TerminalPage) {
        page.gap()
        page.line("Steps (\(report.steps.count))", .bold)
        for step in report.steps {
            let mark: Mark =
                switch step.status {
                case .success: .success
                case .skipped: .skipped
                default: .failure
                }
            page.line(
                "  \(page.style.sign(mark)) \(step.name.shown)  \(step.status.rawValue)"
                    + (step.responseCode >= 0 ? ", exit code \(step.responseCode)" : ""),
                mark.ink
            )
            output(step.standardOutput, step.standardOutputBytes, "|", &page)
            output(step.standardError, step.standardErrorBytes, "!", &page)
        }
    }

    private static func output(
        _ text: String,
        _ bytes: Int64,
        _ sign: String,
        _ page: inout TerminalPage
    ) {
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.count > outputLinesMax {
            page.line("      … the last lines of \(bytes) bytes", .faint)
        }
        for line in lines.suffix(outputLinesMax) {
            page.line("      \(sign) " + String(line).escapedKeepingTabs.capped(at: 400), .faint)
        }
    }

    private static func section<Change>(
        _ title: String,
        _ changes: [Change],
        _ page: inout TerminalPage,
        _ body: (Change, inout TerminalPage) -> Void
    ) {
        guard !changes.isEmpty else { return }
        page.gap()
        page.line("\(title) (\(changes.count))", .bold)
        for change in changes { body(change, &page) }
    }

    private static func account(
        _ change: RehearsalReport.AccountChange,
        _ page: inout TerminalPage
    ) {
        let fields = RehearsalWords.account(change)
        line(
            RehearsalWords.sign(change.change),
            fields.isEmpty ? change.name : "\(change.name): \(fields)",
            &page
        )
    }

    private static func files(_ report: RehearsalReport, _ page: inout TerminalPage) {
        section("Files", Array(report.files.prefix(filesMax)), &page) { change, page in
            let words = RehearsalWords.file(change)
            line(
                RehearsalWords.sign(change.change),
                change.path + (words.isEmpty ? "" : "  (\(words))"),
                &page
            )
            let diff = change.diff ?? []
            for text in diff.prefix(diffLinesMax) {
                let ink: Ink = text.hasPrefix("+") ? .green : text.hasPrefix("-") ? .red : .faint
                content(text, ink, &page)
            }
            if diff.count > diffLinesMax {
                page.line("      … \(diff.count - diffLinesMax) more lines", .faint)
            }
        }
        if report.files.count > filesMax {
            page.line(
                "  … and \(report.files.count - filesMax) more paths; --output json lists them all"
            )
        }
        guard let folded = RehearsalWords.folded(report) else { return }
        page.gap()
        page.line(folded + " (--all lists what the document did there).", .faint)
    }

    private static func limits(_ report: RehearsalReport, _ page: inout TerminalPage) {
        page.gap()
        page.line("What a rehearsal cannot tell", .bold)
        for limit in report.limits { page.line("  - \(limit.shown)", .faint) }
    }

    private static func line(_ sign: String, _ text: String, _ page: inout TerminalPage) {
        let ink: Ink = sign == "+" ? .green : sign == "-" ? .red : .yellow
        page.line("  \(sign) " + text.displayEscaped.capped(at: 600), ink)
    }

    private static func content(_ text: String, _ ink: Ink, _ page: inout TerminalPage) {
        page.line("      " + text.escapedKeepingTabs.capped(at: 400), ink)
    }
}

extension String {
    /// Without anything that could steer a terminal, and not too long.
    fileprivate var shown: String { displayEscaped.capped(at: 500) }
}
