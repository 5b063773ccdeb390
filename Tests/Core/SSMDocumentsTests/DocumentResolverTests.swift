// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SSMDocuments
import Testing

struct DocumentResolverTests {
    private static let document = """
        schemaVersion: "2.2"
        parameters:
          name: {type: String, allowedPattern: "^[a-z]+$", maxChars: 8}
          colour: {type: String, default: red, allowedValues: [red, green]}
          lines: {type: StringList, default: [], maxItems: 2}
          count: {type: Integer, default: 3}
          loud: {type: Boolean, default: false}
          options: {type: StringMap, default: {b: 1, a: "x"}}
        mainSteps:
          - action: aws:runShellScript
            name: one
            precondition: {StringEquals: [platformType, Linux]}
            inputs:
              runCommand: ["echo {{ name }} {{ count }} {{ loud }} '{{ options }}'"]
              workingDirectory: "/srv/{{ name }}"
              onFailure: exit
          - action: aws:runShellScript
            name: two
            precondition: {StringEquals: ["{{ colour }}", green]}
            inputs: {runCommand: [b], onSuccess: exit, finallyStep: true}
          - action: aws:applications
            name: three
            inputs: {}
          - action: aws:runShellScript
            name: four
            inputs: {runCommand: [d], finallyStep: true, timeoutSeconds: "7.9"}
        """

    @Test("a document becomes steps for a node")
    func resolve() throws {
        let steps = try load(Self.document).resolved(["name": ["app"]])
        guard steps.count == 4, case .runShellScript(let one) = steps[0].action,
            case .runShellScript(let four) = steps[3].action
        else {
            Issue.record("\(steps)")
            return
        }
        #expect(one.script == "echo app 3 false ''\"${SSM_options}\"''\n")
        #expect(one.environment["SSM_options"] == #"{"a":"x","b":1}"#)
        #expect(one.workingDirectory == "/srv/app" && one.timeoutSeconds == 3600)
        #expect(one.environment["SSM_name"] == "app" && one.environment["SSM_colour"] == "red")
        #expect(one.environment["SSM_COMMAND_ID"] == command.rawValue)
        #expect(one.environment["AWS_SSM_INSTANCE_ID"] == "mi-0123456789abcdef0")
        #expect(one.environment["AWS_SSM_PLATFORM_VERSION"] == "12")
        #expect(steps[0].onFailure == .exit && steps[3].finallyStep && four.timeoutSeconds == 7)
        for index in [1, 2] {
            guard case .skip = steps[index].action else {
                Issue.record("\(steps[index])")
                continue
            }
        }
    }

    @Test("on another platform the steps are skipped as AWS skips them")
    func platform() throws {
        var facts = node
        facts.platformType = "Windows"
        let steps = try load(Self.document).resolved(
            ["name": ["app"], "colour": ["green"]],
            on: facts
        )
        guard case .skip = steps[0].action, case .refuse = steps[1].action,
            case .refuse = steps[2].action, case .skip = steps[3].action
        else {
            Issue.record("\(steps)")
            return
        }
    }

    @Test("BI-049 an unsupported plugin fails in schema 2.0, and so does a precondition")
    func oldSchema() throws {
        let steps = try load(
            """
            schemaVersion: "2.0"
            mainSteps:
              - {action: "aws:psModule", name: a, inputs: {}}
              - action: aws:runShellScript
                name: b
                precondition: {StringEquals: [platformType, Linux]}
                inputs: {runCommand: [x]}
            """
        ).resolved()
        #expect(steps.allSatisfy { if case .refuse = $0.action { true } else { false } })
    }

