// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import TestSupport
import Testing

@Suite struct PolicyTests {
    private static func load(_ spec: String) -> (LoadResult, MarkedText) {
        let marked = MarkedText(
            "apiVersion: aplomb/v1\nkind: Policy\nmetadata: {name: closed}\nspec:\n"
                + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
        )
        return (SoundFleet.load(with: ["prod/policy.yaml": marked.text]), marked)
    }

    @Test("a policy is read, and a remedy's document becomes an association of its own")
    func reads() throws {
        let (result, _) = Self.load(
            """
            description: no shell
            owner: security
            targets: [{group: web}]
            complianceSeverity: CRITICAL
            enforcement: remediate
            expect:
              - none: {type: Custom:ListeningSocket, where: 'Port = 22'}
              - all: {type: AWS:Application, where: 'Publisher exists'}
            remedy: {document: motd}
            maxAttempts: 2
            maxConcurrency: 10%
            """
        )
        // The remedy's document needs a parameter that a remedy does not give.
        #expect(result.diagnostics.map(\.code.rawValue) == ["InvalidParameters"])
        let (sound, _) = Self.load(
            """
            targets: [{group: web}]
            enforcement: remediate
            expect: [{any: {type: AWS:Service, where: 'Name = "nginx" and Status = "Running"'}}]
            remedy: {association: base}
            """
        )
        #expect(sound.diagnostics.isEmpty, "\(sound.diagnostics)")
        let policy = try #require(sound.desired?.policies.first)
        #expect(policy.remedyAssociation == "base" && policy.maxAttempts == 3)
        #expect(
            policy.expectations.map(\.words)
                == [#"any of AWS:Service where Name = "nginx" and Status = "Running""#]
        )
    }

    struct Case: CustomTestStringConvertible {
        var code: String
        var spec: String
        var hint: String?
        var testDescription: String { spec }
    }

    private static let rest = "targets: [{group: web}]\n"

    @Test(
        "mistakes are named where they are",
        arguments: [
            Case(
                code: "BAD_EXPRESSION",
                spec: rest + "expect: [{none: {type: AWS:Service, where: 'Name = ①nginx'}}]",
                hint: "put texts in quotes: \"nginx\""
            ),
            Case(
                code: "BAD_EXPRESSION",
                spec: rest + "expect: [{none: {type: AWS:File, where: 'Name < ①now + 1d'}}]",
                hint: "times of AWS:File: InstalledDate, ModificationTime, LastAccessTime"
            ),
            Case(
                code: "UNKNOWN_VALUE",
                spec: rest + "expect: [{none: {type: ①AWS:Servize}}]",
                hint: "did you mean 'AWS:Service'?"
            ),
            Case(
                code: "MISSING_FIELD",
                spec: rest + "expect: [{all: ①{type: AWS:Service}}]",
                hint: "say what every entry must be: where: 'Name = \"sudo\"'"
            ),
            Case(
                code: "MISSING_FIELD",
                spec: rest + "enforcement: ①remediate\nexpect: [{none: {type: AWS:Service}}]",
                hint: "for example remedy: {association: close-ssh}"
            ),
            Case(
                code: "REF_NOT_FOUND",
                spec: rest
                    + "expect: [{none: {type: AWS:Service}}]\nremedy: {association: ①bsae}",
                hint: "did you mean 'base'?"
            ),
            Case(
                code: "REF_NOT_FOUND",
                spec: "targets: [{group: ①wbe}]\nexpect: [{none: {type: AWS:Service}}]",
                hint: "did you mean 'web'?"
            ),
            Case(
                code: "NOT_ACTED_UPON",
                spec: rest + "expect: [{none: {type: AWS:Service}}]\nremedy: {runbook: ①Mend-It}",
                hint: "use an association or a document"
            ),
        ]
    )
    func mistakes(_ test: Case) throws {
        let (result, marked) = Self.load(test.spec)
        #expect(result.diagnostics.map(\.code.rawValue) == [test.code], "\(result.diagnostics)")
        let found = try #require(result.diagnostics.first)
        let start = found.range.start
        #expect(marked.places == ["\(start.line):\(start.column)"], "\(found)")
        #expect(found.hint == test.hint)
    }
}
