// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import SSMDocuments
import TestSupport
import Testing

/// The author is told before anyone passes a value: where it could only be refused.
struct ScriptLintTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var message: String
        var hint: String
        var marked: MarkedText
        var testDescription: String { name }

        init(
            _ name: String,
            message: String = "",
            hint: String = "",
            parameter: String = "type: String",
            script: String
        ) {
            (self.name, self.message, self.hint) = (name, message, hint)
            let body = script.split(separator: "\n", omittingEmptySubsequences: false)
            marked = MarkedText(
                "schemaVersion: '2.2'\nparameters: {x: {\(parameter)}}\nmainSteps:\n"
                    + "- action: aws:runShellScript\n  name: one\n  inputs:\n    runCommand:\n"
                    + "      - |\n" + body.map { $0.isEmpty ? "\n" : "        \($0)\n" }.joined()
            )
        }

        var findings: [Diagnostic] {
            diagnose(marked.text).filter { $0.code == .unsafeInterpolation }
        }
    }

    static let unsafe = [
        Case(
            "eval",
            message: "in code for 'eval'",
            hint: "do without eval",
            script: "set -eu\n\neval \"echo ①{{ x }}\""
        ),
        Case("eval in single quotes", message: "'eval'", script: "eval 'echo ①{{ x }}'"),
        Case(
            "sh -c",
            message: "'sh'",
            hint: "sh -c 'echo \"$1\"' sh {{ x }}",
            script: "sudo -u app sh -ec \"echo ①{{ x }}\""
        ),
        Case("ssh", message: "'ssh'", script: "ssh host echo ①{{ x }}"),
        Case("a pipe into sh", message: "'sh'", script: "echo '①{{ x }}' | sh"),
        Case("a here-document for sh", message: "'sh'", script: "sh -s <<EOF\necho ①{{ x }}\nEOF"),
        Case("sed", message: "'sed'", script: "sed -i 's/a/①{{ x }}/' file"),
        Case(
            "python -c",
            message: "'python3'",
            hint: "SSM_x in python3",
            script: "python3 -c \"print('①{{ x }}')\""
        ),
        Case(
            "a quoted delimiter",
            message: "whose delimiter is quoted",
            hint: "remove the quotes",
            script: "cat <<'EOF'\nvalue ①{{ x }}\nEOF"
        ),
        Case(
            "arithmetic",
            message: "arithmetic expression",
            hint: "the type Integer",
            script: "echo $(( ①{{ x }} + 1 ))"
        ),
        Case("after a backslash", message: "backslash", script: "echo \\①{{ x }}"),
        Case(
            "another interpreter",
            message: "for python3",
            script: "#!/usr/bin/env python3\nprint('①{{ x }}')"
        ),
        Case(
            "the line of the interpreter",
            message: "names the interpreter",
            script: "#!/bin/sh ①{{ x }}\ntrue"
        ),
        Case(
            "open quotes",
            message: "quoting",
            hint: "close the quotes",
            script: "echo 'open ①{{ x }}"
        ),
        Case("twice", script: "eval ①{{ x }}\nbash -c '②{{ x }}'"),
        Case(
            "an allowedPattern that is not anchored",
            parameter: "type: String, allowedPattern: '[a-z]+'",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "an allowedPattern that lets a space through",
            parameter: "type: String, allowedPattern: '^[a-z ]+$'",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "an allowedPattern of which one branch is open",
            parameter: "type: String, allowedPattern: '^a|b$'",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "an allowedPattern of anything but letters",
            parameter: "type: String, allowedPattern: '^[^a-z]+$'",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "an allowedValue with a space",
            parameter: "type: String, allowedValues: [a, b c]",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "a list is JSON within a line",
            parameter: "type: StringList, allowedPattern: '^[a-z]+$'",
            script: "eval echo ①{{ x }}"
        ),
        Case(
            "interpolationType cannot help here",
            parameter: "type: String, interpolationType: ENV_VAR",
            script: "eval echo ①{{ x }}"
        ),
    ]

    @Test(
        "BI-059 TH-09 a value that could only be refused is warned of at its place",
        arguments: unsafe
    )
    func warned(_ test: Case) throws {
        let found = test.findings
        #expect(
            found.map { "\($0.range.start.line):\($0.range.start.column)" } == test.marked.places,
            "\(found.map(\.oneLine))"
        )
        let first = try #require(found.first)
        #expect(first.severity == .warning && first.message.contains("'{{ x }}' stands"))
        #expect(first.message.contains(test.message), "\(first.message)")
        #expect(first.hint?.contains(test.hint.isEmpty ? "'x'" : test.hint) == true)
        #expect(first.range.end.column == first.range.start.column + 7)
        // What is warned of is what would be refused, and no more than a warning.
        let document = try load(test.marked.text)
        let isList = document.parameter("x")?.kind == .stringList
        let open =
            document.parameter("x")?.allowedPattern == nil
            && document.parameter("x")?.allowedValues.isEmpty == true
        if open, !isList {
            #expect(throws: DocumentError.self) { try document.script(["x": ["$(id); /e"]]) }
        }
    }

    static let safe = [
        Case("in plain sight", script: "echo {{ x }}"),
        Case("in quotes of both kinds", script: "printf '%s' \"{{ x }}\" '{{ x }}'"),
        Case("a here-document", script: "cat > file <<EOF\nvalue = {{ x }}\nEOF"),
        Case("a substitution", script: "v=$(basename {{ x }})"),
        Case("a default", script: "v=\"${w:-{{ x }}}\""),
        Case("a comment", script: "# {{ x }}\ntrue"),
        Case("a condition", script: "if [ \"{{ x }}\" = a ]; then true; fi"),
        Case("a line that is the script", script: "set -e\n{{ x }}"),
        Case("an operand of sh -c", script: "sh -c 'echo \"$1\"' _ '{{ x }}'"),
        Case("the environment", script: "eval \"echo \\\"\\$SSM_x\\\"\""),
        Case("an Integer", parameter: "type: Integer", script: "echo $(( {{ x }} + 1 ))"),
        Case("a Boolean", parameter: "type: Boolean", script: "eval {{ x }}"),
        Case(
            "inert values only",
            parameter: "type: String, allowedValues: [start, stop]",
            script: "eval systemctl {{ x }} nginx"
        ),
        Case(
            "a pattern of inert characters only",
            parameter: "type: String, allowedPattern: '^[0-9]{1,3}$'",
            script: "sed -i 's/a/{{ x }}/' file\necho $(( {{ x }} ))"
        ),
        Case(
            "a pattern in branches",
            parameter: "type: String, allowedPattern: '^(on|off|[a-z]+-[0-9]+)$'",
            script: "ssh host systemctl {{ x }}"
        ),
        Case(
            "a pattern without regard to case",
            parameter: "type: String, allowedPattern: '(?i)^[a-z_.]+$'",
            script: "python3 -c \"print('{{ x }}')\""
        ),
    ]

    @Test("BI-059 what is safe by construction is not warned of", arguments: safe)
    func quiet(_ test: Case) throws {
        #expect(test.findings == [], "\(test.findings.map(\.oneLine))")
        _ = try load(test.marked.text)
    }

    @Test("BI-061 references are pointed at where they stand, in a script of many lines")
    func places() {
        let test = Case(
            "",
            script: "echo ok\n\n  printf '%s' \"é ①{{ y }}\"\necho ②{{ a.b }} {{.ID}}"
        )
        let found = diagnose(test.marked.text)
        #expect(
            found.map { "\($0.range.start.line):\($0.range.start.column)" } == test.marked.places
        )
        #expect(found.map(\.code) == [.invalidDocumentContent, .unknownReference])
        #expect(found.last?.message.contains("'{{ a.b }}' is no reference") == true)
    }

    @Test(
        "F-14 a hostile script costs no more than its length, and has few findings",
        arguments: [
            "{{ y }} ", "{{ x }} ", "eval {{ x }}; ", "{{ a", "{{ a.b }} ", "`{{ x }} ",
            "$({{ x }} ",
            "<<E {{ x }} ", "a | {{ x }} ", "'{{ x }}\" ", "{{ ", "\\{{ x }} ",
        ]
    )
    func hostile(_ part: String) {
        let script = String(repeating: part, count: 30_000 / part.utf8.count)
        let found = diagnose(Case("", script: script).marked.text)
        #expect(found.count <= 20)
        #expect(found.allSatisfy { $0.message.count < 200 })
    }
}
