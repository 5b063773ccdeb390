// SPDX-License-Identifier: Apache-2.0
import Adoption
import Diagnostics
import FleetModel
import Manifests
import Planning
import SystemsManagerAPI
import TestSupport
import Testing

@Suite("What a provider has, written down and read back")
struct RoundTripTests {
    static let seeds = Array(0..<300)

    /// Texts that a careless writer of YAML gets wrong.
    static let texts = [
        "hello", "", "10", "010", "1e3", "yes", "null", "~", "true", ":", "a: b", "a #b", "- a",
        "'", "\"", "\\", "{a: b}", "[x]", "*star", "&anchor", "!tag", "%", "@at", "`tick`", " lead",
        "trail ", "tab\there", "two\nlines", "end\n", "\nstart", "a\n\nb\n", "  deep\n x", "a \nb",
        "ä ö 漢字 🚀", "a\r\nb", "{\"json\": [1, true]}", "{{ ssm:name }}", "x:", "=", "<<",
        "#!/bin/sh\nset -e\nif true; then\n  echo hi\nfi\n", "---", "...", "a\u{a0}b", "?", "| x",
        "a\u{2028}b\nc", "a\u{85}b\nc", "\u{1b}[31mred\nx", "\u{202e}rtl\nx",
        "\u{7f}",
    ]

    /// A provider with everything that manifests can say.
    static func random(_ seed: Int) -> Provider {
        var random = Seeded(seed)
        var provider = Provider(nodes: 1 + random.below(4))
        for place in provider.state.nodes.indices where random.chance(30) {
            provider.state.nodes[place].tags["Note"] = random.pick(["x", "1", "yes", "a: b", ""])
        }
        for number in 0..<random.below(4) {
            var query = TagQuery(tags: random.chance(80) ? ["Role": ["web"]] : [:])
            if random.chance(30) { query.tags["Env"] = [] }
            if random.chance(30) { query.not = ["Frozen": random.chance(50) ? [] : ["1", "yes"]] }
            let description = random.chance(50) ? random.pick(texts) : nil
            provider.add(group: "g\(number)", query, description: description)
        }
        for number in 0..<(1 + random.below(3)) {
            let isJSON = random.chance(40)
            let json = """
                {"schemaVersion":"2.2","parameters":{"message":{"type":"String","default":""},
                 "names":{"type":"StringList","default":[]}},"mainSteps":
                 [{"action":"aws:runShellScript","name":"work","inputs":{"runCommand":["true"]}}]}
                """
            provider.add(
                document: "d-\(number).x",
                isJSON ? json : Provider.document + String(repeating: "\n", count: number),
                format: isJSON ? "JSON" : "YAML"
            )
        }
        for number in 0..<random.below(5) { addAssociation(number, &provider, &random) }
        return provider
    }

    private static func addAssociation(
        _ number: Int,
        _ provider: inout Provider,
        _ random: inout Seeded
    ) {
        var targets = [
            [TargetExpression(key: "tag:Role", values: ["web", "db"])],
            [
                TargetExpression(key: "tag:Role", values: ["web"]),
                TargetExpression(key: "tag-key", values: ["Note"]),
            ],
            [TargetExpression(key: "InstanceIds", values: provider.state.nodes.map(\.id.rawValue))],
        ]
        if let group = provider.state.groups.randomElement(using: &random) {
            targets.append([TargetExpression(key: "resource-groups:Name", values: [group.name])])
        }
        let document = random.pick(provider.state.documents.map(\.name))
        let name = random.chance(80) ? "a\(number)-x_y.z" : ""
        provider.add(association: name, document: document, random.pick(targets)) { association in
            association.id = AssociationID("0f0f0f0f-000\(number)-4000-8000-000000000000")
            if name.isEmpty { association.name = association.id.nameWithoutOne }
            if random.chance(70) { association.parameters["message"] = [random.pick(texts)] }
            if random.chance(40) {
                association.parameters["names"] = (0..<random.below(3)).map { _ in
                    random.pick(texts)
                }
            }
            if random.chance(30) { association.documentVersion = "1" }
            if random.chance(50) {
                association.maxConcurrency = random.pick([.count(3), .percent(10)])
            }
            if random.chance(50) { association.maxErrors = random.pick([.count(0), .percent(0)]) }
            if random.chance(30) {
                association.scheduleExpression = random.pick([
                    "rate(30 minutes)", "cron(0 2 * * ? *)",
                ])
            }
            association.complianceSeverity = random.pick(ComplianceSeverity.allCases)
        }
    }

