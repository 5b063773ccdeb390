// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Foundation
import SSMDocuments
import Testing

private struct Context: CustomTestStringConvertible, Sendable {
    var name: String
    var lines: [String]
    var testDescription: String { name }
}

private let payloads = [
    "; touch canary", "$(touch canary)", "`touch canary`", "&& touch canary", "| touch canary",
    "a\ntouch canary\n", "'", "\"", "\\", "!", "*", "~", "-rf", "-n", "'; touch canary; '",
    "\"; touch canary; \"", "'\"$(touch canary)\"'", "\"'`touch canary`'\"", "$(touch canary",
    "${x",
    "${SSM_x}", "$SSM_x", "$$", "$!", "a b  c", "\ttab\t", " ", "{{ x }}", "{{{{ x }}}}",
    "{{ ssm:secret }}",
    "EOF\ntouch canary\n", "\nEOF\n$(touch canary)", "x) touch canary;;", "esac; touch canary",
    "} touch canary", "fi; touch canary", "# comment", "x # y", "<(touch canary)", "> canary",
    "2>canary", "\\'; touch canary #", "\\\"; touch canary #", "\\\n", "a\\\nb", "%s%n",
    "Áé\u{81}ß €",
    "\r\n", "\u{1}\u{7F}\u{1B}[31m", "{a,b}", "[a-z]", "?", "^x", "a=b c", "LD_PRELOAD=./x", "=ls",
    "a[$(touch canary)]", "x\"y'z\\w`v$u", "'''", "\"\"\"", "\\\\\\", "`", "$", "$(", "${", "((1))",
    "<<EOF",
    "inert-value_1.2/3:4@5%6+7=8,9", "0",
]

struct ScriptInterpolationTests {
    /// Runs a script with sh in a folder of its own; answers what it wrote and left there.
    static func run(_ script: ShellScript, shell: String = "/bin/sh") throws -> (
        output: Data?, canary: Bool, status: Int32
    ) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ssm-documents-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("script")
        try Data(script.script.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments = [file.path]
        process.currentDirectoryURL = folder
        process.environment = script.environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (
            try? Data(contentsOf: folder.appendingPathComponent("out")),
            FileManager.default.fileExists(atPath: folder.appendingPathComponent("canary").path),
            process.terminationStatus
        )
    }

    fileprivate static let exact = [
        Context(name: "bare", lines: ["printf '%s' {{ x }} > out"]),
        Context(name: "double quotes", lines: ["printf '%s' \"{{x}}\" > out"]),
        Context(name: "single quotes", lines: ["printf '%s' '{{ x }}' > out"]),
        Context(name: "assignment", lines: ["v={{ x }}", "printf '%s' \"$v\" > out"]),
        Context(name: "substitution", lines: ["true $(printf '%s' {{ x }} > out)"]),
        Context(
            name: "quoted substitution",
            lines: ["true \"a $(printf '%s' \"{{ x }}\" > out) b\""]
        ),
        Context(name: "back-ticks", lines: ["true `printf '%s' {{ x }} > out`"]),
        Context(name: "back-ticks in quotes", lines: ["true \"`printf '%s' {{ x }} > out`\""]),
        Context(
            name: "here-document",
            lines: [
                "cat > raw <<EOF", "{{ x }}|", "EOF",
                "printf '%s' \"$(cat raw)\" | head -c -1 > out",
            ]
        ),
        Context(
            name: "here-document with tabs",
            lines: ["cat > raw <<-END\n<{{ x }}>\n\tEND\ntail -c +2 raw | head -c -2 > out"]
        ),
        Context(
            name: "default",
            lines: ["v=\"${nothing:-{{ x }}}\"", "printf '%s' \"$v\" > out"]
        ),
        Context(
            name: "bare default",
            lines: ["printf '%s' ${nothing:-{{ x }}} > out"]
        ),
        Context(
            name: "after a case with parentheses",
            lines: ["w=$(case a in a) printf '%s' '{{ x }}' > out;; esac)"]
        ),
        Context(
            name: "after quotes in a comment",
            lines: ["# it's \"fine", "printf '%s' '{{ x }}' > out"]
        ),
        Context(
            name: "operand of sh -c",
            lines: ["sh -c 'printf \"%s\" \"$1\" > out' _ '{{ x }}'"]
        ),
    ]

