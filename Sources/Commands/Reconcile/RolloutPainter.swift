// SPDX-License-Identifier: Apache-2.0
import FleetModel
import PlanExecution
import Planning
import Reports

/// Turns the events of an execution into text for a terminal or a log.
struct RolloutPainter {
    enum Mode: Sendable { case repaint, lines, silent }

    private let mode: Mode
    private let style: TerminalStyle
    private var running: [ObjectReference: RunProgress] = [:]
    private var paintedLines = 0

    init(mode: Mode, style: TerminalStyle) {
        self.mode = mode
        self.style = style
    }

    /// The text to write for an event; empty when there is nothing to show.
    mutating func text(for event: ExecutionEvent, now: Timestamp) -> String {
        guard mode != .silent else { return "" }
        switch event {
        case .changed(let change): return scroll(line(for: change))
        case .waveStarted(let wave, let last, let names):
            return scroll("wave \(wave) of \(last): \(names.joined(separator: ", "))")
        case .runStarted(let progress):
            running[progress.object] = progress
            return mode == .repaint ? repaint(now) : ""
        case .runProgressed(let progress):
            running[progress.object] = progress
            return mode == .repaint ? repaint(now) : ""
        case .runFinished(let run):
            running[run.object] = nil
            let text = scroll(line(for: run))
            return mode == .repaint ? text + repaint(now) : text
        }
    }

    /// Takes the painted lines off the screen.
    mutating func end() -> String {
        running = [:]
        return erase()
    }

    private mutating func scroll(_ line: String) -> String { erase() + line + "\n" }

    private mutating func erase() -> String {
        defer { paintedLines = 0 }
        guard mode == .repaint, paintedLines > 0 else { return "" }
        return "\u{1B}[\(paintedLines)A\u{1B}[J"
    }

    private mutating func repaint(_ now: Timestamp) -> String {
        var text = erase()
        let lines = running.values.sorted { $0.object < $1.object }.map { progress in
            let seconds = max(0, now.seconds - progress.startedAt.seconds)
            return RolloutProgressView.line(
                name: progress.object.name,
                done: progress.completed - progress.failed,
                failed: progress.failed,
                total: progress.total,
                seconds: Int(seconds),
                style: style
            )
        }
        for line in lines { text += line + "\n" }
        paintedLines = lines.count
        return text
    }

    private func line(for change: RunRecord.Change) -> String {
        let mark = style.mark(change.status == .done ? .success : .failure)
        let tail = change.message.map { ": \($0)" } ?? ""
        return "\(mark) \(change.action.rawValue) \(change.object)\(tail)"
    }

    private func line(for run: RunRecord.Run) -> String {
        let mark = style.mark(run.status == .succeeded ? .success : .failure)
        let good = run.nodes.count { $0.status == .success }
        let tail = run.message.map { ": \($0)" } ?? ""
        return "\(mark) \(run.object.name)  \(good)/\(run.nodes.count) nodes\(tail)"
    }
}
