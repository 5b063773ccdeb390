// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import FleetModel
package import PositionedYAML

/// Reads Systems Manager documents, and finds everything wrong with them.
///
/// Never throws and never stops at the first mistake. A document with an error is `nil`.
/// *Source*: the checks of CreateDocument and of the agent of AWS.
package enum DocumentLoader {
    /// Reads a text.
    ///
    /// *Errors*: those of the parsers, `MaxDocumentSizeExceeded`, and those of `load(node:)`.
    package static func load(
        text: String,
        format: DesiredDocument.Format,
        file: String
    ) -> (document: Document?, diagnostics: [Diagnostic]) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Document.sizeMax else {
            let finding = Diagnostic(
                .maxDocumentSizeExceeded,
                "the document has \(bytes.count) bytes, and Systems Manager takes 65536",
                at: SourceRange(wholeFile: file),
                hint: "move large files out of the script and fetch them in it"
            )
            return (nil, [finding])
        }
        let parsed =
            format == .json ? parseJSON(bytes, file: file) : parseYAML(bytes, file: file)
        guard let node = parsed.documents.first else {
            var diagnostics = parsed.diagnostics
            if !diagnostics.hasErrors {
                diagnostics.append(
                    Diagnostic(
                        .invalidDocumentContent,
                        "the file holds no document",
                        at: SourceRange(wholeFile: file)
                    )
                )
            }
            return (nil, diagnostics)
        }
        var (document, diagnostics) = load(node: node, contentBytes: bytes.count)
        diagnostics = parsed.diagnostics + diagnostics
        if parsed.documents.count > 1 {
            diagnostics.append(
                Diagnostic(
                    .invalidDocumentContent,
                    "an SSM document stands alone in its file",
                    at: parsed.documents[1].range
                )
            )
        }
        return (diagnostics.hasErrors ? nil : document, diagnostics.inSourceOrder())
    }

    /// Reads a parsed document.
    ///
    /// *Errors*: `InvalidDocumentSchemaVersion`, `InvalidDocumentContent`, `BAD_STEP_NAME`,
    /// `TOO_MANY_STEPS`, `BAD_PATTERN`, `BAD_SCRIPT_TEXT`. Warnings for what has no effect.
    package static func load(
        node: Node,
        contentBytes: Int = 0
    ) -> (document: Document?, diagnostics: [Diagnostic]) {
        var reader = DocumentReader(node: node)
        var document = reader.read()
        document?.contentBytes = contentBytes
        let diagnostics = reader.diagnostics.inSourceOrder()
        return (diagnostics.hasErrors ? nil : document, diagnostics)
    }
}

/// The state of reading one document.
struct DocumentReader {
    var node: Node
    var diagnostics: [Diagnostic] = []
    var parameters: [ParameterDefinition] = []
    var schema = Document.Schema.v2_2

    init(node: Node) { self.node = node }

    mutating func read() -> Document? {
        guard case .mapping = node.content else {
            report("a document is a mapping, and this is \(node.shape)", at: node.range)
            return nil
        }
        guard let versionNode = node["schemaVersion"], let version = versionNode.text else {
            report(
                .invalidDocumentSchemaVersion,
                "the document has no schemaVersion",
                at: node.range,
                hint: "add schemaVersion: \"2.2\""
            )
            return nil
        }
        if let type = Self.foreignType(version: version, node: node) {
            return foreign(type, version: version)
        }
        let known = ["1.2": Document.Schema.v1_2, "2.2": .v2_2]
        let versions2 = ["2.0", "2.0.1", "2.0.2", "2.0.3"]
        guard let schema = known[version] ?? (versions2.contains(version) ? .v2_0 : nil) else {
            report(
                .invalidDocumentSchemaVersion,
                "'\(version)' is not a schema version of Systems Manager",
                at: versionNode.range,
                hint: "Command documents are 2.2 (or 2.0, 1.2), runbooks 0.3, sessions 1.0"
            )
            return nil
        }
        self.schema = schema
        return command(version: version)
    }

    private mutating func command(version: String) -> Document {
        checkTopLevel(version: version)
        if let definitions = node["parameters"] { readParameters(definitions) }
        let steps = schema == .v1_2 ? readRuntimeConfig() : readMainSteps()
        var document = Document(
            schemaVersion: version,
            schema: schema,
            documentType: Self.isPolicy(steps) && schema != .v1_2 ? "Policy" : "Command",
            description: node["description"]?.text,
            parameters: parameters,
            steps: steps,
            source: node.range
        )
        if !diagnostics.hasErrors { document.support = support(steps) }
        return document
    }

    private static func isPolicy(_ steps: [Step]) -> Bool {
        !steps.isEmpty && steps.allSatisfy { $0.action == PluginCatalogue.softwareInventory }
    }

    // MARK: Documents of other types

