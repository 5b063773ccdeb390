// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Rehearsals
import Testing

@testable import Reports

@Suite("rehearsal views")
struct RehearsalViewTests {
    private static func text(_ text: String) -> FileFact.Content { .bytes(Array(text.utf8)) }

    private static let files = [
        FileFact(
            path: "/etc/app.conf",
            change: .modified,
            bytesBefore: 30,
            bytesAfter: 33,
            before: .init(mode: 0o644),
            after: .init(mode: 0o600, user: 8),
            contentBefore: text("listen 80\npassword = hunter2\n"),
            contentAfter: text("listen 8080\npassword = hunter3\n")
        ),
        FileFact(
            path: "/etc/cron.d/nightly",
            change: .added,
            bytesAfter: 18,
            after: .init(mode: 0o644),
            contentAfter: text("@daily root true\n")
        ),
        FileFact(
            path: "/etc/shadow",
            change: .modified,
            bytesBefore: 10,
            bytesAfter: 20,
            before: .init(mode: 0o640),
            after: .init(mode: 0o640),
            contentBefore: text("kim:$6$aaa:1:\n"),
            contentAfter: text("kim:$6$bbb:1:\n")
        ),
        FileFact(
            path: "/etc/systemd/system/multi-user.target.wants/tiny.service",
            change: .added,
            type: .symlink,
            after: .init(mode: 0o777, target: "/usr/lib/systemd/system/tiny.service")
        ),
        FileFact(
            path: "/srv/data",
            change: .modified,
            type: .directory,
            contentChanged: false,
            before: .init(mode: 0o755),
            after: .init(mode: 0o700)
        ),
        FileFact(
            path: "/srv/old",
            change: .deleted,
            bytesBefore: 5,
            before: .init(mode: 0o644),
            contentBefore: text("gone\n")
        ),
        FileFact(
            path: "/usr/bin/tiny",
            change: .added,
            bytesAfter: 4,
            after: .init(mode: 0o755),
            contentAfter: .bytes([0x7F, 0x45, 0, 0])
        ),
        FileFact(path: "/var/log/dpkg.log", change: .modified),
    ]

    private static let before = MachineRecords(
        packages: [["Name": "old", "Version": "1", "Architecture": "x86_64"]],
        passwd: "root:x:0:0::/root:/bin/sh\nkim:x:7:7::/home/kim:/bin/sh\n",
        group: "root:x:0:\nadm:x:4:\n",
        shadow: "kim:$6$aaa:1:\n"
    )
    private static let after = MachineRecords(
        packages: [
            ["Name": "old", "Version": "2", "Architecture": "x86_64"],
            ["Name": "tiny", "Version": "1.0", "Architecture": "all"],
        ],
        passwd: before.passwd + "deploy:x:8:8:Deploy:/home/deploy:/bin/sh\n",
        group: "root:x:0:\nadm:x:4:deploy\n",
        shadow: "kim:$6$bbb:1:\n"
    )

    private static func facts(
        _ files: [FileFact],
        _ status: StepResult.Status,
        output: String,
        association: String? = "web-tiny",
        node: String = "web-1"
    ) -> RehearsalFacts {
        RehearsalFacts(
            subject: RehearsalSubject(
                fleet: "prod",
                node: node,
                association: association,
                document: "tiny",
                commit: "9f3c1e2d00000000000000000000000000000000"
            ),
            clone: RehearsalClone(
                of: .sandbox,
                network: .none,
                initializer: .none,
                masked: ["/dev", "/run", "/tmp"]
            ),
            startedAt: Timestamp(seconds: 1_795_000_000),
            finishedAt: Timestamp(seconds: 1_795_000_003),
            result: DocumentResult(
                status: status,
                steps: [
                    StepResult(
                        name: "install",
                        status: status,
                        responseCode: status == .success ? 0 : 7,
                        standardOutput: output,
                        standardOutputBytes: Int64(output.utf8.count)
                    ),
                    StepResult(name: "later", status: .skipped),
                ]
            ),
            files: files
        )
    }

    static let stories: [(name: String, report: RehearsalReport)] = {
        var changes = facts(files, .success, output: "Setting up tiny (1.0) ...\n")
        changes.before = before
        changes.after = after
        let hostile = [
            FileFact(
                path: "/srv/\u{1b}[2J\u{202e}`@everyone`\n<img src=x>",
                change: .added,
                bytesAfter: 9,
                after: .init(mode: 0o644),
                contentAfter: text("\u{1b}]0;x\u{7}\n```\n<b>@team #1\n")
            )
        ]
        return [
            ("rehearsal-changes", .make(changes)),
            ("rehearsal-nothing", .make(facts([], .success, output: ""))),
            (
                "rehearsal-failed",
                .make(facts([files[5]], .failed, output: "no space\n", association: nil))
            ),
            (
                "rehearsal-hostile",
                .make(
                    facts(
                        hostile,
                        .success,
                        output: "\u{1b}[31mred\u{1b}[0m ![x](http://x)\n",
                        association: "a\u{1b}[1m|b",
                        node: "web|`1`"
                    )
                )
            ),
        ]
    }()

    @Test("each story as text, JSON and Markdown", arguments: stories.map(\.name))
    func golden(_ name: String) throws {
        let story = try #require(Self.stories.first { $0.name == name })
        let text = RehearsalTerminalView.render(story.report, style: TerminalStyle())
        try expectGolden(text, "\(name).txt")
        let json = RehearsalJSONView.render(story.report)
        try expectGolden(json, "\(name).json")
        let markdown = RehearsalMarkdownView.render(story.report)
        try expectGolden(markdown, "\(name).md")
        for view in [text, json, markdown] {
            // TH-01, TH-03: nothing of a stranger's steers a terminal or a forge.
            #expect(!view.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
            #expect(!view.contains("hunter") && !view.contains("$6$"))
        }
    }

    @Test("a colourless terminal says as much as a coloured one")
    func colour() {
        for story in Self.stories {
            let plain = RehearsalTerminalView.render(story.report, style: TerminalStyle())
            let painted = RehearsalTerminalView.render(
                story.report,
                style: TerminalStyle(colour: true)
            )
            #expect(painted.contains("\u{1b}[") && !plain.contains("\u{1b}["))
            let stripped = painted.replacing(/\u{1b}\[[0-9;]*m/, with: "")
            #expect(stripped == plain)
        }
    }

    @Test("however much changes, a page stays readable and a comment fits a forge")
    func bounds() {
        let many = (0..<5000).map { index in
            FileFact(
                path: "/srv/file-\(index)",
                change: .added,
                bytesAfter: 2,
                after: .init(mode: 0o644),
                contentAfter: Self.text(String(repeating: "line \(index)\n", count: 30))
            )
        }
        let report = RehearsalReport.make(Self.facts(many, .success, output: ""))
        #expect(report.files.count == 5000)
        let text = RehearsalTerminalView.render(report, style: TerminalStyle())
        #expect(text.contains("and 4800 more paths"))
        let markdown = RehearsalMarkdownView.render(report)
        #expect(markdown.count < 65_000)
        #expect(markdown.contains("more, left out here"))
    }
}
