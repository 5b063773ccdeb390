// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Foundation
import PositionedYAML
import Testing

@testable import Manifests

/// The JSON Schema and the decoder say the same, because they are made from the same definitions.
struct SchemaTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var kind: String
        var name: String
        var isGood: Bool
        var json: String
        var testDescription: String { "\(kind): \(name)" }
    }

    private static func manifest(_ kind: String, _ spec: String) -> String {
        let metadata = #""metadata": {"name": "sound"}"#
        return #"{"apiVersion": "aplomb/v1", "kind": "\#(kind)", \#(metadata), "spec": \#(spec)}"#
    }

    private static func good(_ kind: String, _ name: String, _ spec: String) -> Case {
        Case(kind: kind, name: name, isGood: true, json: manifest(kind, spec))
    }

    private static func bad(_ kind: String, _ name: String, _ spec: String) -> Case {
        Case(kind: kind, name: name, isGood: false, json: manifest(kind, spec))
    }

    private static func association(_ name: String, _ isGood: Bool, _ more: String) -> Case {
        let spec = #"{"document": "motd", "targets": [{"group": "web"}], \#(more)}"#
        return isGood ? good("Association", name, spec) : bad("Association", name, spec)
    }

    private static let associations: [Case] = [
        association(
            "parameters",
            true,
            #""parameters": {"a": "x", "b": 1, "c": true, "d": ["x", {"y": 1}]}"#
        ),
        association("a null parameter", false, #""parameters": {"a": null}"#),
        association("a null within", false, #""parameters": {"a": ["x", {"y": null}]}"#),
        association("a decimal parameter", false, #""parameters": {"a": [1.5]}"#),
        association("rates", true, #""maxErrors": 0, "maxConcurrency": "10%""#),
        association("a quoted rate", true, #""maxErrors": "0%", "maxConcurrency": "7""#),
        association("no concurrency", false, #""maxConcurrency": 0"#),
        association("no concurrency in percent", false, #""maxConcurrency": "0%""#),
        association("too many percent", false, #""maxErrors": "101%""#),
        association("a negative rate", false, #""maxErrors": -1"#),
        association("a boolean rate", false, #""maxErrors": true"#),
        association("a severity", true, #""complianceSeverity": "HIGH""#),
        association("a severity in lower case", false, #""complianceSeverity": "high""#),
        association("a schedule", true, #""scheduleExpression": "rate(1 day)""#),
        association("no schedule", false, #""scheduleExpression": "daily""#),
        association("an unknown field", false, #""targtes": []"#),
        association("dependencies", true, #""dependsOn": ["base", "a_b.c"]"#),
        association("a dependency by a bad name", false, #""dependsOn": ["Base"]"#),
        association("a dependency that is no list", false, #""dependsOn": "base""#),
        good(
            "Association",
            "by tags",
            #"{"document": "arn:aws:x", "targets": [{"tags": {"Role": []}}]}"#
        ),
        bad("Association", "no document", #"{"targets": [{"group": "web"}]}"#),
        bad(
            "Association",
            "a bad document",
            #"{"document": "a b", "targets": [{"group": "web"}]}"#
        ),
        bad("Association", "no targets", #"{"document": "motd", "targets": []}"#),
        bad(
            "Association",
            "two in one",
            #"{"document": "motd", "targets": [{"group": "a", "nodes": ["b"]}]}"#
        ),
        bad("Association", "none in one", #"{"document": "motd", "targets": [{}]}"#),
        bad("Association", "no nodes", #"{"document": "motd", "targets": [{"nodes": []}]}"#),
    ]

    private static let fleets: [Case] = [
        good("Fleet", "the least", #"{"prune": true}"#),
        bad("Fleet", "no prune", "{}"),
        bad("Fleet", "prune as a text", #"{"prune": "true"}"#),
        bad("Fleet", "prune as a number", #"{"prune": 1}"#),
        good(
            "Fleet",
            "a server",
            #"{"prune": true, "provider": {"server": {"url": "https://a.b:1/c"}}}"#
        ),
        bad(
            "Fleet",
            "a password",
            #"{"prune": true, "provider": {"server": {"url": "https://u:p@a"}}}"#
        ),
        bad("Fleet", "no host", #"{"prune": true, "provider": {"server": {"url": "https:///x"}}}"#),
        bad(
            "Fleet",
            "two providers",
            #"{"prune": true, "provider": {"local": {}, "aws": {"region": "x"}}}"#
        ),
        bad("Fleet", "an empty region", #"{"prune": true, "provider": {"aws": {"region": ""}}}"#),
        good("Fleet", "resources", #"{"prune": true, "resources": ["../base", "."]}"#),
        bad("Fleet", "an absolute path", #"{"prune": true, "resources": ["/base"]}"#),
        bad("Fleet", "an empty path", #"{"prune": true, "resources": [""]}"#),
        bad("Fleet", "a backslash", #"{"prune": true, "resources": ["a\\b"]}"#),
        good("Fleet", "an interval", #"{"prune": true, "interval": "5m"}"#),
        bad("Fleet", "an interval without unit", #"{"prune": true, "interval": 5}"#),
        bad("Fleet", "an interval of words", #"{"prune": true, "interval": "often"}"#),
        good(
            "Fleet",
            "a branch",
            #"{"prune": true, "status": {"branch": "a/b.c", "nodes": "all"}}"#
        ),
        bad("Fleet", "a branch with dots", #"{"prune": true, "status": {"branch": "a..b"}}"#),
        bad("Fleet", "a branch with a lock", #"{"prune": true, "status": {"branch": "a.lock/b"}}"#),
        bad("Fleet", "a branch of a dash", #"{"prune": true, "status": {"branch": "-b"}}"#),
        bad("Fleet", "a branch with an end", #"{"prune": true, "status": {"branch": "a/"}}"#),
        bad("Fleet", "an unknown mode", #"{"prune": true, "drift": {"mode": "ignore"}}"#),
        bad(
            "Fleet",
            "a number too large",
            #"{"prune": true, "limits": {"prunedObjects": 9000000}}"#
        ),
        bad("Fleet", "a quoted number", #"{"prune": true, "limits": {"prunedObjects": "5"}}"#),
        good(
            "Fleet",
            "patches",
            #"{"prune": true, "patches": [{"path": "p.yaml"}, "#
                + #"{"kind": "Node", "metadata": {"name": "a"}, "spec": {"tags": null}}]}"#
        ),
        bad(
            "Fleet",
            "a patch of a Fleet",
            #"{"prune": true, "patches": [{"kind": "Fleet", "metadata": {"name": "a"}, "spec": {}}]}"#
        ),
        bad("Fleet", "a patch of nothing", #"{"prune": true, "patches": [{"spec": {}}]}"#),
        bad(
            "Fleet",
            "both shapes",
            #"{"prune": true, "patches": [{"path": "p", "kind": "Node"}]}"#
        ),
    ]

    private static let drift: [Case] = [
        good("Association", "a rehearsal", association(#"{"rehearse": "rate(1 day)"}"#)),
        bad(
            "Association",
            "a rehearsal by the clock",
            association(#"{"rehearse": "cron(0 2 ? * * *)"}"#)
        ),
        bad("Association", "a rehearsal of words", association(#"{"rehearse": "daily"}"#)),
        bad("Association", "a drift detection by nothing", association("{}")),
    ]

    private static func association(_ drift: String) -> String {
        #"{"document": "motd", "targets": [{"group": "web"}], "driftDetection": \#(drift)}"#
    }

    private static let others: [Case] = [
        good(
            "Node",
            "tags",
            #"{"tags": {"Role": "web", "Größe": ""}, "sandbox": {"init": "systemd"}}"#
        ),
        bad("Node", "a number as tag", #"{"tags": {"Role": 1}}"#),
        bad("Node", "a reserved key", #"{"tags": {"aPlomb:x": "1"}}"#),
        bad("Node", "a line end in a key", #"{"tags": {"a\nb": "1"}}"#),
        bad("Node", "a line end in a value", #"{"tags": {"a": "x\ny"}}"#),
        bad("Node", "two hosts", #"{"local": {}, "sandbox": {}}"#),
        bad("Node", "an unknown network", #"{"sandbox": {"network": "bridge"}}"#),
        bad("Node", "a null", #"{"sandbox": null}"#),
        bad("Node", "a list", "[]"),
        Case(
            kind: "Node",
            name: "no spec",
            isGood: true,
            json: #"{"apiVersion": "aplomb/v1", "kind": "Node", "metadata": {"name": "web-1"}}"#
        ),
        Case(
            kind: "Node",
            name: "no metadata",
            isGood: false,
            json: #"{"apiVersion": "aplomb/v1", "kind": "Node"}"#
        ),
        Case(
            kind: "Node",
            name: "a bad name",
            isGood: false,
            json: #"{"apiVersion": "aplomb/v1", "kind": "Node", "metadata": {"name": "Web"}}"#
        ),
        Case(
            kind: "Node",
            name: "another version",
            isGood: false,
            json: #"{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "web"}}"#
        ),
        Case(
            kind: "Node",
            name: "labels",
            isGood: true,
            json: #"{"apiVersion": "aplomb/v1", "kind": "Node", "#
                + #""metadata": {"name": "web", "labels": {"a": "b"}, "annotations": {"c": ""}}}"#
        ),
        Case(
            kind: "Node",
            name: "a label that is no text",
            isGood: false,
            json: #"{"apiVersion": "aplomb/v1", "kind": "Node", "#
                + #""metadata": {"name": "web", "labels": {"a": 1}}}"#
        ),
        good(
            "ResourceGroup",
            "a query",
            #"{"query": {"tags": {"a": ["b"]}, "not": {"tags": {"c": []}}}}"#
        ),
        good("ResourceGroup", "everything", #"{"query": {}}"#),
        bad("ResourceGroup", "no query", "{}"),
        good("ResourceGroup", "an empty not takes nobody out", #"{"query": {"not": {}}}"#),
        good("ResourceGroup", "a union", #"{"union": ["web", "db"]}"#),
        good("ResourceGroup", "a sample", #"{"sample": {"of": "web", "size": "10%"}}"#),
        good(
            "ResourceGroup",
            "inventory",
            #"{"query": {"inventory": ["AWS:Application.Name = 'vim'"]}}"#
        ),
        bad("ResourceGroup", "two ways at once", #"{"union": ["web"], "query": {}}"#),
        bad("ResourceGroup", "a union of nothing", #"{"union": []}"#),
        bad("ResourceGroup", "a difference from nothing", #"{"difference": {"minus": ["web"]}}"#),
        bad("ResourceGroup", "a sample of no size", #"{"sample": {"of": "web"}}"#),
        bad("ResourceGroup", "a value that is no list", #"{"query": {"tags": {"a": "b"}}}"#),
        bad("ResourceGroup", "an empty description", #"{"description": null, "query": {}}"#),
        good(
            "Policy",
            "an expectation",
            #"{"targets": [{"group": "web"}], "expect": [{"none": {"type": "Custom:X", "where": "y exists"}}]}"#
        ),
        bad(
            "Policy",
            "a type that is none",
            #"{"targets": [{"group": "web"}], "expect": [{"none": {"type": "X"}}]}"#
        ),
        bad(
            "Policy",
            "no attempt at all",
            #"{"targets": [{"group": "web"}], "maxAttempts": 0, "expect": [{"none": {"type": "Custom:X"}}]}"#
        ),
        bad("Policy", "none", #"{"targets": [{"group": "web"}], "expect": []}"#),
    ]

    private static func exception(_ name: String, _ isGood: Bool, _ more: String) -> Case {
        let spec = #"{"reason": "x", "owner": "kim", "expires": "2026-12-24", \#(more)}"#
        return isGood ? good("Exception", name, spec) : bad("Exception", name, spec)
    }

    private static func expiry(_ text: String, _ isGood: Bool) -> Case {
        let spec =
            #"{"reason": "x", "owner": "kim", "expires": "\#(text)", "suspend": {"fleet": true}}"#
        return isGood ? good("Exception", text, spec) : bad("Exception", text, spec)
    }

    private static let exceptions: [Case] = [
        exception("the fleet", true, #""suspend": {"fleet": true}"#),
        exception("nodes", true, #""suspend": {"targets": [{"nodes": ["db-1"]}]}"#),
        exception("no target", false, #""suspend": {"targets": []}"#),
        exception("no association", false, #""suspend": {"associations": []}"#),
        exception(
            "an object",
            true,
            #""ignore": {"objects": [{"kind": "Node", "name": "a", "fields": ["spec.tags"]}]}"#
        ),
        exception(
            "no field",
            false,
            #""ignore": {"objects": [{"kind": "Node", "name": "a", "fields": []}]}"#
        ),
        exception(
            "a kind that is none",
            false,
            #""ignore": {"objects": [{"kind": "Policy", "name": "a"}]}"#
        ),
        exception("nothing to ignore", false, #""ignore": {}"#),
        exception("limits", true, #""allow": {"limits": {"changedNodes": "100%"}}"#),
        exception("no limits", false, #""allow": {}"#),
        exception("a limit that is none", false, #""allow": {"limits": {"reboots": 1}}"#),
        exception(
            "two effects",
            false,
            #""suspend": {"fleet": true}, "ignore": {"policies": ["a"]}"#
        ),
        bad("Exception", "no effect", #"{"reason": "x", "owner": "kim", "expires": "2026-12-24"}"#),
        bad(
            "Exception",
            "a blank reason",
            #"{"reason": " ", "owner": "kim", "expires": "2026-12-24", "suspend": {"fleet": true}}"#
        ),
        bad("Exception", "no end", #"{"reason": "x", "owner": "kim", "suspend": {"fleet": true}}"#),
        expiry("2026-12-24T18:00Z", true), expiry("2026-12-24T18:00:00.5+01:00", true),
        expiry("2099-12-31", true), expiry("2100-01-01", false), expiry("2026-12-24T18:00", false),
        expiry("2026-12-32", false), expiry("1969-12-31", false),
        expiry("2026-12-24T24:00Z", false),
    ]

    static let cases = associations + drift + fleets + others + exceptions

    private static func isAccepted(_ json: String) -> Bool {
        !Loader.parseFile("prod/case.json", Array(json.utf8)).diagnostics.hasErrors
    }

    @Test("the decoder and JSON Schema agree on what a manifest looks like")
    func agreement() throws {
        let verdicts = try Self.validate(Self.cases.map { ($0.kind, $0.json) })
        for (test, verdict) in zip(Self.cases, verdicts) {
            #expect(Self.isAccepted(test.json) == test.isGood, "decoder: \(test)")
            #expect(verdict.isEmpty == test.isGood, "schema: \(test): \(verdict)")
        }
    }

    @Test("every example follows its schema")
    func examples() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../examples-repo").standardizedFileURL
        var manifests: [(kind: String, json: String)] = []
        for path in FileManager.default.enumerator(atPath: root.path)?.allObjects ?? [] {
            guard let path = path as? String, Loader.isRead(path) else { continue }
            let data = try Data(contentsOf: root.appending(path: path))
            for node in parseText([UInt8](data), file: path).documents {
                guard let kind = node["kind"]?.text else { continue }
                manifests.append((kind, JSONText(node).compact))
            }
        }
        #expect(manifests.count > 15)
        for (manifest, verdict) in zip(manifests, try Self.validate(manifests)) {
            #expect(verdict.isEmpty, "\(manifest.json): \(verdict)")
        }
    }

    @Test("each schema is one, and every field of it says what it is for")
    func descriptions() throws {
        for definition in KindDefinition.all {
            let text = try #require(ManifestSchema.schema(of: definition.kind.rawValue))
            let schema = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            )
            #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
            for field in Self.fields(of: .object(definition.fields)) {
                let found = Self.properties(schema).filter { $0.name == field.name }
                #expect(!found.isEmpty, "\(definition.kind): \(field.name)")
                #expect(found.contains { $0.description.hasPrefix(field.summary) })
            }
            for property in Self.properties(schema) {
                #expect(property.description.contains("Example: "), "\(property.name)")
            }
        }
    }

    @Test("every field that the decoder reads is a field of a schema")
    func decodedFields() throws {
        let source = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Core/Manifests/Manifest+Decode.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let read = Set(text.matches(of: /\?*\["([a-zA-Z]+)"\]/).map { String($0.1) })
        #expect(read.count > 20)
        let known = Set(
            KindDefinition.all.flatMap { Self.fields(of: .object($0.fields)) }.map(\.name)
        )
        #expect(read.subtracting(known) == [])
    }

    @Test("every example in a definition is one, and so is every default")
    func fieldExamples() throws {
        for definition in KindDefinition.all {
            for field in Self.fields(of: .object(definition.fields)) {
                for text in [field.example, field.defaultText].compactMap({ $0 }) {
                    let parsed = parseYAML(Array("x: \(text)\n".utf8), file: "f.yaml")
                    let node = try #require(parsed.documents.first?["x"], "\(field.name): \(text)")
                    var checker = FieldChecker()
                    checker.check(node, field.type)
                    #expect(checker.diagnostics == [], "\(field.name): \(text)")
                }
            }
        }
    }

    // MARK: Walking

    private static func fields(of type: FieldType) -> [Field] {
        switch type {
        case .object(let fields, _), .exactlyOne(let fields):
            fields + fields.flatMap { self.fields(of: $0.type) }
        case .list(let element, _): fields(of: element)
        case .map(_, let values): fields(of: values)
        case .patch:
            fields(of: .object(PatchShape.reference)) + fields(of: .object(PatchShape.inline))
        case .text, .boolean, .integer, .choice, .rateBound, .duration, .parameterValue,
            .freeMapping:
            []
        }
    }

    private static func properties(_ schema: Any) -> [(name: String, description: String)] {
        if let list = schema as? [Any] { return list.flatMap(properties) }
        guard let object = schema as? [String: Any] else { return [] }
        let own = (object["properties"] as? [String: Any] ?? [:]).map { name, value in
            (name: name, description: (value as? [String: Any])?["description"] as? String ?? "")
        }
        return own + object.values.flatMap(properties)
    }

    // MARK: The other judge

    private static let judge = """
        import json, sys
        from jsonschema import Draft7Validator
        given = json.load(sys.stdin)
        validators = {}
        for kind, text in given["schemas"].items():
            schema = json.loads(text)
            Draft7Validator.check_schema(schema)
            validators[kind] = Draft7Validator(schema)
        answers = []
        for kind, text in given["cases"]:
            found = validators[kind].iter_errors(json.loads(text))
            answers.append("; ".join(error.message for error in found))
        json.dump(answers, sys.stdout)
        """

    /// Asks Python's jsonschema; an empty answer is consent.
    private static func validate(_ cases: [(kind: String, json: String)]) throws -> [String] {
        var schemas: [String: String] = [:]
        for kind in ManifestSchema.kinds { schemas[kind] = ManifestSchema.schema(of: kind) }
        let question: [String: Any] = [
            "schemas": schemas, "cases": cases.map { [$0.kind, $0.json] },
        ]
        let file = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-schema-" + UUID().uuidString)
        try JSONSerialization.data(withJSONObject: question).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        python.arguments = ["-c", judge]
        python.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0, "scripts/setup test installs jsonschema")
        let answers = try JSONSerialization.jsonObject(with: answer) as? [String]
        return try #require(answers)
    }
}
