// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import TestSupport
import Testing

@Suite("Exception manifests")
struct ExceptionTests {
    private static let head: String = """
        reason: Storage migration, ticket OPS-1234
        owner: kim@example.com
        expires: "2026-12-24"

        """

    private static func load(_ spec: String) -> (LoadResult, MarkedText) {
        let marked = MarkedText(
            "apiVersion: aplomb/v1\nkind: Exception\nmetadata: {name: move}\nspec:\n"
                + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
        )
        let policy = """
            apiVersion: aplomb/v1
            kind: Policy
            metadata: {name: ssh-closed}
            spec: {targets: [{group: web}], expect: [{none: {type: Custom:ListeningSocket}}]}
            """
        let files = [
            "prod/exception.yaml": marked.text, "prod/policy.yaml": policy,
            "prod/fleet.yaml": """
            apiVersion: aplomb/v1
            kind: Fleet
            metadata: {name: prod}
            spec: {prune: true, limits: {changedNodes: 50%, prunedObjects: 5}}
            """,
        ]
        return (SoundFleet.load(with: files), marked)
    }

    struct Effect: CustomTestStringConvertible, Sendable {
        var spec: String
        var effect: DesiredException.Effect
        var words: String
        var testDescription: String { spec }
    }

    @Test(
        "each effect is read, and said in words",
        arguments: [
            Effect(
                spec: "suspend: {targets: [{nodes: [web-1]}], associations: [base]}",
                effect: .suspend(.init(targets: [.nodes(["web-1"])], associations: ["base"])),
                words: "suspends web-1 and Association/base"
            ),
            Effect(
                spec: "suspend: {fleet: true}",
                effect: .suspend(.init(isWholeFleet: true)),
                words: "suspends the fleet"
            ),
            Effect(
                spec: "suspend: {targets: [{tags: {Role: [web, db]}}]}",
                effect: .suspend(
                    .init(targets: [.tags(TagQuery(tags: ["Role": ["db", "web"]]))])
                ),
                words: "suspends nodes with Role=db|web"
            ),
            Effect(
                spec: "ignore: {policies: [ssh-closed], targets: [{group: web}]}",
                effect: .ignore(.policies(["ssh-closed"], targets: [.group("web")])),
                words: "ignores Policy/ssh-closed on group web"
            ),
            Effect(
                spec: "ignore: {objects: [{kind: Association, name: base, "
                    + "fields: [spec.maxErrors, spec.parameters.message]}, "
                    + "{kind: Document, name: motd}, {kind: Node, name: web-1, fields: [spec.tags]}]}",
                effect: .ignore(
                    .objects([
                        .init(
                            kind: .association,
                            name: "base",
                            fields: ["spec.maxErrors", "spec.parameters.message"]
                        ),
                        .init(kind: .document, name: "motd"),
                        .init(kind: .node, name: "web-1", fields: ["spec.tags"]),
                    ])
                ),
                words: "ignores spec.maxErrors and spec.parameters.message of Association/base, "
                    + "every field of Document/motd and spec.tags of Node/web-1"
            ),
            Effect(
                spec: "allow: {limits: {changedNodes: 100%, prunedObjects: 20}}",
                effect: .allow(.init(changedNodes: .percent(100), prunedObjects: 20)),
                words: "allows changedNodes 100% and prunedObjects 20"
            ),
        ]
    )
    func effects(_ test: Effect) throws {
        let (result, _) = Self.load(Self.head + test.spec)
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let exception = try #require(result.desired?.exceptions.first)
        #expect(exception.effect == test.effect)
        #expect(exception.effectWords == test.words)
        #expect(exception.expires.description == "2026-12-25T00:00:00Z")
        #expect(exception.reason == "Storage migration, ticket OPS-1234")
    }

    @Test("a date that has passed is no mistake: validation has no clock")
    func lapsed() {
        let (result, _) = Self.load(
            "reason: x\nowner: kim\nexpires: \"1999-01-01\"\nsuspend: {fleet: true}"
        )
        #expect(result.diagnostics.isEmpty)
        #expect(result.desired?.exceptions.count == 1)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var code: String
        var spec: String
        var hint: String
        var testDescription: String { spec }

        init(_ code: String, _ spec: String, hint: String) {
            (self.code, self.spec, self.hint) = (code, spec, hint)
        }

        /// With reason, owner and end.
        static func effect(_ code: String, _ spec: String, hint: String) -> Case {
            Case(code, ExceptionTests.head + spec, hint: hint)
        }
    }

