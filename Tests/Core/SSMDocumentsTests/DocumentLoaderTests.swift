// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SSMDocuments
import Testing

private let step = """
    mainSteps:
      - action: aws:runShellScript
        name: one
        inputs: {runCommand: [echo hi]}
    """

struct DocumentLoaderTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var code: DiagnosticCode
        var message: String
        var line: Int
        var hint: String?
        var text: String
        var testDescription: String { name }

        init(
            _ name: String,
            _ code: DiagnosticCode,
            _ message: String,
            line: Int,
            hint: String? = nil,
            _ text: String
        ) {
            (self.name, self.code, self.message, self.line) = (name, code, message, line)
            (self.hint, self.text) = (hint, text)
        }
    }

    @Test(
        "BI-047 BI-048 BI-049 BI-061 mistakes are found where they stand",
        arguments: [
            Case("no version", .invalidDocumentSchemaVersion, "no schemaVersion", line: 1, step),
            Case(
                "bad version",
                .invalidDocumentSchemaVersion,
                "'2.3' is not",
                line: 1,
                "schemaVersion: '2.3'\n" + step
            ),
            Case(
                "mixed fields",
                .invalidDocumentSchemaVersion,
                "'runtimeConfig' does not belong",
                line: 2,
                "schemaVersion: '2.2'\nruntimeConfig: {}\n" + step
            ),
            Case(
                "mixed fields of 1.2",
                .invalidDocumentSchemaVersion,
                "'mainSteps' does not belong",
                line: 2,
                "schemaVersion: '1.2'\n" + step
            ),
            Case(
                "top level",
                .invalidDocumentContent,
                "'parameter' is not a key",
                line: 2,
                hint: "did you mean 'parameters'?",
                "schemaVersion: '2.2'\nparameter: {}\n" + step
            ),
            Case(
                "no steps",
                .invalidDocumentContent,
                "no mainSteps",
                line: 1,
                "schemaVersion: '2.2'\n"
            ),
            Case(
                "unknown action",
                .invalidDocumentContent,
                "not an action",
                line: 3,
                hint: "did you mean 'aws:runShellScript'?",
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShelScript\n  name: a\n  inputs: {}"
            ),
            Case(
                "action of runbooks",
                .invalidDocumentSchemaVersion,
                "action of runbooks",
                line: 3,
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:executeScript\n  name: a\n  inputs: {}"
            ),
            Case(
                "path as name",
                .badStepName,
                "'../a' is not a name",
                line: 4,
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: ../a\n"
                    + "  inputs: {runCommand: [a]}"
            ),
            Case(
                "same name",
                .badStepName,
                "two steps are named 'one'",
                line: 7,
                "schemaVersion: '2.2'\n\(step)\n  - action: aws:runShellScript\n    name: one\n"
                    + "    inputs: {runCommand: [a]}"
            ),
            Case(
                "parameter name",
                .invalidDocumentContent,
                "not alphanumeric",
                line: 2,
                "schemaVersion: '2.2'\nparameters: {LD_PRELOAD: {type: String}}\n" + step
            ),
            Case(
                "parameter type",
                .invalidDocumentContent,
                "'string' is not a type",
                line: 2,
                hint: "did you mean 'String'?",
                "schemaVersion: '2.2'\nparameters: {a: {type: string}}\n" + step
            ),
            Case(
                "default",
                .invalidDocumentContent,
                "the default of 'a'",
                line: 2,
                "schemaVersion: '2.2'\nparameters: {a: {type: Integer, default: x}}\n" + step
            ),
            Case(
                "pattern",
                .badPattern,
                "look-around",
                line: 2,
                "schemaVersion: '2.2'\nparameters: {a: {type: String, allowedPattern: '(?!x)'}}\n"
                    + step
            ),
            Case(
                "reference",
                .invalidDocumentContent,
                "'{{ Name }}' is used",
                line: 6,
                hint: "did you mean '{{ name }}'?",
                "schemaVersion: '2.2'\nparameters: {name: {type: String}}\nmainSteps:\n"
                    + "- action: aws:runShellScript\n  name: a\n  inputs: {runCommand: ['echo {{ Name }}']}"
            ),
            Case(
                "operator",
                .invalidDocumentContent,
                "'StringLike' is not an operator",
                line: 5,
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: a\n"
                    + "  precondition: {StringLike: [platformType, Linux]}\n  inputs: {runCommand: [a]}"
            ),
            Case(
                "platform",
                .invalidDocumentContent,
                "'linux' is not a platform type",
                line: 5,
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: a\n"
                    + "  precondition: {StringEquals: [platformType, linux]}\n  inputs: {runCommand: [a]}"
            ),
            Case(
                "no runCommand",
                .invalidDocumentContent,
                "no runCommand",
                line: 5,
                hint: "'runCommands' is not it",
                "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: a\n"
                    + "  inputs: {runCommands: [a]}"
            ),
        ]
    )
    func mistakes(_ test: Case) throws {
        let found = diagnose(test.text)
        let match = found.first { $0.code == test.code && $0.message.contains(test.message) }
        let diagnostic = try #require(match, "\(found.map(\.oneLine))")
        #expect(diagnostic.severity == .error && diagnostic.range.start.line == test.line)
        if let hint = test.hint { #expect(diagnostic.hint == hint) }
        #expect(DocumentLoader.load(text: test.text, format: .yaml, file: "f").document == nil)
    }

    @Test("every mistake is found, not only the first")
    func total() {
        let found = diagnose(
            """
            schemaVersion: '2.2'
            parameters: {a: {type: Strin}, b_: {type: String}}
            mainSteps:
            - {action: aws:nope, name: a, inputs: {}}
            - {action: aws:runShellScript, name: 'b c'}
            """
        )
        #expect(found.count { $0.severity == .error } >= 4)
    }

    @Test("BI-047 too large and too many")
    func sizes() {
        let large = "schemaVersion: '2.2'\n" + step + "\n#" + String(repeating: "x", count: 65_536)
        #expect(diagnose(large).map(\.code) == [.maxDocumentSizeExceeded])
        let many = (0..<101).map {
            "- {action: aws:runShellScript, name: s\($0), inputs: {runCommand: [a]}}"
        }
        let found = diagnose("schemaVersion: '2.2'\nmainSteps:\n" + many.joined(separator: "\n"))
        #expect(found.map(\.code) == [.tooManySteps])
    }

    @Test("BI-051 BI-061 what AWS accepts is accepted, with a warning")
    func warnings() throws {
        let text = """
            schemaVersion: "2.2"
            mainSteps:
              - action: aws:runShellScript
                name: one
                timeoutSeconds: 5
                inputs:
                  timeoutSeconds: 1000000000
                  colour: red
                  runCommand: ["docker ps --format '{{.ID}}'", "echo {{ a.b }} {{ }}"]
            """
        let document = try load(text)
        let found = diagnose(text)
        #expect(!found.hasErrors)
        #expect(found.count { $0.code == .unknownReference } == 2)
        #expect(found.count { $0.code == .ignoredField } == 2)
        #expect(try document.script().timeoutSeconds == 3600)
        #expect(try document.script().script.contains("{{.ID}}"))
    }

    @Test("other types of documents are known by their shape")
    func types() throws {
        let runbook = try load("schemaVersion: '0.3'\nmainSteps: [{name: a, action: aws:sleep}]")
        #expect(runbook.documentType == "Automation")
        let session = try load("schemaVersion: '1.0'\nsessionType: Standard_Stream")
        #expect(session.documentType == "Session")
        guard case .needsAWS = session.support else {
            Issue.record("a session needs AWS")
            return
        }
        let policy = try load(
            "schemaVersion: '2.0'\nmainSteps: [{name: a, action: 'aws:softwareInventory', inputs: {}}]"
        )
        #expect(policy.documentType == "Policy")
        #expect(policy.support == .supported)
    }

    @Test("a document that needs AWS says which step and why")
    func needsAWS() throws {
        let document = try load(
            """
            {"schemaVersion": "2.2", "mainSteps": [
              {"action": "aws:downloadContent", "name": "get", "inputs": {"sourceType": "S3"}},
              {"action": "aws:runShellScript", "name": "run",
               "inputs": {"runCommand": ["echo {{ssm:/app/key}}"]}}]}
            """,
            .json
        )
        guard case .needsAWS(let remarks) = document.support else {
            Issue.record("\(document.support)")
            return
        }
        #expect(remarks.map(\.step) == ["get", "run"])
        #expect(
            try document.resolved().allSatisfy {
                if case .refuse = $0.action { true } else { false }
            }
        )
    }

    @Test("the built-in documents load without a finding")
    func builtIn() throws {
        for entry in BuiltInDocuments.all { #expect(diagnose(entry.content) == []) }
        let document = try load(try #require(BuiltInDocuments.named("AWS-RunShellScript")).content)
        let script = try document.script([
            "commands": ["#!/bin/bash", "echo {{ x }}"], "executionTimeout": ["60"],
            "workingDirectory": ["/tmp/a b"],
        ])
        #expect(script.script == "#!/bin/bash\necho {{ x }}\n")
        #expect(script.timeoutSeconds == 60 && script.workingDirectory == "/tmp/a b")
        #expect(try document.script(["commands": ["a"]]).workingDirectory == nil)
    }

    @Test("any text gives findings and never a crash", arguments: 0..<60)
    func fuzz(_ seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let whole = Array(
            ("schemaVersion: '2.2'\nparameters: {x: {type: String, default: '{{ssm:a}}'}}\n" + step
                + "\n        precondition: {StringEquals: [platformType, Linux]}\n").utf8
        )
        var bytes = whole
        for _ in 0..<6 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let place = Int(state >> 33) % bytes.count
            bytes[place] = Array("{}[]:'\" \n-x".utf8)[Int(state >> 20) % 11]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let loaded = DocumentLoader.load(text: text, format: .yaml, file: "f")
        #expect((loaded.document == nil) == loaded.diagnostics.hasErrors)
    }
}
