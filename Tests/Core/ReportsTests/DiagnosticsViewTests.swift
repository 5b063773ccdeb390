// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Manifests
import Reports
import Testing

@Suite("diagnostics views")
struct DiagnosticsViewTests {
    private let finding = Diagnostic(
        "UNKNOWN_FIELD",
        "there is no field 'shedule' in Association",
        at: at("prod/motd.yaml", 2, 3, length: 7),
        hint: "did you mean 'scheduleExpression'?",
        notes: [.init("the kind is given here", at: at("prod/motd.yaml", 1))]
    )

    @Test("the place, the line, a caret and a hint")
    func terminal() {
        let text = DiagnosticsTerminalView.render(
            [finding],
            texts: ["prod/motd.yaml": "spec:\n  shedule: rate(1 day)\n"],
            style: TerminalStyle()
        )
        #expect(
            text == """
                prod/motd.yaml:2:3: error UNKNOWN_FIELD there is no field 'shedule' in Association
                  2 |   shedule: rate(1 day)
                    |   ^^^^^^^
                    hint: did you mean 'scheduleExpression'?
                    note: prod/motd.yaml:1:1: the kind is given here
                1 error

                """
        )
        #expect(DiagnosticsTerminalView.render([], style: TerminalStyle()).isEmpty)
    }

    @Test("P-12: annotations beyond what a step shows are counted")
    func annotations() {
        var many = (1...12).map { line in
            Diagnostic("BAD", "100% wrong\n::error::forged", at: at("a,b:c.yaml", line))
        }
        many += (1...11).map { Diagnostic(.warning, "ODD", "odd", at: at("w.yaml", $0)) }
        let lines = GitHubAnnotationsView.render(many).split(separator: "\n")
        #expect(lines.count == 21)
        #expect(lines.prefix(10).allSatisfy { $0.hasPrefix("::error ") })
        #expect(lines[10..<20].allSatisfy { $0.hasPrefix("::warning ") })
        #expect(
            lines[0]
                == "::error file=a%2Cb%3Ac.yaml,line=1,col=1,title=BAD::100%25 wrong\\u{a}::error::forged"
        )
        #expect(lines[20].hasPrefix("2 more errors and 1 more warning not shown"))
    }

    @Test("JSON counts and lists")
    func json() {
        let text = DiagnosticsJSONView.render([finding])
        #expect(text.contains("\"errors\" : 1"))
        #expect(text.contains("\"code\" : \"UNKNOWN_FIELD\""))
    }

    @Test("an annotation carries hint and notes on lines of its own")
    func annotationText() {
        let text = GitHubAnnotationsView.render([finding])
        #expect(
            text
                == "::error file=prod/motd.yaml,line=2,col=3,title=UNKNOWN_FIELD::"
                + "there is no field 'shedule' in Association%0Ahint: did you mean"
                + " 'scheduleExpression'?%0Anote: prod/motd.yaml:1:1: the kind is given here\n"
        )
    }

    @Test("a hundred are shown, errors first, and all are counted")
    func cap() {
        let warnings = (1...60).map { Diagnostic(.warning, "ODD", "odd", at: at("a.yaml", $0)) }
        let errors = (1...70).map { Diagnostic("BAD", "bad", at: at("b.yaml", $0)) }
        let text = DiagnosticsTerminalView.render(warnings + errors, style: TerminalStyle())
        let lines = text.split(separator: "\n")
        #expect(lines.count == 102)
        #expect(lines.count { $0.contains(": error BAD bad") } == 70)
        #expect(lines[..<30].allSatisfy { $0.hasPrefix("a.yaml:") && $0.contains("warning") })
        #expect(lines[100] == "… 30 more; --output json lists them all")
        #expect(lines[101] == "70 errors, 60 warnings")
        let json = DiagnosticsJSONView.render(warnings + errors)
        #expect(json.contains("\"errors\" : 70") && json.contains("\"warnings\" : 60"))
        #expect(json.matches(of: /"code" : "ODD"/).count == 60)
    }

    @Test("exactly a hundred are all shown")
    func capExactly() {
        let errors = (1...100).map { Diagnostic("BAD", "bad", at: at("b.yaml", $0)) }
        let text = DiagnosticsTerminalView.render(errors, style: TerminalStyle())
        #expect(text.split(separator: "\n").count == 101 && !text.contains("more;"))
    }

    struct Excerpt: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var line: Int
        var column: Int
        var length: Int
        var shown: [String]
        var testDescription: String { name }
    }

    @Test(
        "the caret stands below what is wrong",
        arguments: [
            Excerpt(
                name: "a tab takes four columns",
                text: "a:\n\tb: 1\n",
                line: 2,
                column: 2,
                length: 1,
                shown: ["  2 |     b: 1", "    |     ^"]
            ),
            Excerpt(
                name: "wide characters take two",
                text: "a: 日本 x\n",
                line: 1,
                column: 7,
                length: 1,
                shown: ["  1 | a: 日本 x", "    |         ^"]
            ),
            Excerpt(
                name: "a byte order mark takes none",
                text: "\u{FEFF}a: x\n",
                line: 1,
                column: 4,
                length: 1,
                shown: ["  1 | a: x", "    |    ^"]
            ),
            Excerpt(
                name: "carriage returns end lines",
                text: "a: 1\rb: 2\r\nc: x",
                line: 3,
                column: 4,
                length: 1,
                shown: ["  3 | c: x", "    |    ^"]
            ),
            Excerpt(
                name: "what readers of JSON take for a line end ends none",
                text: "\"\u{2028}\"\nx",
                line: 2,
                column: 1,
                length: 1,
                shown: ["  2 | x", "    | ^"]
            ),
            Excerpt(
                name: "the end of the text",
                text: "a: [",
                line: 1,
                column: 5,
                length: 0,
                shown: ["  1 | a: [", "    |     ^"]
            ),
            Excerpt(
                name: "what could steer a terminal is visible",
                text: "a: \u{1B}[2J x",
                line: 1,
                column: 9,
                length: 1,
                shown: ["  1 | a: \\u{1b}[2J x", "    |              ^"]
            ),
            Excerpt(
                name: "a line that is not there",
                text: "a",
                line: 9,
                column: 1,
                length: 1,
                shown: []
            ),
        ]
    )
    func excerpts(_ test: Excerpt) {
        let start = SourcePosition(line: test.line, column: test.column)
        let end = SourcePosition(line: test.line, column: test.column + test.length)
        let finding = Diagnostic("X", "x", at: SourceRange(file: "f", start: start, end: end))
        let text = DiagnosticsTerminalView.render(
            [finding],
            texts: ["f": test.text],
            style: TerminalStyle()
        )
        #expect(text.split(separator: "\n").dropFirst().dropLast().map(String.init) == test.shown)
    }

    @Test("BI-046 the line of a secret is shown without it")
    func secrets() {
        let key = "AKIA" + "ABCDEFGHIJKLMNOP"
        let body = "MIIEpAIBAAKCAQEA" + String(repeating: "7aZ+/x", count: 9)
        let findings = [
            Diagnostic(.warning, "PLAINTEXT_SECRET", "a secret", at: at("f", 1, 4, length: 20)),
            Diagnostic("YAML_SYNTAX", "odd", at: at("f", 2, 3)),
        ]
        let text = DiagnosticsTerminalView.render(
            findings,
            texts: ["f": "a: \(key) # x\n  \(body)\n"],
            style: TerminalStyle()
        )
        #expect(text.contains("  1 | a: *** # x\n") && text.contains("  2 |   ***\n"))
        #expect(!text.contains(key) && !text.contains(body))
    }

    @Test("meaning does not rest on colour, and colour adds nothing else")
    func colour() {
        let plain = DiagnosticsTerminalView.render(
            [finding],
            texts: ["prod/motd.yaml": "spec:\n  shedule: x\n"],
            style: TerminalStyle()
        )
        let painted = DiagnosticsTerminalView.render(
            [finding],
            texts: ["prod/motd.yaml": "spec:\n  shedule: x\n"],
            style: TerminalStyle(colour: true)
        )
        #expect(painted.contains("\u{1b}[") && !plain.contains("\u{1b}["))
        #expect(painted.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    }

    /// A repository with the mistakes that people make, one or two in each file.
    private static let mistakes: [String: String] = [
        "prod/fleet.yaml": """
        apiVersion: aplomb/v1
        kind: Fleet
        metadata: {name: prod}
        spec:
          provider: local
          interval: 5
          drift: {mode: fix}
          resources: [../base]
        """,
        "prod/nodes.yaml": """
        apiVersion: aplomb/v1
        kind: Node
        metadata: {name: Web-1}
        spec: {tags: {Role: web, Backup: yes, Rack: 0755}, sandbox: true}
        ---
        apiVersion: aplomb/v1
        kind: Node
        metadata: {name: web-2}
        tags: {Role: web}
        """,
        "base/groups.yaml": """
        apiVersion: aplomb/v1
        kind: ResourceGroup
        metadata: {name: web}
        spec: {query: {tags: {Role: web}}}
        ---
        apiVersion: aplomb/v1
        kind: ResourceGroop
        metadata: {name: db}
        spec: {query: {tags: {Role: [db]}}}
        """,
        "base/associations.yaml": """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: web-motd}
        spec:
          document: modt
          targtes: [{group: web}]
          scheduleExpression: every 12 hours
          maxErrors: 10 %
          maxConcurrency: 0
          complianceSeverity: high
          dependsOn: base
        ---
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: greet}
        spec:
          document: motd
          parameters: {mesage: hi}
          targets: [{group: web, nodes: [web-1]}]
        """,
        "base/indented.yaml": """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: indented}
        spec:
           document: motd
          targets: [{group: web}]
        """,
        "base/tab.yaml": "apiVersion: aplomb/v1\nkind: Node\nmetadata:\n\tname: x\n",
        "base/colon.yaml": "apiVersion:aplomb/v1\nkind: Node\n",
        "base/merge.yaml": "<<<<<<< HEAD\nkind: Node\n=======\nkind: Fleet\n>>>>>>> topic\n",
        "base/two.yaml": "apiVersion: aplomb/v1\nkind: Node\napiVersion: aplomb/v1\nkind: Node\n",
        "base/motd.yaml": """
        schemaVersion: "2.2"
        parameters:
          message: {type: string}
          level: {type: String}
        mainSteps:
          - action: aws:runShellscript
            name: write
            inputs: {runCommand: ['echo {{ message }}']}
          - action: aws:runShellScript
            name: check
            inputs:
              runCommand:
                - |
                  set -eu
                  eval "echo {{ level }}"
                  echo {{ levle }}
        """,
        "base/node.json": "{\"apiVersion\": \"aplomb/v1\",\n \"kind\": \"Node\",\n}\n",
        "base/compose.yaml": "services:\n  web: {image: nginx}\n",
    ]

    @Test("golden: what people see of the mistakes that people make")
    func golden() throws {
        let files = Self.mistakes.map { (path: $0.key, bytes: Array($0.value.utf8)) }
        let found = Loader.load(files, fleetPath: "prod").diagnostics
        let text = DiagnosticsTerminalView.render(
            found,
            texts: Self.mistakes,
            style: TerminalStyle()
        )
        try expectGolden(text, "diagnostics-mistakes.txt")
        try expectGolden(DiagnosticsJSONView.render(found), "diagnostics-mistakes.json")
        try expectGolden(GitHubAnnotationsView.render(found), "diagnostics-mistakes.github")
        for finding in found where finding.severity == .error {
            #expect(finding.hint != nil || !finding.notes.isEmpty, "\(finding.oneLine)")
        }
    }
}
