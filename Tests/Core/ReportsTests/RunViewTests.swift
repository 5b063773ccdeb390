// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning
import Testing

@testable import Reports

@Suite("run views")
struct RunViewTests {
    private static let motd = ObjectReference(.association, "web-motd")

    private func failedRun() -> RunRecord {
        let bad = (1...12).map {
            RunRecord.NodeResult(
                node: "web-\($0)",
                status: .failed,
                responseCode: 7,
                output: "E: Unable to locate package chrony\n\u{1b}[31mfailed\u{1b}[0m\tnow"
            )
        }
        return Story().record(
            .partial,
            changes: [
                .init(action: .create, object: ObjectReference(.document, "motd"), status: .done),
                .init(
                    action: .update,
                    object: Self.motd,
                    status: .failed,
                    message: "throttled by the provider"
                ),
            ],
            runs: [
                .init(
                    object: ObjectReference(.association, "base-packages"),
                    wave: 1,
                    status: .succeeded,
                    startedAt: Story.now,
                    finishedAt: Story.now.advanced(bySeconds: 62),
                    nodes: [.init(node: "web-1", status: .success, responseCode: 0)]
                ),
                .init(
                    object: Self.motd,
                    wave: 2,
                    status: .failed,
                    startedAt: Story.now,
                    finishedAt: Story.now.advanced(bySeconds: 3),
                    nodes: bad + [
                        .init(node: "web-13", status: .terminated),
                        .init(node: "web-14", status: .success, responseCode: 0),
                    ]
                ),
                .init(
                    object: ObjectReference(.association, "after"),
                    wave: 3,
                    status: .skipped,
                    message: "Association/web-motd failed"
                ),
            ]
        )
    }

    @Test("a failed run shows the nodes, the exit code and the end of the output")
    func failed() throws {
        let text = RunTerminalView.render(failedRun(), style: TerminalStyle())
        try expectGolden(text, "run-failed.txt")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
        try expectGolden(RunJSONView.render(failedRun()), "run-failed.json")
    }

    @Test("a refused run says why first")
    func refused() {
        let record = Story().record(.refused, messages: ["12 nodes in service would change"])
        let text = RunTerminalView.render(record, style: TerminalStyle())
        #expect(text.hasPrefix("Refused: 12 nodes in service would change\n"))
        #expect(text.hasSuffix("prod at 9f3c1e2: refused in 1m42s; nothing was to be done.\n"))
    }

    @Test("progress fits the terminal, and a log gets transitions only")
    func progress() {
        var run = RolloutProgress.Run(object: Self.motd, running: 4, total: 188)
        let start = RolloutProgress(wave: 1, waves: 2, runs: [run])
        run.done = 93
        run.failed = 1
        run.slowest = .init(node: "web-7", seconds: 75)
        let middle = RolloutProgress(wave: 1, waves: 2, runs: [run])
        run.done = 187
        run.hasEnded = true
        let end = RolloutProgress(wave: 1, waves: 2, runs: [run])
        #expect(
            RolloutProgressView.lines(middle, style: TerminalStyle(glyphs: .ascii)) == [
                "wave 1/2 ##########.......... 94/188 Association/web-motd, 4 running, 1 failed, "
                    + "slowest web-7 1m15s"
            ]
        )
        let narrow = RolloutProgressView.lines(middle, style: TerminalStyle(width: 40))
        #expect(narrow.allSatisfy { $0.displayWidth <= 40 })
        let transitions = RolloutProgressView.transitions
        #expect(transitions(nil, start) == ["wave 1 of 2: 1 run, 188 targets"])
        #expect(transitions(start, middle) == ["Association/web-motd: first failure, 94/188 ended"])
        #expect(transitions(middle, middle) == [])
        #expect(transitions(middle, end) == ["Association/web-motd: failed, 187/188 ok, 1 failed"])
        let painted = RolloutProgressView.repaint(middle, over: 2, style: TerminalStyle())
        #expect(painted.hasPrefix("\u{1b}[2A\r\u{1b}[2K"))
    }
}