    @Test(
        "BI-062 BI-063 BI-064 bad parameters are named",
        arguments: [
            ([:], "name", .missing), (["name": ["app"], "Name": ["b"]], "Name", .unknown),
            (["name": ["APP"]], "name", .patternMismatch),
            (["name": ["abcdefghij"]], "name", .length),
            (["name": ["a", "b"]], "name", .wrongType), (["name": []], "name", .wrongType),
            (["name": ["app"], "colour": ["gren"]], "colour", .notAllowed),
            (["name": ["app"], "lines": ["a", "b", "c"]], "lines", .itemCount),
            (["name": ["app"], "count": ["3.5"]], "count", .wrongType),
            (["name": ["app"], "loud": ["True"]], "loud", .wrongType),
            (["name": ["app"], "options": ["[1]"]], "options", .wrongType),
            (["name": ["a\0b"]], "name", .forbiddenCharacter),
            (["name": ["\u{FEFF}a"]], "name", .forbiddenCharacter),
            (["name": [String(repeating: "a", count: 200_000)]], "name", .tooLarge),
        ] as [([String: [String]], String, ParameterProblem.Reason)]
    )
    func parameters(
        _ values: [String: [String]],
        _ name: String,
        _ reason: ParameterProblem.Reason
    ) throws {
        let document = try load(Self.document)
        let problems = document.validate(parameters: values)
        #expect(problems.contains { $0.parameter == name && $0.reason == reason }, "\(problems)")
        let error = #expect(throws: DocumentError.self) { try document.resolved(values) }
        #expect(error?.code == .invalidParameters && error?.problems == problems)
    }

    @Test("good parameters are no problem, and a near name is suggested")
    func hints() throws {
        let document = try load(Self.document)
        #expect(document.validate(parameters: ["name": ["app"], "count": ["-4"]]).isEmpty)
        let problem = document.validate(parameters: ["name": ["app"], "color": ["red"]]).first
        #expect(problem?.hint == "did you mean 'colour'?")
    }

    @Test("BI-060 TH-09-b a value is never a template")
    func singlePass() throws {
        let document = try load(
            """
            schemaVersion: "2.2"
            parameters: {a: {type: String}, b: {type: String, default: secret}}
            mainSteps:
              - action: aws:runShellScript
                name: one
                inputs: {runCommand: ["echo {{ a }}"], workingDirectory: "/{{ a }}/{{b}}"}
            """
        )
        let script = try document.script(["a": ["{{ b }}$$"]])
        #expect(script.environment["SSM_a"] == "{{ b }}$$")
        // Only in texts that are no script does AWS's collapse of dollars apply.
        #expect(script.workingDirectory == "/{{ b }}$/secret")
        let whole = try load(
            """
            schemaVersion: "2.2"
            parameters: {a: {type: String}}
            mainSteps:
              - {action: "aws:runShellScript", name: one, inputs: {runCommand: [x], workingDirectory: "{{ a }}"}}
            """
        )
        #expect(try whole.script(["a": ["$$ {{ a }}"]]).workingDirectory == "$$ {{ a }}")
    }

    @Test("a list within a list of lines is flattened")
    func flattened() throws {
        let document = try load(
            """
            schemaVersion: "1.2"
            parameters: {commands: {type: StringList}}
            runtimeConfig:
              aws:runShellScript:
                properties:
                  - {id: 0.aws:runShellScript, runCommand: ["{{ commands }}"]}
                  - {id: 1.aws:runShellScript, runCommand: ["{{ commands }}", [last]]}
            """
        )
        let steps = try document.resolved(["commands": ["a", "b"]])
        #expect(steps.map(\.name) == ["0.aws:runShellScript", "1.aws:runShellScript"])
        guard case .runShellScript(let script) = steps[1].action else {
            Issue.record("\(steps)")
            return
        }
        #expect(script.script == "a\nb\nlast\n")
    }

    @Test("BI-047 the content and the values together stay within 64 KB")
    func size() throws {
        let document = try load(BuiltInDocuments.named("AWS-RunShellScript")?.content ?? "")
        let lines = Array(repeating: String(repeating: "x", count: 1000), count: 66)
        let error = #expect(throws: DocumentError.self) { try document.script(["commands": lines]) }
        #expect(error?.code == .maxDocumentSizeExceeded)
    }
}