    @Test("TH-09-a BI-058 a value arrives byte-identical and never runs", arguments: exact)
    fileprivate func exactness(_ context: Context) throws {
        let document = try scriptDocument(context.lines)
        #expect(diagnose(scriptText(context.lines)) == [], "what is safe is not warned of")
        for payload in payloads {
            let script = try document.script(["x": [payload]])
            let result = try Self.run(script)
            #expect(
                result.output == Data(payload.utf8),
                "\(payload.debugDescription) \(script.script)"
            )
            #expect(!result.canary, "\(payload.debugDescription)")
        }
    }

    @Test("TH-09-a bash agrees", arguments: exact)
    fileprivate func bash(_ context: Context) throws {
        let document = try scriptDocument(context.lines)
        for payload in payloads.prefix(24) {
            let result = try Self.run(try document.script(["x": [payload]]), shell: "/bin/bash")
            #expect(result.output == Data(payload.utf8), "\(payload.debugDescription)")
            #expect(!result.canary)
        }
    }

    @Test("TH-09-a a comment takes nothing of a value that could end it")
    func comments() throws {
        let document = try scriptDocument(["# {{ x }}", "printf ok > out # '{{ x }}"])
        for payload in payloads {
            let result = try Self.run(try document.script(["x": [payload]]))
            #expect(result.output == Data("ok".utf8) && !result.canary)
        }
    }

    fileprivate static let refused = [
        Context(name: "quoted delimiter", lines: ["cat <<'EOF'", "{{ x }}", "EOF"]),
        Context(name: "eval", lines: ["eval \"printf '%s' {{ x }}\" > out"]),
        Context(name: "eval in single quotes", lines: ["eval 'echo {{ x }}'"]),
        Context(name: "sh -c", lines: ["sudo -u app sh -ec \"echo {{ x }}\""]),
        Context(name: "bash -c", lines: ["/bin/bash -c 'echo {{ x }}'"]),
        Context(name: "ssh", lines: ["ssh host echo {{ x }}"]),
        Context(name: "here-document for sh", lines: ["sh -s <<EOF", "echo {{ x }}", "EOF"]),
        Context(name: "pipe into sh", lines: ["echo '{{ x }}' | sh"]),
        Context(name: "compound into sh", lines: ["{ echo a; echo '{{ x }}'; } | bash"]),
        Context(name: "subshell into sh", lines: ["(echo '{{ x }}') | sh"]),
        Context(name: "here-string for bash", lines: ["bash <<< \"{{ x }}\""]),
        Context(name: "arithmetic", lines: ["echo $(( {{ x }} + 1 ))"]),
        Context(name: "arithmetic command", lines: ["(( {{ x }} > 1 ))"]),
        Context(name: "numeric test of bash", lines: ["if [[ {{ x }} -eq 1 ]]; then true; fi"]),
        Context(name: "subscript", lines: ["a[{{ x }}]=1"]),
        Context(name: "backslash", lines: ["echo \\{{ x }}"]),
        Context(name: "dollar", lines: ["echo \"${{ x }}\""]),
        Context(name: "trim pattern", lines: ["echo ${v#{{ x }}}"]),
        Context(name: "ANSI quotes", lines: ["echo $'{{ x }}'"]),
        Context(name: "other interpreter", lines: ["#!/usr/bin/env python3", "print('{{ x }}')"]),
        Context(name: "interpreter line", lines: ["#!/bin/sh {{ x }}", "true"]),
        Context(name: "open quote", lines: ["echo 'open {{ x }}"]),
        Context(name: "sed", lines: ["sed -i 's/a/{{ x }}/' file"]),
        Context(name: "awk", lines: ["awk \"BEGIN { print \\\"{{ x }}\\\" }\""]),
        Context(name: "python -c", lines: ["python3 -c \"print('{{ x }}')\""]),
        Context(name: "find -exec sh -c", lines: ["find . -exec sh -c 'echo {{ x }}' \\;"]),
    ]

    @Test(
        "TH-09-a where no expansion is safe the script is refused, with words",
        arguments: refused
    )
    fileprivate func refusal(_ context: Context) throws {
        let document = try scriptDocument(context.lines)
        let error = #expect(throws: DocumentError.self) {
            try document.script(["x": ["$(touch canary); /e"]])
        }
        #expect(error?.code == .unsafeInterpolation)
        #expect(error?.hint?.isEmpty == false && error?.source != nil)
        // What is inert is put in as text, as AWS does.
        #expect(try document.script(["x": ["1"]]).script.contains("{{") == false)
        // The author is told before anyone passes a value.
        let warned = diagnose(scriptText(context.lines))
        #expect(warned.contains { $0.code == .unsafeInterpolation && $0.hint != nil })
    }

    @Test("a space is plain text to sed, and a slash is not")
    func sed() throws {
        let document = try scriptDocument(["printf a | sed 's/a/{{ x }}/' > out"])
        let script = try document.script(["x": ["héllo wörld"]])
        #expect(try Self.run(script).output == Data("héllo wörld".utf8))
    }

    @Test("inert values are put in as text, as AWS does")
    func inert() throws {
        let document = try scriptDocument(["systemctl restart {{ x }}.service"])
        #expect(try document.script(["x": ["nginx"]]).script == "systemctl restart nginx.service\n")
    }

    @Test("interpolationType ENV_VAR always uses the environment")
    func environmentVariable() throws {
        let document = try scriptDocument(
            ["echo {{ x }}"],
            parameter: "type: String, interpolationType: ENV_VAR"
        )
        let script = try document.script(["x": ["nginx"]])
        #expect(script.script == "echo \"${SSM_x}\"\n")
        #expect(script.environment["SSM_x"] == "nginx")
    }

    @Test("BI-059 a line that is one reference is the script, but not within a here-document")
    func structural() throws {
        let list = try scriptDocument(["set -e", "{{ x }}"], parameter: "type: StringList")
        #expect(try list.script(["x": ["echo 'a", "b'"]]).script == "set -e\necho 'a\nb'\n")
        let body = try scriptDocument(["cat > out <<EOF", "{{ x }}", "EOF"])
        let result = try Self.run(try body.script(["x": ["$(touch canary)"]]))
        #expect(result.output == Data("$(touch canary)\n".utf8) && !result.canary)
        let lines = try scriptDocument(
            ["cat > out <<EOF", "{{ x }}", "EOF"],
            parameter: "type: StringList"
        )
        let joined = try Self.run(try lines.script(["x": ["$(touch canary)", "b c"]]))
        #expect(joined.output == Data("$(touch canary)\nb c\n".utf8) && !joined.canary)
    }

    @Test("a value where a command is expected sets no variable")
    func assignment() throws {
        let document = try scriptDocument(["{{ x }} touch canary"])
        let result = try Self.run(try document.script(["x": ["LD_PRELOAD=./evil.so"]]))
        #expect(!result.canary && result.status == 127)
    }

    @Test("an embedded list is compact JSON, as AWS has it")
    func embeddedList() throws {
        let document = try scriptDocument(
            ["printf '%s' '{{ x }}' > out"],
            parameter: "type: StringList"
        )
        let result = try Self.run(try document.script(["x": ["a'b", "c"]]))
        #expect(result.output == Data(#"["a'b","c"]"#.utf8))
    }

    @Test("BI-055 line ends of Windows and byte order marks are removed")
    func lineEnds() throws {
        let document = try load(BuiltInDocuments.named("AWS-RunShellScript")?.content ?? "")
        let script = try document.script(["commands": ["printf a > out\r\ntrue\r"]])
        #expect(script.script == "printf a > out\ntrue\n")
    }
}
