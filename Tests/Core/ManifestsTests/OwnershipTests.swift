// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import Testing

@Suite("Which objects a fleet does not manage, as its manifest says")
struct OwnershipTests {
    private static func fleet(_ ownership: String, prefix: String = "") -> String {
        "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  prune: true\n"
            + "  ownership: \(ownership)\n"
    }

    private static func load(_ ownership: String, _ more: [String: String?] = [:]) -> LoadResult {
        var files = more
        files["prod/fleet.yaml"] = fleet(ownership)
        return SoundFleet.load(with: files)
    }

    @Test("observed and ignored objects of every kind are read; all others are managed")
    func read() throws {
        let result = Self.load(
            "{observed: [Association/base, Node/web-1], ignored: [Document/vendor, ResourceGroup/old]}"
        )
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let rules = try #require(result.desired).fleet.ownership
        #expect(rules[kind: "Association", name: "base"] == .observed)
        #expect(rules[kind: "Node", name: "web-1"] == .observed)
        #expect(rules[kind: "Document", name: "vendor"] == .ignored)
        #expect(rules[kind: "ResourceGroup", name: "old"] == .ignored)
        #expect(rules[kind: "Document", name: "motd"] == .managed)
    }

    @Test(
        "mistakes are named where they are",
        arguments: [
            ("{observed: [base]}", "6:26 BAD_NAME", "Association/motd"),
            ("{observed: [association/base]}", "6:26 UNKNOWN_KIND", "did you mean 'Association'?"),
            ("{ignored: [Policy/x]}", "6:25 UNKNOWN_KIND", "kinds: Association"),
            ("{ignored: [Document/]}", "6:25 BAD_NAME", "1 to 128"),
            ("{ignored: [Document/a b]}", "6:25 BAD_NAME", "1 to 128"),
            ("{observed: [Association/bsae]}", "6:26 REF_NOT_FOUND", "did you mean 'base'?"),
            ("{observed: [Document/other-thing]}", "6:26 REF_NOT_FOUND", "move it to 'ignored'"),
            (
                "{observed: [Association/base], ignored: [Association/base]}",
                "6:55 DUPLICATE_OBJECT", "observed or ignored"
            ),
            ("{ignored: [Node/a, Node/a]}", "6:33 DUPLICATE_OBJECT", "once"),
            ("{observed: Node/web-1}", "6:25 TYPE_MISMATCH", "[Node/web-1]"),
            ("{watched: [Node/web-1]}", "6:15 UNKNOWN_FIELD", "observed"),
        ]
    )
    func mistakes(ownership: String, place: String, hint: String) {
        let result = Self.load(ownership)
        #expect(result.desired == nil)
        #expect(result.summaries == ["fleet.yaml:\(place)"])
        #expect(result.diagnostics.first?.hint?.contains(hint) == true, "\(result.diagnostics)")
    }

    @Test("what is ignored may be referred to without a manifest, and nothing else may")
    func references() {
        let files: [String: String?] = [
            "prod/more.yaml": """
            apiVersion: aplomb/v1
            kind: Association
            metadata: {name: more}
            spec:
              document: vendor
              targets: [{group: old}, {nodes: [db-9]}]
              dependsOn: [legacy]
            ---
            apiVersion: aplomb/v1
            kind: ResourceGroup
            metadata: {name: both}
            spec: {union: [web, old]}
            """
        ]
        let all = ["Document/vendor", "ResourceGroup/old", "Node/db-9", "Association/legacy"]
        let result = Self.load("{ignored: [\(all.joined(separator: ", "))]}", files)
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        for missing in all {
            let rest = all.filter { $0 != missing }.joined(separator: ", ")
            let result = Self.load("{ignored: [\(rest)]}", files)
            #expect(!result.errors.isEmpty, "\(missing) is needed")
            #expect(result.errors.allSatisfy { $0.code == .refNotFound }, "\(result.errors)")
        }
    }

    @Test("a group that is worked out here has no other owner; a remedy that never runs is none")
    func senseless() {
        let union = Self.load(
            "{ignored: [ResourceGroup/all]}",
            [
                "prod/all.yaml":
                    "apiVersion: aplomb/v1\nkind: ResourceGroup\nmetadata: {name: all}\n"
                    + "spec: {union: [web]}\n"
            ]
        )
        #expect(union.summaries == ["fleet.yaml:6:25 UNKNOWN_VALUE"])
        let remedy = Self.load(
            "{observed: [Association/base]}",
            [
                "prod/policy.yaml":
                    "apiVersion: aplomb/v1\nkind: Policy\nmetadata: {name: p}\nspec:\n"
                    + "  targets: [{group: web}]\n  complianceSeverity: LOW\n"
                    + "  enforcement: remediate\n"
                    + "  expect: [{none: {type: AWS:Application, where: 'Name = \"x\"'}}]\n"
                    + "  remedy: {association: base}\n"
            ]
        )
        #expect(remedy.summaries == ["policy.yaml:9:25 NOT_ACTED_UPON"])
        #expect(remedy.desired == nil)
    }
}
