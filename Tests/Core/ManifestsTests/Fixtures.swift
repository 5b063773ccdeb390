// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import TestSupport
import Testing

/// A fleet without a mistake, which a case adds a file to or takes one from.
enum SoundFleet {
    static let files: [String: String] = [
        "prod/fleet.yaml": """
        apiVersion: aplomb/v1
        kind: Fleet
        metadata: {name: prod}
        spec: {prune: true}
        """,
        "prod/nodes.yaml": """
        apiVersion: aplomb/v1
        kind: Node
        metadata: {name: web-1}
        spec: {tags: {Role: web}, sandbox: {}}
        """,
        "prod/groups.yaml": """
        apiVersion: aplomb/v1
        kind: ResourceGroup
        metadata: {name: web}
        spec: {query: {tags: {Role: [web]}}}
        """,
        "prod/motd.yaml": """
        schemaVersion: "2.2"
        parameters:
          message: {type: String, allowedPattern: '^[a-z]+$'}
          loud: {type: Boolean, default: false}
        mainSteps:
          - action: aws:runShellScript
            name: write
            inputs: {runCommand: ['echo {{ message }}']}
        """,
        "prod/base.yaml": """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: base}
        spec: {document: motd, parameters: {message: hi}, targets: [{group: web}]}
        """,
    ]

    /// Loads it with some files put in or, where the text is `nil`, taken away.
    static func load(with changes: [String: String?] = [:], fleet: String? = nil) -> LoadResult {
        var all = files
        for (path, text) in changes { all[path] = text }
        return load(all, fleet: fleet)
    }

    static func load(_ files: [String: String], fleet: String? = nil) -> LoadResult {
        Loader.load(
            files.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) },
            fleetPath: fleet
        )
    }
}

extension LoadResult {
    /// `file:line:column CODE` of each finding; files of the sound fleet's folder by name only.
    var summaries: [String] {
        diagnostics.map { finding in
            let file = finding.range.file.replacing("prod/", with: "")
            return "\(file):\(finding.range.start.line):\(finding.range.start.column)"
                + " \(finding.code.rawValue)"
        }
    }

    var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
}

/// One file more in the sound fleet, and what is expected of it: one code for each mark.
struct FileCase: CustomTestStringConvertible, Sendable {
    var name: String
    var codes: [DiagnosticCode]
    var message: String
    var hint: String
    var path: String
    var marked: MarkedText
    var testDescription: String { name }

    init(
        _ name: String,
        _ codes: DiagnosticCode...,
        message: String = "",
        hint: String = "",
        path: String = "prod/case.yaml",
        text: String
    ) {
        (self.name, self.codes, self.message, self.hint) = (name, codes, message, hint)
        (self.path, marked) = (path, MarkedText(text))
    }

    /// A case that is one Association; what is given is its spec.
    static func association(
        _ name: String,
        _ codes: DiagnosticCode...,
        message: String = "",
        hint: String = "",
        spec: String
    ) -> FileCase {
        var test = FileCase(
            name,
            message: message,
            hint: hint,
            text: "apiVersion: aplomb/v1\nkind: Association\nmetadata: {name: extra}\nspec:\n"
                + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
        )
        test.codes = codes
        return test
    }

    /// A case that is one manifest of a kind; what is given is its spec on one line.
    static func manifest(
        _ kind: String,
        _ name: String,
        _ codes: DiagnosticCode...,
        message: String = "",
        hint: String = "",
        spec: String
    ) -> FileCase {
        var test = FileCase(
            name,
            message: message,
            hint: hint,
            path: kind == "Fleet" ? "prod/fleet.yaml" : "prod/case.yaml",
            text: "apiVersion: aplomb/v1\nkind: \(kind)\nmetadata: {name: extra}\nspec: \(spec)\n"
        )
        test.codes = codes
        return test
    }

    func load() -> LoadResult { SoundFleet.load(with: [path: marked.text]) }

    /// Loads the fleet with the file in it and compares every finding with the marks.
    func check() {
        let result = load()
        let file = path.replacing("prod/", with: "")
        let wanted = zip(marked.places, codes).map { "\(file):\($0) \($1.rawValue)" }
        #expect(result.summaries == wanted, "\(result.diagnostics.map(\.oneLine))")
        #expect(marked.places.count == codes.count, "as many marks as codes")
        #expect((result.desired == nil) == result.diagnostics.hasErrors)
        guard let first = result.diagnostics.first else { return }
        #expect(first.message.contains(message), "\(first.message)")
        if !hint.isEmpty {
            #expect(first.hint?.contains(hint) == true, "\(first.hint ?? "no hint")")
        }
    }
}