    static let mistakes: [Case] = [
        Case(
            "BAD_DATE",
            "reason: x\nowner: kim\nexpires: ①soon\nsuspend: {fleet: true}",
            hint: "\"2026-12-24\" (its end, in UTC)"
        ),
        Case(
            "BAD_DATE",
            "reason: x\nowner: kim\nexpires: ①\"2026-02-30\"\nsuspend: {fleet: true}",
            hint: "\"2026-12-24T18:00:00Z\""
        ),
        Case(
            "BAD_DATE",
            "reason: x\nowner: kim\nexpires: ①\"2026-12-24T18:00:00\"\nsuspend: {fleet: true}",
            hint: "\"2026-12-24T18:00:00Z\""
        ),
        Case(
            "AMBIGUOUS_SCALAR",
            "reason: x\nowner: kim\nexpires: ①2026-12-24\nsuspend: {fleet: true}",
            hint: "quote it: \"2026-12-24\""
        ),
        Case(
            "OUT_OF_RANGE",
            "reason: x\nowner: kim\nexpires: ①\"9999-12-31\"\nsuspend: {fleet: true}",
            hint: "without an exception"
        ),
        Case(
            "TYPE_MISMATCH",
            "reason: ①\"  \"\nowner: kim\nexpires: \"2026-12-24\"\nsuspend: {fleet: true}",
            hint: "reason: \"Storage migration"
        ),
        .effect("MISSING_FIELD", "suspend: ①{}", hint: "write {fleet: true} for the whole fleet"),
        .effect("UNKNOWN_VALUE", "suspend: {fleet: ①false}", hint: "leave it out"),
        .effect(
            "CONFLICTING_FIELDS",
            "suspend: {fleet: true, ①associations: [base]}",
            hint: "the whole fleet has these in it"
        ),
        .effect("OUT_OF_RANGE", "suspend: {associations: ①[]}", hint: "[web-motd]"),
        .effect(
            "CONFLICTING_FIELDS",
            "suspend: {fleet: true}\n①allow: {limits: {changedNodes: 1}}",
            hint: "keep one of them"
        ),
        .effect(
            "CONFLICTING_FIELDS",
            "ignore: {policies: [ssh-closed], ①objects: [{kind: Node, name: web-1}]}",
            hint: "keep one of them"
        ),
        .effect(
            "CONFLICTING_FIELDS",
            "ignore: {objects: [{kind: Node, name: web-1}], ①targets: [{group: web}]}",
            hint: "remove it"
        ),
        .effect("MISSING_FIELD", "ignore: ①{targets: [{group: web}]}", hint: "policies:"),
        .effect("MISSING_FIELD", "allow: {limits: ①{}}", hint: "limits: {changedNodes: 100%}"),
        .effect(
            "UNKNOWN_VALUE",
            "ignore: {objects: [{kind: Association, name: base, fields: [①spec.maxError]}]}",
            hint: "did you mean 'spec.maxErrors'?"
        ),
        .effect(
            "UNKNOWN_VALUE",
            "ignore: {objects: [{kind: Association, name: base, fields: [①spec.dependsOn]}]}",
            hint: "spec.scheduleExpression"
        ),
        .effect(
            "UNKNOWN_VALUE",
            "ignore: {objects: [{kind: Policy①, name: ssh-closed}]}".replacing(
                "Policy①",
                with: "①Policy"
            ),
            hint: "one of Node, ResourceGroup, Document, Association"
        ),
        .effect("REF_NOT_FOUND", "suspend: {targets: [{nodes: [web-1, ①web-2]}]}", hint: "'web-1'"),
        .effect("REF_NOT_FOUND", "suspend: {targets: [{group: ①wbe}]}", hint: "'web'"),
        .effect(
            "EMPTY_TARGET",
            "suspend: {targets: [{tags: ①{Role: [wbe]}}]}",
            hint: "concerns nobody"
        ),
        .effect("REF_NOT_FOUND", "suspend: {associations: [base, ①bsae]}", hint: "'base'"),
        .effect("REF_NOT_FOUND", "ignore: {policies: [①ssh-close]}", hint: "'ssh-closed'"),
        .effect(
            "REF_NOT_FOUND",
            "ignore: {policies: [ssh-closed], targets: [{group: ①wbe}]}",
            hint: "'web'"
        ),
        .effect(
            "REF_NOT_FOUND",
            "ignore: {objects: [{kind: Document, name: ①modt}]}",
            hint: "'motd'"
        ),
        .effect(
            "NOT_ACTED_UPON",
            "allow: {limits: {changedNodes: ①40%}}",
            hint: "set the limit in the Fleet"
        ),
        .effect(
            "NOT_ACTED_UPON",
            "allow: {limits: {worstCaseBrokenNodes: ①4}}",
            hint: "set the limit in the Fleet"
        ),
        .effect(
            "NOT_ACTED_UPON",
            "allow: {limits: {prunedObjects: ①5, changedNodes: 60%}}",
            hint: "remove it here"
        ),
    ]

