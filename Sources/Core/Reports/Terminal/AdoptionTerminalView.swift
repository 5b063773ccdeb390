// SPDX-License-Identifier: Apache-2.0
package import Adoption
import Diagnostics

/// Draws an adoption for people: what is where now, what was left alone and why, and what comes next.
package enum AdoptionTerminalView {
    package static func render(
        _ report: AdoptionReport,
        style: TerminalStyle,
        next: [String] = []
    ) -> String {
        var page = TerminalPage(style)
        for state in AdoptedObject.State.shown { section(state, report, &page) }
        page.gap()
        page.line(sentence(report), .bold)
        for (place, step) in next.enumerated() {
            page.line((place == 0 ? "Next: " : "      ") + step.displayEscaped)
        }
        return page.text
    }

    private static func section(
        _ state: AdoptedObject.State,
        _ report: AdoptionReport,
        _ page: inout TerminalPage
    ) {
        let objects = report.objects.filter { $0.state == state }
        guard !objects.isEmpty else { return }
        page.gap()
        page.line("\(state.title) (\(objects.count))", .bold)
        let mark = page.style.sign(state == .refused ? .failure : .success)
        guard objects.contains(where: { !$0.reasons.isEmpty || !$0.warnings.isEmpty }) else {
            var table = Table([.left, .left])
            for object in objects {
                table.row(
                    Table.Cell("\(mark) \(object.object.shown)", state.ink),
                    Table.Cell((object.file ?? "").displayEscaped, .faint)
                )
            }
            return page.add(table.render(page.style, indent: 2))
        }
        for object in objects {
            let file = object.file.map { "  \($0.displayEscaped)" } ?? ""
            page.line("  \(mark) \(object.object.shown)\(file)", state.ink)
            for reason in object.reasons {
                page.line("      \(reason.displayEscaped.capped(at: 400))")
            }
            for warning in object.warnings {
                page.line("      warning: \(warning.displayEscaped.capped(at: 400))", .yellow)
            }
        }
    }

    private static func sentence(_ report: AdoptionReport) -> String {
        let parts = AdoptedObject.State.shown.compactMap { state -> String? in
            let count = report.objects.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.words)"
        }
        let fleet = report.fleet.displayEscaped
        guard !parts.isEmpty else {
            return "\(fleet): nothing at its provider is without an owner."
        }
        let dry = report.isDryRun ? " Nothing was done: this was a dry run." : ""
        return "\(fleet): " + parts.joined(separator: "; ") + "." + dry
    }
}

extension AdoptedObject.State {
    /// In the order in which people read them.
    fileprivate static let shown: [AdoptedObject.State] = [
        .written, .taken, .takeable, .adoptable, .declared, .owned, .refused,
    ]

    fileprivate var title: String {
        switch self {
        case .adoptable: "Without an owner, and a manifest can say what it is"
        case .written: "Written to git's work tree"
        case .declared: "Declared in git, and without an owner"
        case .takeable: "Would be taken over"
        case .taken: "Taken over"
        case .owned: "This fleet's already"
        case .refused: "Left as it is"
        }
    }

    fileprivate var words: String {
        switch self {
        case .adoptable: "can be adopted"
        case .written: "written"
        case .declared: "declared, not taken over yet"
        case .takeable: "can be taken over"
        case .taken: "taken over"
        case .owned: "owned already"
        case .refused: "left as it is"
        }
    }

    fileprivate var ink: Ink {
        switch self {
        case .written, .taken, .adoptable, .takeable, .owned: .green
        case .declared: .yellow
        case .refused: .red
        }
    }
}
