// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Rehearsals

@Suite("secrets in rehearsals")
struct SecretLinesTests {
    @Test(
        "what looks like a secret is hidden, and nothing else (BI-046)",
        arguments: [
            ("password = hunter2", "password = ***"),
            ("DB_PASSWORD='x y'", "DB_PASSWORD=***"),
            ("  \"api_key\": \"abc\",", "  \"api_key\": ***"),
            ("export GH_TOKEN=ghp_0123456789", "export GH_TOKEN=***"),
            ("PasswordAuthentication no", "PasswordAuthentication no"),
            ("passwd: files systemd", "passwd: files systemd"),
            ("password requisite pam_deny.so", "password requisite pam_deny.so"),
            ("secret:", "secret:"),
            ("see https://kim:hunter2@example.org/x", "see https://kim:***@example.org/x"),
            ("mailto kim@example.org", "mailto kim@example.org"),
            ("id AKIAABCDEFGHIJKLMNOP here", "id *** here"),
            ("zwei Wörter: schön", "zwei Wörter: schön"),
        ]
    )
    func masked(line: String, expected: String) {
        #expect(SecretLines.masked(line) == expected)
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
            SecretLines.maskedLines(text)
                == "before\n***\n***\n***\nafter"
        )
    }

    @Test("every line of any text has a masked form of as many lines")
    func lines() {
        for text in ["", "\n", "a\r\nb\n", "=:=:", "password=", "://@", "://a:b@", "-----BEGIN "] {
            let masked = SecretLines.maskedLines(text)
            #expect(masked.utf8.filter { $0 == 10 }.count == text.utf8.filter { $0 == 10 }.count)
        }
    }
}