    private static func foreignType(version: String, node: Node) -> String? {
        switch version {
        case "0.3": node["runtimeConfig"] == nil ? "Automation" : nil
        case "1.0" where node["sessionType"] != nil: "Session"
        default: nil
        }
    }

    private mutating func foreign(_ type: String, version: String) -> Document {
        if type == "Automation", node["mainSteps"] == nil {
            report(
                "a runbook needs mainSteps",
                at: node.range,
                hint: "a document for nodes has schemaVersion \"2.2\""
            )
        }
        let why =
            type == "Automation"
            ? "runbooks are not run by this engine" : "sessions are not served by this engine"
        return Document(
            schemaVersion: version,
            schema: nil,
            documentType: type,
            description: node["description"]?.text,
            support: .needsAWS([.init(step: nil, why: why, source: node.range)]),
            source: node.range
        )
    }

    // MARK: Command documents

    private mutating func checkTopLevel(version: String) {
        guard case .mapping(let entries) = node.content else { return }
        let (wanted, other) =
            schema == .v1_2 ? ("runtimeConfig", "mainSteps") : ("mainSteps", "runtimeConfig")
        let known = ["schemaVersion", "description", "parameters", wanted]
        for entry in entries where !known.contains(entry.key) {
            if entry.key == other {
                report(
                    .invalidDocumentSchemaVersion,
                    "'\(other)' does not belong to schemaVersion \(version)",
                    at: entry.keyRange,
                    hint: "schema 1.2 has runtimeConfig, schema 2.x has mainSteps"
                )
            } else if schema == .v1_2 ? false : !["files", "outputs"].contains(entry.key) {
                let nearest = nearestName(to: entry.key, among: known)
                report(
                    "'\(entry.key)' is not a key of a Command document",
                    at: entry.keyRange,
                    hint: nearest.map { "did you mean '\($0)'?" }
                )
            } else {
                warnIgnored(entry, "of a Command document")
            }
        }
        if node[wanted] == nil, node[other] == nil {
            report(
                "the document has no \(wanted)",
                at: node.range,
                hint: schema == .v1_2
                    ? "such as runtimeConfig: {aws:runShellScript: {properties: [{runCommand: […]}]}}"
                    : "such as mainSteps: [{action: aws:runShellScript, name: one,"
                        + " inputs: {runCommand: […]}}]"
            )
        }
    }

    private func support(_ steps: [Step]) -> Document.Support {
        var needs: [Document.Remark] = []
        var substitutions: [Document.Remark] = []
        for parameter in parameters {
            guard let value = parameter.defaultValue else { continue }
            for name in Self.references(in: value) where Template.isParameterStore(name) {
                needs.append(
                    .init(
                        step: nil,
                        why: "the default of '\(parameter.name)' is in AWS's Parameter Store",
                        source: parameter.source
                    )
                )
            }
        }
        for step in steps {
            switch PluginCatalogue.plugin(step.action)?.handling {
            case .needsAWS(let why):
                needs.append(
                    .init(step: step.name, why: "\(step.action): \(why)", source: step.source)
                )
            case .replaced(let why):
                substitutions.append(
                    .init(step: step.name, why: "\(step.action): \(why)", source: step.source)
                )
            case .runs, nil: break
            }
            let names = step.inputs.map { Self.references(in: DocumentValue($0)) } ?? []
            if let name = names.first(where: Template.isParameterStore) {
                needs.append(
                    .init(
                        step: step.name,
                        why: "'{{ \(name) }}' is in AWS's Parameter Store",
                        source: step.source
                    )
                )
            }
        }
        if !needs.isEmpty { return .needsAWS(needs) }
        return substitutions.isEmpty ? .supported : .supportedWithSubstitution(substitutions)
    }

    static func references(in value: DocumentValue) -> [String] {
        switch value {
        case .string(let text): Template(text).references
        case .list(let items): items.flatMap(references)
        case .map(let fields):
            fields.sorted { $0.key < $1.key }.flatMap { references(in: $0.value) }
        case .null, .boolean, .number: []
        }
    }

    // MARK: Reporting

    mutating func report(_ message: String, at range: SourceRange, hint: String? = nil) {
        report(.invalidDocumentContent, message, at: range, hint: hint)
    }

    mutating func report(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Diagnostic.Note] = []
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, hint: hint, notes: notes))
    }

    mutating func warn(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(.warning, code, message, at: range, hint: hint))
    }

    mutating func warnIgnored(_ entry: Node.Entry, _ whose: String, among known: [String] = []) {
        let nearest = nearestName(to: entry.key, among: known)
        warn(
            .ignoredField,
            "'\(entry.key)' is not a key \(whose), and has no effect",
            at: entry.keyRange,
            hint: nearest.map { "did you mean '\($0)'?" }
        )
    }
}
