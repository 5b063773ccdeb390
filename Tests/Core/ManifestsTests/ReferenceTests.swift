// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import PositionedYAML
import SSMDocuments
import TestSupport
import Testing

/// What objects say about one another.
struct ReferenceTests {
    private static let web = "\ntargets: [{group: web}]"

    static let references: [FileCase] = [
        .association(
            "BI-040 a group that is not there",
            .refNotFound,
            message: "no ResourceGroup 'wbe'",
            hint: "did you mean 'web'?",
            spec: "document: motd\nparameters: {message: hi}\ntargets: [{group: ①wbe}]"
        ),
        .association(
            "BI-040 a document that is not there",
            .refNotFound,
            message: "no document 'modt'",
            hint: "did you mean 'motd'?",
            spec: "document: ①modt" + web
        ),
        .association(
            "BI-040 a document of AWS that this engine has not",
            .refNotFound,
            message: "this engine has no document 'AWS-RunPatchBaselin'",
            spec: "document: ①AWS-RunPatchBaselin" + web
        ),
        .association(
            "BI-040 a node that is not there",
            .refNotFound,
            hint: "did you mean 'web-1'?",
            spec: "document: motd\nparameters: {message: hi}\ntargets: [{nodes: [web-1, ①web-11]}]"
        ),
        .association(
            "BI-040 a dependency that is not there",
            .refNotFound,
            hint: "did you mean 'base'?",
            spec: "document: motd\nparameters: {message: hi}\ndependsOn: [base, ①bsae]" + web
        ),
        .association(
            "BI-040 BI-062 a misspelt parameter is one finding, at its key",
            .invalidParameters,
            message: "no parameter 'mesage'",
            hint: "did you mean 'message'?",
            spec: "document: motd\nparameters: {①mesage: hi}" + web
        ),
        .association(
            "BI-062 a missing parameter, at the parameters",
            .invalidParameters,
            message: "'message' is required",
            hint: "parameters: {message: …}",
            spec: "document: motd\n①parameters: {loud: true}" + web
        ),
        .association(
            "BI-062 a missing parameter, at the document",
            .invalidParameters,
            message: "'message' is required",
            spec: "document: ①motd" + web
        ),
        .association(
            "BI-063 a value of another type",
            .invalidParameters,
            message: "'loud' must be true or false",
            spec: "document: motd\nparameters: {message: hi, loud: ①maybe}" + web
        ),
        .association(
            "BI-044 a value that the pattern refuses",
            .invalidParameters,
            message: "does not match ^[a-z]+$",
            spec: "document: motd\nparameters: {message: ①Hi there}" + web
        ),
        .association(
            "BI-040 an association that waits for itself",
            .refCycle,
            message: "extra → extra",
            hint: "remove one",
            spec: "document: motd\nparameters: {message: hi}\ndependsOn: [①extra]" + web
        ),
        .association(
            "BI-042 a query that selects nothing here",
            .emptyTarget,
            message: "this query selects no node of the fleet 'prod'",
            spec: "document: motd\nparameters: {message: hi}\ntargets: [{tags: ①{Role: [db]}}]"
        ),
        FileCase(
            "BI-042 a group that contradicts itself",
            .emptyTarget,
            message: "'not' takes out what 'Role' asks for",
            text: "①apiVersion: aplomb/v1\nkind: ResourceGroup\nmetadata: {name: none}\n"
                + "spec: {query: {tags: {Role: [web]}, not: {tags: {Role: []}}}}\n"
        ),
        FileCase(
            "BI-039 the same object in two files",
            .duplicateObject,
            message: "the Node 'web-1' is declared twice",
            path: "prod/z.yaml",
            text: "apiVersion: aplomb/v1\nkind: Node\nmetadata: {name: ①web-1}\n"
        ),
        FileCase(
            "BI-039 the same document in two folders",
            .duplicateObject,
            message: "the document 'motd' is declared twice",
            path: "prod/z/motd.yaml",
            text: "①schemaVersion: '2.2'\nmainSteps:\n  - {action: 'aws:runShellScript', name: a,"
                + " inputs: {runCommand: [a]}}\n"
        ),
        FileCase(
            "a second Fleet in one folder",
            .duplicateObject,
            message: "one Fleet",
            path: "prod/z.yaml",
            text:
                "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: ①other}\nspec: {prune: true}\n"
        ),
        .manifest(
            "Fleet",
            "a patch of something that is not there",
            .refNotFound,
            message: "the patch changes the Association 'bsae'",
            hint: "did you mean 'base'?",
            spec: "{prune: true, patches: [{kind: Association, metadata: {name: ①bsae}, spec: {}}]}"
        ),
        .manifest(
            "Fleet",
            "a shared folder that is not there",
            .refNotFound,
            message: "holds no manifest",
            hint: "relative to the folder of the Fleet",
            spec: "{prune: true, resources: [①../bse]}"
        ),
        .manifest(
            "Fleet",
            "a patch file that is not there",
            .refNotFound,
            message: "'p.yaml' is not in the fleet",
            spec: "{prune: true, patches: [{path: ①p.yaml}]}"
        ),
    ]

    @Test("a reference is checked where it stands", arguments: references)
    func reference(_ test: FileCase) { test.check() }

    @Test("BI-039 both places of an object are named")
    func duplicate() throws {
        let text = "apiVersion: aplomb/v1\nkind: Node\nmetadata: {name: web-1}\n"
        let finding = try #require(SoundFleet.load(with: ["prod/z.yaml": text]).errors.first)
        #expect(finding.notes.map(\.range.file) == ["prod/nodes.yaml"])
        #expect(finding.notes.map(\.range.start) == [SourcePosition(line: 3, column: 18)])
    }

