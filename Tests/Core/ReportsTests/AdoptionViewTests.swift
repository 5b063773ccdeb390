// SPDX-License-Identifier: Apache-2.0
import Adoption
import Diagnostics
import Planning
import Testing

@testable import Reports

@Suite("what an adoption says")
struct AdoptionViewTests {
    private static func report(_ mode: AdoptionReport.Mode) -> AdoptionReport {
        let done: AdoptedObject.State = mode == .take ? .taken : .written
        return AdoptionReport(
            fleet: "prod",
            commit: Story.commit,
            mode: mode,
            isDryRun: false,
            objects: [
                AdoptedObject(.init(.group, "web"), done, file: "prod/adopted/groups/web.yaml"),
                AdoptedObject(
                    .init(.association, "login"),
                    done,
                    file: "prod/adopted/associations/login.yaml",
                    warnings: ["its parameter 'token' may hold a secret, and git keeps it"]
                ),
                AdoptedObject(.init(.document, "motd"), .declared, file: "documents/motd.yaml"),
                AdoptedObject(
                    .init(.association, "\u{1b}[31mOdd"),
                    .refused,
                    reasons: ["it targets every node\u{7}", "and has no name"]
                ),
            ]
        )
    }

    @Test("people read what was written, what is left and why, and what comes next")
    func terminal() throws {
        let style = TerminalStyle()
        let text = AdoptionTerminalView.render(
            Self.report(.write),
            style: style,
            next: ["commit the files, then", "aplomb adopt --take"]
        )
        try expectGolden(text, "adoption.txt")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
        let painted = AdoptionTerminalView.render(
            Self.report(.write),
            style: TerminalStyle(colour: true),
            next: ["commit the files, then", "aplomb adopt --take"]
        )
        #expect(painted.replacing(/\u{1b}\[[0-9;]*m/, with: "") == text)
    }

    @Test("nothing to adopt is one line")
    func nothing() {
        let report = AdoptionReport(
            fleet: "prod",
            commit: "",
            mode: .list,
            isDryRun: false,
            objects: []
        )
        let text = AdoptionTerminalView.render(report, style: TerminalStyle())
        #expect(text == "prod: nothing at its provider is without an owner.\n")
        #expect(!report.leavesSomething)
    }

    @Test("programs read the same as JSON")
    func json() throws {
        let text = AdoptionJSONView.render(Self.report(.take))
        try expectGolden(text, "adoption.json")
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
        #expect(Self.report(.take).leavesSomething)
    }
}
