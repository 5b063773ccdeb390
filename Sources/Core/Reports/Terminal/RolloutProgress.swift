// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import Planning

/// How far a wave of runs has come, in counts.
package struct RolloutProgress: Hashable, Sendable {
    /// How far one association has come.
    package struct Run: Hashable, Sendable {
        package var object: ObjectReference
        package var done: Int
        package var failed: Int
        package var running: Int
        /// Nodes in all; `done` and `failed` are apart from each other and from `running`.
        package var total: Int
        /// The node that has been running longest, and for how long.
        package var slowest: Slowest?
        /// Whether nothing more will happen: everything ended, or rate control stopped the rest.
        package var hasEnded: Bool

        package init(
            object: ObjectReference,
            done: Int = 0,
            failed: Int = 0,
            running: Int = 0,
            total: Int,
            slowest: Slowest? = nil,
            hasEnded: Bool = false
        ) {
            self.object = object
            self.done = done
            self.failed = failed
            self.running = running
            self.total = total
            self.slowest = slowest
            self.hasEnded = hasEnded
        }
    }

    package struct Slowest: Hashable, Sendable {
        package var node: String
        package var seconds: Int64

        package init(node: String, seconds: Int64) {
            self.node = node
            self.seconds = seconds
        }
    }

    package var wave: Int
    package var waves: Int
    package var runs: [Run]

    package init(wave: Int, waves: Int, runs: [Run]) {
        self.wave = wave
        self.waves = waves
        self.runs = runs
    }
}

/// Writes how far a rollout has come: a block that repaints itself, or one line per transition.
package enum RolloutProgressView {
    private static let barWidth = 20

    /// The lines of the block, one per association of the wave, none wider than the terminal.
    package static func lines(_ progress: RolloutProgress, _ style: TerminalStyle) -> [String] {
        progress.runs.map { run in
            var text =
                "wave \(progress.wave)/\(progress.waves) \(bar(run, style)) "
                + "\(run.done + run.failed)/\(run.total) \(run.object.shown)"
            if run.running > 0 { text += ", \(run.running) running" }
            if run.failed > 0 { text += ", \(run.failed) failed" }
            if let slowest = run.slowest, !run.hasEnded {
                text += ", slowest \(slowest.node.displayEscaped.capped(at: 60)) "
                text += Words.duration(seconds: slowest.seconds)
            }
            let width = style.width ?? Int.max
            let cut = text.truncated(toWidth: width, ellipsis: style.plain("…"))
            return run.failed > 0 ? style.paint(cut, .red) : cut
        }
    }

    /// The bytes that replace a block of `previousLines` lines by a new one.
    package static func repaint(
        _ progress: RolloutProgress,
        over previousLines: Int,
        _ style: TerminalStyle
    ) -> String {
        let up = previousLines > 0 ? "\u{1b}[\(previousLines)A" : ""
        let body = lines(progress, style).map { "\r\u{1b}[2K\($0)\n" }.joined()
        return up + body + "\u{1b}[0J"
    }

    /// What happened between two looks, one line each, for logs and pipes.
    ///
    /// *Shape*: a wave begins, a run has its first failure, a run ends; nothing in between.
    package static func transitions(
        from old: RolloutProgress?,
        to new: RolloutProgress
    ) -> [String] {
        var lines: [String] = []
        let isNewWave = old?.wave != new.wave
        if isNewWave {
            let nodes = new.runs.reduce(0) { $0 + $1.total }
            lines.append(
                "wave \(new.wave) of \(new.waves): "
                    + "\(Words.count(new.runs.count, "run")), \(Words.count(nodes, "target"))"
            )
        }
        let before = Dictionary(
            (isNewWave ? [] : old?.runs ?? []).map { ($0.object, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for run in new.runs {
            let previous = before[run.object]
            if run.hasEnded, previous?.hasEnded != true {
                let verdict = run.failed == 0 && run.done == run.total ? "done" : "failed"
                lines.append(
                    "\(run.object.shown): \(verdict), \(run.done)/\(run.total) ok, "
                        + "\(run.failed) failed"
                )
            } else if run.failed > 0, previous?.failed ?? 0 == 0 {
                lines.append(
                    "\(run.object.shown): first failure, "
                        + "\(run.done + run.failed)/\(run.total) ended"
                )
            }
        }
        return lines
    }

    private static func bar(_ run: RolloutProgress.Run, _ style: TerminalStyle) -> String {
        let ended = run.total == 0 ? barWidth : (run.done + run.failed) * barWidth / run.total
        let filled = max(0, min(barWidth, ended))
        let (full, empty) = style.glyphs == .unicode ? ("█", "░") : ("#", ".")
        return String(repeating: full, count: filled)
            + String(repeating: empty, count: barWidth - filled)
    }
}