    private static func chain(_ count: Int, closed: Bool) -> String {
        (0..<count).map { index in
            let last = index == 0 ? (closed ? [count - 1] : []) : [index - 1]
            let names = last.map { "link-\($0)" }.joined()
            return "apiVersion: aplomb/v1\nkind: Association\nmetadata: {name: link-\(index)}\n"
                + "spec: {document: motd, parameters: {message: hi}, targets: [{group: web}],"
                + " dependsOn: [\(names)]}\n"
        }.joined(separator: "---\n")
    }

    @Test(
        "BI-040 chains and cycles of any length end, and are reported once",
        arguments: [2, 100, 1000]
    )
    func chains(_ count: Int) {
        let cycle = SoundFleet.load(with: ["prod/chain.yaml": Self.chain(count, closed: true)])
        #expect(cycle.errors.map(\.code) == [.refCycle] && cycle.desired == nil)
        #expect(cycle.errors.first?.message.count ?? 0 < 300)
        let open = SoundFleet.load(with: ["prod/chain.yaml": Self.chain(count, closed: false)])
        #expect(open.errors.map(\.code) == (count > 100 ? [.refTooDeep] : []))
        #expect((open.desired == nil) == (count > 100))
    }

    @Test("BI-042 elsewhere nodes register by themselves, and an empty query is no finding")
    func otherProviders() {
        let fleet = """
            apiVersion: aplomb/v1
            kind: Fleet
            metadata: {name: prod}
            spec: {prune: true, provider: {aws: {region: eu-central-1}}}
            """
        let result = SoundFleet.load(with: ["prod/fleet.yaml": fleet, "prod/nodes.yaml": nil])
        #expect(result.diagnostics == [] && result.desired != nil)
    }

    @Test("BI-043 AWS runs associations no more often than every half hour")
    func shortSchedule() {
        let fleet =
            "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\n"
            + "spec: {prune: true, provider: {aws: {region: eu-central-1}}}\n"
        let often = FileCase.association(
            "often",
            spec: "document: motd\nparameters: {message: hi}\nscheduleExpression: ①rate(5 minutes)"
                + Self.web
        )
        let here = SoundFleet.load(with: ["prod/case.yaml": often.marked.text])
        #expect(here.diagnostics == [])
        let there = SoundFleet.load(
            with: ["prod/case.yaml": often.marked.text, "prod/fleet.yaml": fleet]
        )
        #expect(there.summaries == ["case.yaml:\(often.marked.places[0]) BAD_SCHEDULE"])
        #expect(there.errors.first?.hint == "write rate(30 minutes) or more")
    }

    @Test("drift detection by rehearsal is read, and said to be idle where no node can be cloned")
    func driftDetection() throws {
        let fleet =
            "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\n"
            + "spec: {prune: true, provider: {aws: {region: eu-central-1}}}\n"
        let test = FileCase.association(
            "drift",
            spec: "document: motd\nparameters: {message: hi}\n"
                + "driftDetection: {rehearse: ①rate(2 hours)}" + Self.web
        )
        let here = SoundFleet.load(with: ["prod/case.yaml": test.marked.text])
        #expect(here.diagnostics == [])
        let found = here.desired?.associations.compactMap(\.driftDetection) ?? []
        #expect(found == [DriftDetection(rehearsalIntervalSeconds: 7200)])
        let there = SoundFleet.load(
            with: ["prod/case.yaml": test.marked.text, "prod/fleet.yaml": fleet]
        )
        #expect(there.summaries == ["case.yaml:\(test.marked.places[0]) NOT_ACTED_UPON"])
        #expect(there.desired != nil)
    }

    @Test("what this engine cannot run is said where it is asked for, with the reason")
    func needsAWS() throws {
        let runbook =
            "schemaVersion: '0.3'\nmainSteps: [{name: a, action: 'aws:sleep', inputs: {}}]\n"
        let test = FileCase.association("runbook", spec: "document: ①restart" + Self.web)
        let files: [String: String?] = [
            "prod/restart.yaml": runbook, "prod/case.yaml": test.marked.text,
        ]
        let here = SoundFleet.load(with: files)
        #expect(here.summaries == ["case.yaml:\(test.marked.places[0]) NEEDS_AWS"])
        #expect(here.diagnostics.first?.severity == .warning && here.desired != nil)
        #expect(here.diagnostics.first?.notes.first?.message.contains("runbooks") == true)
        #expect(SoundFleet.load(with: ["prod/restart.yaml": runbook]).diagnostics == [])
    }

    @Test("a repository without a Fleet is told what to write")
    func noFleet() {
        let result = SoundFleet.load(with: ["prod/fleet.yaml": nil])
        #expect(result.summaries == [".:1:1 FLEET_NOT_FOUND"])
        #expect(result.diagnostics.first?.hint?.contains("kind: Fleet") == true)
    }

    @Test("hostile numbers of missing names cost no more than their findings")
    func manyMissing() {
        let names = (0..<5000).map { "n\($0)x" }.joined(separator: ", ")
        let test = FileCase.association(
            "many",
            spec: "document: motd\nparameters: {message: hi}\ntargets: [{nodes: [\(names)]}]"
        )
        let result = test.load()
        #expect(result.errors.count == 5000)
        #expect(result.errors.count { $0.hint != nil } <= 100)
    }
}
