// SPDX-License-Identifier: Apache-2.0
import Adoption
import Diagnostics
import FleetModel
import Manifests
import Planning
import Testing

@Suite("What is not adopted, and why")
struct RefusalTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var object: String
        var reason: String
        var move: @Sendable (inout Provider) -> Void

        init(
            _ name: String,
            _ object: String,
            _ reason: String,
            _ move: @escaping @Sendable (inout Provider) -> Void
        ) {
            (testDescription, self.object, self.reason, self.move) = (name, object, reason, move)
        }

        /// An association that differs from a sound one.
        static func association(
            _ name: String,
            _ reason: String,
            _ targets: [TargetExpression] = [TargetExpression(key: "tag:Role", values: ["web"])],
            _ change: @escaping @Sendable (inout ObservedAssociation) -> Void = { _ in }
        ) -> Case {
            Case(name, "Association/odd", reason) {
                $0.add(association: "odd", targets, change)
            }
        }
    }

    private static func target(_ key: String, _ values: String...) -> TargetExpression {
        TargetExpression(key: key, values: values)
    }

    static let cases: [Case] = [
        Case("a name of capitals", "Association/Odd", "did you mean 'odd'?") {
            $0.add(association: "Odd")
        },
        Case("a group with a blank", "ResourceGroup/the web", "did you mean 'the-web'?") {
            $0.add(group: "the web", TagQuery(tags: [:]))
        },
        Case("a name that leads elsewhere", "ResourceGroup/../x", "is not a name") {
            $0.add(group: "../x", TagQuery(tags: [:]))
        },
        Case("a hidden file", "Document/.motd", "begins with a dot") { $0.add(document: ".motd") },
        Case("a node by a long name", "Node/\(String(repeating: "n", count: 64))", "1 to 63") {
            $0.state.nodes[0].name = String(repeating: "n", count: 64)
        },
        Case("two of one name", "Association/odd", "several of this name exist") {
            $0.add(association: "odd")
            $0.add(association: "odd") { $0.id = "another" }
        },
        .association("no targets", "it has no targets", []),
        .association("every node", "by '*'", [target("InstanceIds", "*")]),
        .association(
            "a node that is gone",
            "'mi-9', which is no node",
            [target("InstanceIds", "mi-9")]
        ),
        .association("any of two tags", "any of the tags A, B", [target("tag-key", "B", "A")]),
        .association(
            "a tag twice",
            "the tag 'A' twice",
            [target("tag:A", "1"), target("tag:A", "2")]
        ),
        .association(
            "a group and a tag",
            "have in common",
            [target("resource-groups:Name", "web"), target("tag:A", "1")]
        ),
        .association(
            "a word of AWS",
            "by 'aws:NoOpAutomationTag'",
            [target("aws:NoOpAutomationTag", "x")]
        ),
        .association("a reserved tag", "reserved", [target("tag:aws:cloudformation", "x")]),
        .association(
            "a group that nobody declares",
            "there is no ResourceGroup 'gone'",
            [target("resource-groups:Name", "gone")]
        ),
        .association("an old version of its document", "runs version 7") {
            $0.documentVersion = "7"
        },
        .association("whatever is latest", "runs version $LATEST") {
            $0.documentVersion = "$LATEST"
        },
        .association("a schedule that nobody reads", "'daily' is none of") {
            $0.scheduleExpression = "daily"
        },
        .association("a document that is gone", "there is no document 'gone'") {
            $0.document = "gone"
        },
        .association("a parameter that its document has not", "'loud'") {
            $0.parameters = ["loud": ["yes"]]
        },
        .association("a byte order mark", "contains a byte order mark") {
            $0.parameters = ["message": ["\u{feff}x"]]
        },
        .association("a secret", "looks like a token of GitHub") {
            $0.parameters = ["message": ["ghp_" + String(repeating: "a1", count: 18)]]
        },
        .association("nodes that never ran it", "would run it on 2 nodes: not run yet") {
            $0.cohorts = []
        },
        .association("due by its schedule", "would run it on 2 nodes") {
            $0.scheduleExpression = "rate(30 minutes)"
            $0.cohorts[0].executedAt = Timestamp(seconds: 1)
        },
        .association("a failed target", "git says Success") { $0.cohorts[0].status = .failed },
        Case("a document in plain text", "Document/odd", "its format is TEXT") {
            $0.add(document: "odd", format: "TEXT")
        },
        Case("a document that is none", "Document/odd", "") {
            $0.add(document: "odd", "schemaVersion: '9'\n")
        },
        Case("a document of another type", "Document/odd", "type Command") {
            $0.add(document: "odd")
            $0.state.documents[$0.state.documents.count - 1].documentType = "Automation"
        },
        Case("a document with a key in it", "Document/odd", "a private key") {
            $0.add(
                document: "odd",
                Provider.document.replacing("hello", with: "-----BEGIN RSA PRIVATE KEY-----")
            )
        },
        Case("content with a byte order mark", "Document/odd", "content from") {
            $0.add(document: "odd", "\u{feff}" + Provider.document)
        },
    ]

    @Test(
        "it is said for each object, nothing of it is written, and the rest is adopted",
        arguments: cases
    )
    func refused(_ testCase: Case) throws {
        var provider = Provider()
        provider.add(document: "motd")
        provider.add(association: "sound")
        testCase.move(&provider)
        let (draft, _) = try provider.adopt()
        let outcome = draft.outcome(.adoptable)
        let refused = outcome.filter { $0.state == .refused }
        let line = try #require(refused.first { "\($0.object)" == testCase.object }, "\(outcome)")
        #expect(line.reasons.joined(separator: "\n").contains(testCase.reason), "\(line.reasons)")
        #expect(line.file == nil)
        #expect(draft.files.allSatisfy { !$0.text.contains("odd") && !$0.path.contains("odd") })
        #expect(draft.objects.contains { "\($0)" == "Association/sound" }, "\(refused)")
    }

    @Test("associations that are due may be adopted when someone says so, and only those")
    func dueRuns() throws {
        var provider = Provider()
        provider.add(document: "motd")
        provider.add(association: "fresh") { $0.cohorts = [] }
        provider.add(association: "sound")
        provider.add(association: "broken") { $0.cohorts[0].status = .failed }
        #expect(try provider.adopt().draft.objects.map(\.name).filter { $0 == "fresh" }.isEmpty)
        let names = try provider.adopt(dueRuns: .allow).draft.objects.map(\.name)
        #expect(names.contains("fresh") && names.contains("sound") && !names.contains("broken"))
    }

    @Test("what may be a secret by its name, and what lacks a name, is warned of")
    func warnings() throws {
        var provider = Provider()
        provider.add(
            document: "login",
            Provider.document.replacing("message", with: "apiToken")
        )
        provider.add(association: "login", document: "login") {
            $0.id = "1f0c2a9e-4b3d-4000-8000-000000000000"
            $0.name = $0.id.nameWithoutOne
            $0.parameters = ["apiToken": ["abc"]]
        }
        provider.add(association: "by-reference", document: "login") {
            $0.parameters = ["apiToken": ["{{ ssm:token }}"]]
        }
        let outcome = try provider.adopt().draft.outcome(.adoptable)
        let line = try #require(outcome.first { $0.object.name == "association-1f0c2a9e4b3d" })
        #expect(line.warnings.contains { $0.contains("'apiToken' may hold a secret") })
        #expect(line.warnings.contains { $0.contains("no name at the provider") }, "\(line)")
        #expect(outcome.first { $0.object.name == "by-reference" }?.warnings == [], "\(outcome)")
    }

    @Test("a survey tells whose things are: nobody's, this fleet's, another's, the provider's")
    func survey() throws {
        var provider = Provider(nodes: 1)
        provider.add(document: "mine")
        provider.add(document: "theirs")
        provider.add(document: "AWS-RunPatchBaseline")
        provider.add(document: "left")
        provider.state.documents[2].owner = "Amazon"
        let owners = ["prod", "dev"].map { Ownership(repository: Provider.repository, fleet: $0) }
        for (place, owner) in owners.enumerated() {
            provider.state.documents[place].tags = owner.tags(
                path: "x",
                commit: "c",
                digest: ContentDigest(of: "")
            )
        }
        provider.files["prod/fleet.yaml"] =
            "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\n"
            + "spec: {prune: true, ownership: {ignored: [Document/left]}}\n"
        let desired = try #require(provider.load().desired)
        let survey = AdoptionSurvey(desired: desired, observed: provider.observed)
        #expect(survey.unowned.map(\.description) == ["Node/n1"])
        func say(_ name: String) -> AdoptedObject? {
            let object = ObjectReference(.document, name)
            return survey.standing(of: object, for: owners[0], desired.fleet.mode(of: object))
        }
        #expect(say("mine")?.state == .owned)
        #expect(say("theirs")?.reasons.first?.contains("belongs to fleet 'dev'") == true)
        #expect(say("AWS-RunPatchBaseline")?.reasons.first?.contains("provider's own") == true)
        #expect(say("left")?.reasons.first?.contains("ignored") == true)
        #expect(say("nothing") == nil)
    }
}