    @Test("mistakes are named where they are", arguments: mistakes)
    func mistake(_ test: Case) throws {
        let (result, marked) = Self.load(test.spec)
        #expect(result.diagnostics.map(\.code.rawValue) == [test.code], "\(result.diagnostics)")
        let found = try #require(result.diagnostics.first)
        let start = found.range.start
        #expect(marked.places == ["\(start.line):\(start.column)"], "\(found)")
        #expect(found.hint?.contains(test.hint) == true, "\(found.hint ?? "no hint")")
    }

    @Test("reason, owner, end and effect are each asked for", arguments: [0, 1, 2, 3])
    func missing(_ line: Int) throws {
        var lines = (Self.head + "suspend: {fleet: true}").split(separator: "\n")
        let taken = lines.remove(at: line).prefix { $0 != ":" }
        let (result, _) = Self.load(lines.joined(separator: "\n"))
        #expect(result.desired == nil)
        #expect(result.diagnostics.map(\.code) == ["MISSING_FIELD"], "\(result.diagnostics)")
        #expect(result.diagnostics.first?.message.contains(taken) == true)
    }

    @Test("an exception is declared once, and an overlay may give it another end")
    func patched() throws {
        let text =
            "apiVersion: aplomb/v1\nkind: Exception\nmetadata: {name: move}\nspec:\n"
            + (Self.head + "suspend: {fleet: true}").split(separator: "\n").map { "  \($0)\n" }
            .joined()
        let twice = SoundFleet.load(with: ["prod/a.yaml": text, "prod/b.yaml": text])
        #expect(twice.diagnostics.map(\.code) == ["DUPLICATE_OBJECT"])
        let patched = SoundFleet.load(with: [
            "prod/a.yaml": text,
            "prod/fleet.yaml": """
            apiVersion: aplomb/v1
            kind: Fleet
            metadata: {name: prod}
            spec:
              prune: true
              patches:
                - kind: Exception
                  metadata: {name: move}
                  spec: {expires: "2027-01-31"}
            """,
        ])
        #expect(patched.diagnostics.isEmpty, "\(patched.diagnostics)")
        let exception = try #require(patched.desired?.exceptions.first)
        #expect(exception.expiryWords == "the end of 2027-01-31")
        #expect(exception.suspendsFleet)
    }

    @Test("what an exception names cannot be taken away on its own")
    func removal() throws {
        let (result, _) = Self.load(Self.head + "suspend: {associations: [base]}")
        #expect(result.diagnostics.isEmpty)
        let text =
            "apiVersion: aplomb/v1\nkind: Exception\nmetadata: {name: move}\nspec:\n"
            + (Self.head + "suspend: {associations: [base]}").split(separator: "\n")
            .map { "  \($0)\n" }.joined()
        let without = SoundFleet.load(with: ["prod/a.yaml": text, "prod/base.yaml": nil])
        #expect(without.errors.map(\.code) == ["REF_NOT_FOUND"])
    }
}
