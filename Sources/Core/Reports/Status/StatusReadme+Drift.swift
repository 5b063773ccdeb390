// SPDX-License-Identifier: Apache-2.0
import Drifts
import FleetModel
import Planning

extension StatusReadme {
    private static let driftMax = 200

    /// Everything of a fleet that differs from git, since when, and how often.
    static func openDrift(_ status: FleetStatus) -> String {
        var text = "# Open drift in \(MarkdownText.code(status.fleet))\n\n"
        guard !status.driftItems.isEmpty else {
            return text + "None. What the provider has is what was applied.\n"
        }
        if !status.objectDrift.isEmpty {
            text += """
                | Id | Object | Field | In git | Live | Since | Times | Nodes | Severity |
                |---|---|---|---|---|---|---|--:|---|

                """
            for item in status.objectDrift.prefix(driftMax) {
                text += row(
                    item,
                    item.field.isEmpty ? "the whole object" : MarkdownText.code(item.field)
                )
            }
        }
        if !status.nodeDrift.isEmpty {
            text += """
                \(status.objectDrift.isEmpty ? "" : "\n")## Machines that are not as they should be

                | Id | Object | Wanted | Found | Since | Times | Nodes | Severity |
                |---|---|---|---|---|---|--:|---|

                """
            for item in status.nodeDrift.prefix(driftMax) { text += row(item, nil) }
        }
        text += commands(status)
        let hidden = [status.objectDrift.count, status.nodeDrift.count]
            .reduce(0) { $0 + max(0, $1 - driftMax) }
        if hidden > 0 { text += "\n… and \(hidden) more, each a file beside this.\n" }
        return text
    }

    private static func row(_ item: DriftItem, _ field: String?) -> String {
        let cells = [
            item.id,
            MarkdownText.code(item.object.description),
            field,
            MarkdownText.code(item.inGit),
            MarkdownText.code(item.live),
            Words.time(item.since),
            Words.times(item.occurrences, flapping: item.flapping),
            "\(item.nodeCount)",
            item.severity.rawValue.lowercased(),
        ].compactMap(\.self)
        return "| \(cells.joined(separator: " | ")) |\n"
    }

    /// What of ours ran on the machines while they moved.
    private static func commands(_ status: FleetStatus) -> String {
        let touched = status.nodeDrift.filter { !$0.touches.isEmpty }
        guard !touched.isEmpty else { return "" }
        var text = "\nCommands that ran on these machines while they moved:\n\n"
        for item in touched.prefix(driftMax) {
            for touch in item.touches {
                text += "- \(item.id): \(MarkdownText.code(touch.document)), "
                text += "command \(MarkdownText.code(touch.commandID.rawValue)), "
                text += Words.time(touch.at)
                if !touch.comment.isEmpty { text += ": \(MarkdownText.code(touch.comment))" }
                text += "\n"
            }
        }
        return text
    }
}
