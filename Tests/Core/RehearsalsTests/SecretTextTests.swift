// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Rehearsals

@Suite("secrets in rehearsals")
struct SecretTextTests {
    @Test(
        "what looks like a secret is hidden, and nothing else (BI-046)",
        arguments: [
            ("password = hunter2", "password = <redacted>"),
            ("DB_PASSWORD='x y'", "DB_PASSWORD=<redacted>"),
            ("  \"api_key\": \"abc\",", "  \"api_key\": <redacted>"),
            ("export GH_TOKEN=ghp_0123456789", "export GH_TOKEN=<redacted>"),
            ("PasswordAuthentication no", "PasswordAuthentication no"),
            ("passwd: files systemd", "passwd: files systemd"),
            ("password requisite pam_deny.so", "password requisite pam_deny.so"),
            ("secret:", "secret:"),
            ("see https://kim:hunter2@example.org/x", "see https://kim:<redacted>@example.org/x"),
            ("mailto kim@example.org", "mailto kim@example.org"),
            ("id AKIAABCDEFGHIJKLMNOP here", "id <redacted> here"),
            ("zwei Wörter: schön", "zwei Wörter: schön"),
        ]
    )
    func masked(line: String, expected: String) {
        #expect(SecretText.masked(line) == expected)
    }

    @Test("a private key in an output is hidden to its end")
    func key() {
        let text = """
            before
            -----BEGIN OPENSSH PRIVATE KEY-----
            b3BlbnNzaC1rZXk
            -----END OPENSSH PRIVATE KEY-----
            after
            """
        #expect(
            SecretText.maskedLines(text)
                == "before\n<redacted>\n<redacted>\n<redacted>\nafter"
        )
    }

    @Test("every line of any text has a masked form of as many lines")
    func lines() {
        for text in ["", "\n", "a\r\nb\n", "=:=:", "password=", "://@", "://a:b@", "-----BEGIN "] {
            let masked = SecretText.maskedLines(text)
            #expect(masked.utf8.filter { $0 == 10 }.count == text.utf8.filter { $0 == 10 }.count)
        }
    }
}