    @Test(
        "everything that manifests can say is adopted, and taking it over moves nothing",
        arguments: seeds
    )
    func roundTrip(seed: Int) throws {
        let provider = Self.random(seed)
        let (draft, desired) = try provider.adopt()
        let refused = draft.outcome(.adoptable).filter { $0.state == .refused }
        #expect(refused.isEmpty, "seed \(seed): \(refused)")
        // Git says what the provider has, in its own words.
        #expect(desired.documents.map(\.digest) == provider.observed.documents.map(\.digest))
        #expect(desired.nodes.map(\.tags) == provider.observed.nodes.map(\.tags))
        for (git, live) in zip(desired.associations, provider.observed.associations) {
            #expect(git.name == live.name)
            #expect(git.parameters == live.parameters, "seed \(seed)")
        }
        // Before anything is taken: said, and nothing done but nodes being named.
        let untouched = Planner.plan(provider.input(desired))
        #expect(untouched.changes.allSatisfy { $0.object.kind == .node }, "seed \(seed)")
        #expect(untouched.runs.isEmpty, "seed \(seed)")
        // Tagged as the proof says: nothing is left to do or to say, about anything.
        var after = provider.input(desired)
        let proof = AdoptionProof(draft.objects, after, dueRuns: .refuse)
        #expect(Set(proof.tags.keys) == draft.objects)
        after.observed.apply(proof.tags.values.flatMap(\.self))
        let plan = Planner.plan(after)
        #expect(plan.isEmpty && plan.findings.isEmpty, "seed \(seed): \(plan)")
        #expect(PlanCheck.violations(of: plan, input: after).isEmpty)
    }

    @Test(
        "files do not depend on the order in which a provider answers",
        arguments: seeds.prefix(60)
    )
    func deterministic(seed: Int) throws {
        let provider = Self.random(seed)
        var other = provider
        var random = Seeded(seed + 1)
        other.state.nodes.shuffle(using: &random)
        other.state.groups.shuffle(using: &random)
        other.state.documents.shuffle(using: &random)
        other.state.associations.shuffle(using: &random)
        for place in other.state.associations.indices {
            other.state.associations[place].targets.shuffle(using: &random)
            other.state.associations[place].cohorts[0].nodes = NodeSet(
                Array(other.state.nodes.indices)
            )
        }
        #expect(try provider.adopt().draft.files == other.adopt().draft.files)
    }

    @Test("one file of manifests says the same as many", arguments: seeds.prefix(60))
    func oneFile(seed: Int) throws {
        var provider = Self.random(seed)
        let many = try provider.adopt().desired
        provider.layout = .file("prod/adopted.yaml")
        let (draft, one) = try provider.adopt()
        #expect(draft.outcome(.adoptable).allSatisfy { $0.state == .adoptable }, "seed \(seed)")
        #expect(one.associations.map(\.parameters) == many.associations.map(\.parameters))
        #expect(one.groups.map(\.selection) == many.groups.map(\.selection))
        #expect(one.documents.map(\.content) == many.documents.map(\.content))
        let manifests = draft.files.filter { !$0.path.contains("documents/") }.map(\.path)
        #expect(manifests == ["prod/adopted.yaml"])
    }

    @Test("the manifests are such as people write")
    func pretty() throws {
        var provider = Provider(nodes: 2)
        provider.add(document: "motd")
        provider.add(group: "web", TagQuery(tags: ["Role": ["web"]], not: ["Frozen": []]))
        provider.add(
            association: "web-motd",
            [TargetExpression(key: "resource-groups:Name", values: ["web"])]
        ) {
            $0.parameters = ["message": ["line 1\nline 2\n"], "names": ["a", "10"]]
            $0.scheduleExpression = "rate(30 minutes)"
            $0.maxConcurrency = .percent(10)
            $0.maxErrors = .count(1)
            $0.complianceSeverity = .medium
        }
        let files = try provider.adopt().draft.files
        #expect(
            files.map(\.path) == [
                "prod/adopted/associations/web-motd.yaml", "prod/adopted/documents/motd.yaml",
                "prod/adopted/groups/web.yaml", "prod/adopted/nodes/n1.yaml",
                "prod/adopted/nodes/n2.yaml",
            ]
        )
        #expect(files[1].text == Provider.document, "byte for byte")
        #expect(
            files[0].text == """
                apiVersion: aplomb/v1
                kind: Association
                metadata:
                  name: web-motd
                spec:
                  document: motd
                  parameters:
                    message: |
                      line 1
                      line 2
                    names:
                      - a
                      - "10"
                  targets:
                    - group: web
                  scheduleExpression: rate(30 minutes)
                  maxConcurrency: "10%"
                  maxErrors: 1
                  complianceSeverity: MEDIUM

                """
        )
        #expect(
            files[2].text == """
                apiVersion: aplomb/v1
                kind: ResourceGroup
                metadata:
                  name: web
                spec:
                  query:
                    tags:
                      Role:
                        - web
                    not:
                      tags:
                        Frozen: []

                """
        )
    }
}

extension ObservedState {
    /// Sets tags as a provider would.
    fileprivate mutating func apply(_ operations: [PlannedOperation]) {
        for operation in operations {
            switch operation {
            case .tagGroup(let request):
                for place in groups.indices where groups[place].name == request.groupName {
                    groups[place].tags.merge(request.tags) { $1 }
                }
            case .addTags(let request):
                let (id, tags) = (request.resourceId, request.tags.asDictionary)
                for place in nodes.indices where nodes[place].id.rawValue == id {
                    nodes[place].tags.merge(tags) { $1 }
                }
                for place in documents.indices where documents[place].name == id {
                    documents[place].tags.merge(tags) { $1 }
                }
                for place in associations.indices where associations[place].id.rawValue == id {
                    associations[place].tags.merge(tags) { $1 }
                }
            default: Issue.record("not a tag: \(operation)")
            }
        }
    }
}
