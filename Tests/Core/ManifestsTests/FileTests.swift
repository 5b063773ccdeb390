// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import PositionedYAML
import SSMDocuments
import TestSupport
import Testing

/// Files as a whole: documents, totality, secrets, and what a broken file hides.
struct FileTests {
    private static let step = "{action: 'aws:runShellScript', name: a, inputs: {runCommand: [a]}}"

    static let documents: [FileCase] = [
        FileCase(
            "BI-048 no known schema version",
            .invalidDocumentSchemaVersion,
            hint: "Command documents are 2.2",
            path: "prod/doc.yaml",
            text: "schemaVersion: ①'9.9'\nmainSteps: [\(step)]\n"
        ),
        FileCase(
            "BI-048 fields of 1.2 in 2.2",
            .invalidDocumentSchemaVersion,
            hint: "schema 2.x has mainSteps",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\n①runtimeConfig: {}\nmainSteps: [\(step)]\n"
        ),
        FileCase(
            "BI-048 an action of runbooks",
            .invalidDocumentSchemaVersion,
            hint: "\"0.3\"",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps: [{action: ①'aws:sleep', name: a, inputs: {}}]\n"
        ),
        FileCase(
            "BI-047 step names that are empty, a path, or there already",
            .badStepName,
            .badStepName,
            .badStepName,
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps:\n- \(step)\n"
                + "- {action: 'aws:runShellScript', name: ①'', inputs: {runCommand: [a]}}\n"
                + "- {action: 'aws:runShellScript', name: ②../a, inputs: {runCommand: [a]}}\n"
                + "- {action: 'aws:runShellScript', name: ③a, inputs: {runCommand: [a]}}\n"
        ),
        FileCase(
            "BI-049 a misspelt action",
            .invalidDocumentContent,
            hint: "did you mean 'aws:runShellScript'?",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps: [{action: ①'aws:runShellscript', name: a,"
                + " inputs: {runCommand: [a]}}]\n"
        ),
        FileCase(
            "BI-044 patterns that cannot be used",
            .badPattern,
            .badPattern,
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nparameters:\n"
                + "  a: {type: String, allowedPattern: ①'(?<=x)y'}\n"
                + "  b: {type: String, allowedPattern: ②'[a'}\nmainSteps: [\(step)]\n"
        ),
        FileCase(
            "BI-061 a reference to no parameter, within a script of many lines",
            .invalidDocumentContent,
            message: "no parameter 'nam' is declared",
            hint: "did you mean '{{ name }}'?",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nparameters: {name: {type: String}}\nmainSteps:\n"
                + "- action: aws:runShellScript\n  name: a\n  inputs:\n    runCommand:\n"
                + "      - |\n        set -eu\n\n        echo \"é ①{{ nam }}\"\n"
        ),
        FileCase(
            "BI-041 a name that AWS keeps for itself",
            .badName,
            hint: "not starting with aws",
            path: "prod/AWS-Mine.yaml",
            text: "①schemaVersion: '2.2'\nmainSteps: [\(step)]\n"
        ),
        FileCase(
            "a document beside a manifest",
            .invalidDocumentContent,
            hint: "a file of its own",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps: [\(step)]\n---\n①apiVersion: aplomb/v1\n"
                + "kind: Node\nmetadata: {name: db-1}\n"
        ),
        FileCase(
            "BI-013 a pointer of Git LFS",
            .lfsPointer,
            hint: "out of LFS",
            text: "①version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
        ),
        FileCase(
            "BI-038 JSON manifests are strict",
            .duplicateKey,
            path: "prod/case.json",
            text: #"{"apiVersion": "aplomb/v1", "kind": "Node", "metadata": {"name": "db-1"},"#
                + #" ①"kind": "Node"}"#
        ),
        FileCase(
            "BI-047 a step name that is nearly one",
            .badStepName,
            hint: "did you mean 'do_it'?",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps: [{action: 'aws:runShellScript', name: ①do-it,"
                + " inputs: {runCommand: [a]}}]\n"
        ),
        FileCase(
            "BI-048 no steps",
            .invalidDocumentContent,
            hint: "such as mainSteps:",
            path: "prod/doc.yaml",
            text: "①schemaVersion: '2.2'\n"
        ),
        FileCase(
            "BI-049 inputs beside a step's inputs",
            .invalidDocumentContent,
            .ignoredField,
            hint: "add runCommand",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps:\n- ①action: aws:runShellScript\n  name: a\n"
                + "  ②runCommand: [a]\n"
        ),
        FileCase(
            "a colon that makes a mapping of a line",
            .invalidDocumentContent,
            message: "a text, not a mapping",
            hint: "quote the line",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nmainSteps: [{action: 'aws:runShellScript', name: a,"
                + " inputs: {runCommand: [①{echo a: b}]}}]\n"
        ),
        FileCase(
            "BI-065 a parameter with a name that no variable may have",
            .invalidDocumentContent,
            hint: "did you mean 'dbHost'?",
            path: "prod/doc.yaml",
            text: "schemaVersion: '2.2'\nparameters: {①db_host: {type: String}}\n"
                + "mainSteps: [\(step)]\n"
        ),
        FileCase("BI-021 an empty file", .emptyManifest, text: "①# later\n"),
    ]

    @Test("a file is checked as what it is", arguments: documents)
    func file(_ test: FileCase) { test.check() }

    @Test("BI-047 a document that is too large, or has too many steps")
    func sizes() {
        let large =
            "schemaVersion: '2.2'\nmainSteps: [\(Self.step)]\n#"
            + String(repeating: "x", count: 65_536)
        let result = SoundFleet.load(with: ["prod/doc.yaml": large])
        #expect(result.summaries == ["doc.yaml:1:1 MaxDocumentSizeExceeded"])
        let steps = (0..<1000).map {
            "- {action: 'aws:runShellScript', name: s\($0), inputs: {runCommand: [a]}}"
        }
        let many = "schemaVersion: '2.2'\nmainSteps:\n" + steps.joined(separator: "\n")
        let found = SoundFleet.load(with: ["prod/doc.yaml": many])
        #expect(found.errors.map(\.code).contains(.tooManySteps) && found.desired == nil)
    }

    @Test("the sound fleet is sound, in JSON too")
    func sound() throws {
        let desired = try #require(SoundFleet.load().desired)
        #expect(SoundFleet.load().diagnostics == [])
        #expect(desired.nodes.map(\.name) == ["web-1"])
        let json = """
            {"apiVersion": "aplomb/v1", "kind": "Node", "metadata": {"name": "web-1"},
             "spec": {"tags": {"Role": "web"}, "sandbox": {}}}
            """
        let other = try #require(
            SoundFleet.load(with: ["prod/nodes.yaml": nil, "prod/nodes.json": json]).desired
        )
        #expect(other.nodes.map(\.tags) == desired.nodes.map(\.tags))
    }

    @Test("letter case of a file's ending does not matter")
    func endings() throws {
        #expect(Loader.isRead("a/B.YAML") && Loader.isRead("b.Json") && !Loader.isRead("json"))
        let result = SoundFleet.load(with: ["prod/case.JSON": "{'a': 1}"])
        #expect(result.summaries == ["case.JSON:1:2 JSON_SYNTAX"])
    }

    @Test("every mistake of every file is found in one go")
    func total() {
        let result = SoundFleet.load(with: [
            "prod/a.yaml": "apiVersion: aplomb/v1\nkind: Node\nmetadata: {name: A}\nspec: {x: 1}\n",
            "prod/b.yaml": "apiVersion: aplomb/v1\nkind: [\n---\nkind: Node\n",
            "prod/c.json": "{\"a\": 1,}",
            "prod/d.yaml": "schemaVersion: '2.2'\nmainSteps: [{action: 'aws:no', name: '.'}]\n",
            "prod/e.yaml": "\u{0}",
            "prod/f.yaml": "<<<<<<< HEAD\n",
        ])
        #expect(
            result.summaries == [
                "a.yaml:3:18 BAD_NAME", "a.yaml:4:8 UNKNOWN_FIELD", "b.yaml:3:1 YAML_SYNTAX",
                "b.yaml:4:1 MISSING_FIELD", "c.json:1:9 JSON_SYNTAX",
                "d.yaml:1:1 BAD_NAME", "d.yaml:2:22 InvalidDocumentContent",
                "d.yaml:2:38 BAD_STEP_NAME",
                "e.yaml:1:1 BAD_ENCODING", "f.yaml:1:1 MERGE_CONFLICT_MARKER",
            ],
            "\(result.summaries)"
        )
        #expect(result.desired == nil)
    }

    private static let group =
        "apiVersion: aplomb/v1\nkind: ResourceGroup\nmetadata: {name: db}\n"
        + "spec: {query: {tags: {Role: [db]}}}\n"
    private static let user = FileCase.association(
        "user",
        spec: "document: motd\nparameters: {message: hi}\ntargets: [{group: db}]"
    )

    @Test(
        "BI-036 what a broken document may hide is not called missing",
        arguments: [
            "kind: [\n", "\tkind: x\n", "%YAML 1.1\n---\nkind: y\n", "<<<<<<< a\n", "\u{1}",
            "a: 'b\n",
            group + group, group.replacing("spec:", with: "spec: @"), "{\n",
        ]
    )
    func hidden(_ broken: String) {
        let result = SoundFleet.load(with: [
            "prod/broken.yaml": broken, "prod/user.yaml": Self.user.marked.text,
        ])
        #expect(result.desired == nil && result.diagnostics.hasErrors)
        #expect(!result.errors.contains { $0.code == .refNotFound }, "\(result.summaries)")
        #expect(Set(result.errors.map(\.range.file)) == ["prod/broken.yaml"])
    }

    @Test("BI-036 the good ones of a broken file are known, and none of them is applied")
    func goodOnes() {
        let file = Self.group + "---\nkind: [\n---\n" + Self.group.replacing("db", with: "Bad!")
        let result = SoundFleet.load(with: [
            "prod/some.yaml": file, "prod/user.yaml": Self.user.marked.text,
        ])
        #expect(result.desired == nil)
        #expect(result.errors.map(\.code) == [.yamlSyntax, .badName])
    }

    @Test(
        "BI-036 a revision with a mistake is no smaller revision",
        arguments: [
            "prod/nodes.yaml", "prod/groups.yaml", "prod/motd.yaml", "prod/base.yaml",
        ]
    )
    func noSmaller(_ path: String) throws {
        let text = try #require(SoundFleet.files[path])
        for broken in [text + "\n@", "{" + text, text.replacing(": ", with: ":"), "kind: ["] {
            let result = SoundFleet.load(with: [path: broken])
            #expect(result.desired == nil && result.diagnostics.hasErrors, "\(broken)")
        }
    }

    @Test("BI-046 a secret is warned of where it stands, and never repeated")
    func secrets() throws {
        let key = "AKIA" + "ABCDEFGHIJKLMNOP"
        let block = "-----BEGIN " + "OPENSSH PRIVATE KEY-----"
        let spec =
            "document: \(key)\nparameters: {message: \"\(key)\", k\(key): x}\n"
            + "targets: [{group: \(key)}]\ncomplianceSeverity: \(key)\n\(key): 1\n"
        let test = FileCase.association("secret", spec: spec)
        let result = SoundFleet.load(with: [
            "prod/case.yaml": test.marked.text,
            "prod/key.yaml":
                "# \(block)\napiVersion: aplomb/v1\nkind: Node\nmetadata: {name: k-1}\n",
        ])
        let warned = result.diagnostics.filter { $0.code == .plaintextSecret }
        #expect(warned.allSatisfy { $0.severity == .warning && $0.hint?.contains("git") == true })
        #expect(warned.map(\.range.start.line) == [5, 6, 7, 8, 9, 1])
        #expect(warned.first?.range.start.column == 13 && warned.first?.range.end.column == 33)
        for finding in result.diagnostics {
            let said = [finding.message, finding.hint ?? ""] + finding.notes.map(\.message)
            #expect(!said.contains { $0.contains(key) }, "\(finding.code)")
        }
        #expect(result.errors.contains { $0.message.contains("***") })
    }

    @Test("the folder decides what belongs to a fleet, and its place in the list does not")
    func scope() {
        let files = SoundFleet.files.merging([
            "other/fleet.yaml": SoundFleet.files["prod/fleet.yaml"]?.replacing(
                "prod",
                with: "other"
            )
                ?? "",
            "other/broken.yaml": "kind: [",
        ]) { $1 }
        #expect(SoundFleet.load(files, fleet: "prod").diagnostics == [])
        #expect(SoundFleet.load(files, fleet: "other").errors.map(\.code) == [.yamlSyntax])
        #expect(SoundFleet.load(files).errors.map(\.code).contains(.ambiguousFleet))
        let missing = SoundFleet.load(files, fleet: "prd").errors
        #expect(missing.first { $0.code == .fleetNotFound }?.hint == "did you mean 'prod'?")
    }

    @Test("a patch changes one object, and what it gets wrong is its own mistake")
    func patches() throws {
        func fleet(_ patch: String) -> String {
            "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  prune: true\n"
                + "  patches:\n    - {kind: Association, metadata: {name: base}, spec: {\(patch)}}\n"
        }
        let good = SoundFleet.load(with: ["prod/fleet.yaml": fleet("maxErrors: 7")])
        #expect(good.diagnostics == [])
        #expect(good.desired?.associations.first?.maxErrors == .count(7))
        #expect(good.desired?.associations.first?.document == "motd")
        let bad = SoundFleet.load(with: ["prod/fleet.yaml": fleet("maxErors: 7")])
        #expect(bad.summaries == ["fleet.yaml:7:58 UNKNOWN_FIELD"])
        let gone = SoundFleet.load(with: ["prod/fleet.yaml": fleet("targets: null")])
        #expect(gone.errors.map(\.code) == [.missingField])
    }
}
