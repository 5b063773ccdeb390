// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Testing

struct DiagnosticTests {
    private func at(_ file: String, _ line: Int, _ column: Int) -> SourceRange {
        SourceRange(file: file, start: SourcePosition(line: line, column: column))
    }

    @Test("findings are ordered by file, line and column, errors before warnings at one place")
    func order() {
        let ordered = [
            Diagnostic("B", "b", at: at("a.yaml", 2, 9)),
            Diagnostic("A", "x", at: at("a.yaml", 10, 1)),
            Diagnostic("Z", "z", at: at("b.yaml", 1, 1)),
            Diagnostic(.warning, "A", "a", at: at("b.yaml", 1, 1)),
            Diagnostic("A", "a", at: at("b.yaml", 1, 2)),
        ]
        #expect(Array(ordered.reversed()).inSourceOrder() == ordered)
        #expect(
            [ordered[3], ordered[0], ordered[4], ordered[2], ordered[1]].inSourceOrder() == ordered
        )
        #expect(ordered.hasErrors && ![ordered[3]].hasErrors)
    }

    @Test("TH-01 the line for editors is one line, whatever a stranger named things")
    func oneLine() {
        let finding = Diagnostic(
            .warning,
            "X",
            "the key 'a\n::error::b' \u{202E}",
            at: at("a\nb\u{1B}[2J.yaml", 3, 4)
        )
        #expect(
            finding.oneLine
                == "a\\u{a}b\\u{1b}[2J.yaml:3:4: warning X the key 'a\\u{a}::error::b' \\u{202e}"
        )
    }

    struct Name: CustomTestStringConvertible, Sendable {
        var written: String
        var meant: String?
        var testDescription: String { written }
    }

    @Test(
        "BI-034 the nearest name is found, and none where none is near",
        arguments: [
            Name(written: "targtes", meant: "targets"), Name(written: "target", meant: "targets"),
            Name(written: "TARGETS", meant: "targets"),
            Name(written: "MaxErrors", meant: "maxErrors"),
            Name(written: "maxEror", meant: "maxErrors"), Name(written: "spce", meant: "spec"),
            Name(written: "xxxxxxx", meant: nil), Name(written: "", meant: nil),
            Name(written: "t", meant: nil), Name(written: "tag", meant: nil),
        ]
    )
    func nearest(_ test: Name) {
        let names = ["spec", "targets", "maxErrors", "maxConcurrency"]
        #expect(nearestName(to: test.written, among: names) == test.meant)
    }

    @Test("of equally near names the first is meant, so that a message never changes")
    func ties() {
        #expect(nearestName(to: "web-3", among: ["web-1", "web-2"]) == "web-1")
        #expect(nearestName(to: "web-3", among: ["web-2", "web-1"]) == "web-2")
        #expect(nearestName(to: "abcd", among: ["badc", "abdc"]) == "abdc")
    }

    @Test("TH-01 what could steer a terminal is made visible, and the rest stays")
    func escaping() {
        #expect("grün → ok 𝄞".displayEscaped == "grün → ok 𝄞")
        #expect(
            "a\u{7}\u{85}\u{200B}\u{2066}b".displayEscaped == "a\\u{7}\\u{85}\\u{200b}\\u{2066}b"
        )
        #expect("\t\r\n".displayEscaped == "\\u{9}\\u{d}\\u{a}")
    }

    @Test("an excerpt has a bound")
    func excerpts() {
        #expect("short".excerpt == "short")
        #expect(
            String(repeating: "é", count: 81).excerpt == String(repeating: "é", count: 80) + "…"
        )
        #expect(String(repeating: "é", count: 80).excerpt.count == 80)
    }

    // Put together, so that no reader of this repository takes them for secrets.
    private static let key = "AKIA" + "ABCDEFGHIJKLMNOP"
    private static let token = "ghp_" + String(repeating: "a1", count: 18)
    private static let block = "-----BEGIN " + "RSA PRIVATE KEY-----"
    private static let body = "MIIEpAIBAAKCAQEA" + String(repeating: "7aZ+/x", count: 9)

    @Test("BI-046 what looks like a secret is found")
    func secrets() {
        let text = "a: \(Self.key)\nb: \(Self.token)\nc: |\n  \(Self.block)\n  \(Self.body)\n"
        let found = SecretText.find(in: Array(text.utf8), limit: 10)
        #expect(
            found.map(\.what) == [
                "an access key of AWS", "a token of GitHub", "a private key",
            ]
        )
        let bytes = Array(text.utf8)
        let parts = found.map { String(decoding: bytes[$0.range], as: UTF8.self) }
        #expect(parts == [Self.key, Self.token, Self.block])
        #expect(SecretText.find(in: bytes, limit: 1).count == 1)
    }

    @Test(
        "BI-046 no word, digest or path is taken for a secret",
        arguments: [
            "AKIA", "xAKIAABCDEFGHIJKLMNOP", "ghp_short", "-----BEGIN CERTIFICATE-----",
            "----------",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "/usr/share/doc/packages/some/deeply/nested/folder/of/files/readme",
        ]
    )
    func noSecrets(_ text: String) {
        #expect(SecretText.find(in: Array(text.utf8), limit: 10).isEmpty)
        #expect(text.secretsMasked == text)
    }

    @Test("BI-046 a finding never repeats a secret, wherever it quotes one")
    func masking() {
        let finding = Diagnostic(
            "X",
            "'\(Self.key)' is no value",
            at: at("f", 1, 1),
            hint: "did you mean \(Self.token)?",
            notes: [.init("beside \(Self.block) \(Self.body)", at: at("f", 2, 1))]
        ).withoutSecrets
        #expect(finding.message == "'***' is no value" && finding.hint == "did you mean ***?")
        #expect(finding.notes.first?.message.contains("7aZ") == false)
        #expect("  \(Self.body)".secretsMasked == "  ***")
    }
}
