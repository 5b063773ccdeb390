// SPDX-License-Identifier: Apache-2.0
import SSMDocuments
import Testing

struct SafePatternTests {
    @Test(
        "patterns match as RE2 does, anywhere in the text",
        arguments: [
            ("^[a-z]+$", "abc", true), ("^[a-z]+$", "abc1", false), ("b", "abc", true),
            ("^(a|bc)*$", "abca", true), ("^(a|bc)*$", "abcb", false), ("^a{2,3}$", "aaaa", false),
            ("^a{2,}$", "aaaa", true), ("^a{0}$", "", true), ("^\\d{3}-\\w+$", "123-ab_1", true),
            ("^[^/\\s]+$", "a b", false), ("(?i)^abc$", "aBC", true), ("(?i:a)b", "AB", false),
            ("^.$", "\n", false), ("(?s)^.$", "\n", true), ("^$", "", true), ("a|", "zzz", true),
            ("\\bfoo\\b", "a foo b", true), ("\\bfoo\\b", "afoo", false),
            ("^[[:alpha:]-]+$", "a-b", true),
            ("^\\x41\\.$", "A.", true), ("^\\Qa.b\\E$", "a.b", true), ("^\\Qa.b\\E$", "axb", false),
            ("^[]a]+$", "]a", true), ("a{x", "a{x", true), ("^[\\w.:/-]{1,5}$", "a/b:c", true),
            ("^é$", "é", true), ("(?m)^b$", "a\nb", true), ("^(?P<n>x)y$", "xy", true),
            ("^(()|a)*$", "aaa", true), ("^[^a]$", "é", true), ("x*?y", "xxy", true),
        ]
    )
    func matching(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try SafePattern(pattern).match(text) == (expected ? .matches : .doesNotMatch))
    }

    @Test("BI-044 a catastrophic pattern costs no more than any other")
    func catastrophic() throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        for pattern in ["(a+)+$", "^(a|a)*$", "^(a*)*b$", "(.*)*x"] {
            #expect(try SafePattern(pattern).match(text) == .doesNotMatch)
        }
    }

    @Test("BI-044 too much work ends with an answer")
    func budget() throws {
        let pattern = try SafePattern("^(a?){900}b$")
        #expect(pattern.match(String(repeating: "a", count: 30_000)) != .matches)
    }

    @Test(
        "BI-044 what cannot be used is refused with words",
        arguments: [
            ("(", "no ')'"), (")", "no '('"), ("[a", "no ']'"), ("*a", "nothing to repeat"),
            ("a**", "two repetitions"), ("(?=a)", "look-around"), ("(?<!a)b", "look-around"),
            ("(a)\\1", "back-references"), ("a{2000}", "more than 1000"), ("[z-a]", "backwards"),
            ("((a{1000}){1000}){1000}", "too large"), ("((){1000}){1000}", "too large"),
            ("a\\", "backslash"), ("[[:nope:]]", "not a class"), ("a{3,1}", "backwards"),
            (String(repeating: "(", count: 300), "nested"),
            (String(repeating: "a", count: 10_000), "bytes"),
        ]
    )
    func refused(_ pattern: String, _ message: String) {
        let error = #expect(throws: SafePattern.Problem.self) { try SafePattern(pattern) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
