// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SSMDocuments

/// An association or a document as it was named on the command line, and the parameters it gets.
struct RehearsedWork: Sendable {
    /// `nil` when a document was named.
    var association: DesiredAssociation?
    var name: String
    var document: Document
    var parameters: [String: [String]]

    /// Finds what a name means: `Association/NAME`, `Document/NAME`, or the association before the
    /// document of that name.
    init(
        named typed: String,
        in desired: DesiredState,
        overriding parameters: [String: [String]]
    ) throws {
        let parts = typed.split(separator: "/", maxSplits: 1).map(String.init)
        let kind = parts.count == 2 ? parts[0].lowercased() : nil
        let name = parts.last ?? typed
        guard [nil, "association", "document"].contains(kind) else {
            throw CommandError(.usage, "'\(typed)' names no association and no document")
        }
        association =
            kind == "document" ? nil : desired.associations.first { $0.name == name }
        let names = Set(desired.documents.map(\.name) + BuiltInDocuments.all.map(\.name))
        guard association != nil || (kind != "association" && names.contains(name)) else {
            let associations = desired.associations.map(\.name)
            throw CommandError.missing(
                kind ?? "association or document",
                name,
                among: (kind == "association" ? associations : associations + names).sorted()
            )
        }
        self.name = association?.document ?? name
        self.parameters = (association?.parameters ?? [:]).merging(parameters) { $1 }
        document = try Self.document(self.name, in: desired)
    }

    private static func document(_ name: String, in desired: DesiredState) throws -> Document {
        let declared = desired.documents.first { $0.name == name }
        let builtIn = BuiltInDocuments.named(name)
        guard let content = declared?.content ?? builtIn?.content else {
            throw CommandError(
                .failed,
                "the document '\(name)' is not in this repository, so it cannot be rehearsed"
            )
        }
        let (document, diagnostics) = DocumentLoader.load(
            text: content,
            format: declared?.format ?? .yaml,
            file: declared?.source.file ?? name
        )
        guard let document, document.schema != nil else {
            throw CommandError(
                .failed,
                "the document '\(name)' cannot be rehearsed",
                hint: diagnostics.first { $0.severity == .error }?.message
                    ?? "only Command documents run on a node"
            )
        }
        return document
    }

    /// Reads `name=value` words; a name that comes again adds to a list.
    static func parameters(_ words: [String]) throws -> [String: [String]] {
        var parameters: [String: [String]] = [:]
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw CommandError(
                    .usage,
                    "'\(word)' is no parameter",
                    hint: "write --parameters name=value, once for each value of a list"
                )
            }
            parameters[String(word[..<equals]), default: []]
                .append(String(word[word.index(after: equals)...]))
        }
        return parameters
    }

    /// Fills the document for a node.
    ///
    /// *Errors*: `CommandError` with what is wrong with the parameters.
    func resolve(for node: NodeFacts, commandID: CommandID) throws -> AgentDocument {
        do {
            return try document.resolve(
                name: name,
                version: "$LATEST",
                parameters: parameters,
                node: node,
                commandID: commandID
            )
        } catch {
            throw CommandError(.failed, error.message, hint: error.hint)
        }
    }
}

extension DesiredState {
    /// Whether an association may run on a declared node, as far as tags alone tell.
    func mayApply(_ association: DesiredAssociation, to node: DesiredNode) -> Bool {
        association.targets.contains { target in
            switch target {
            case .nodes(let names): names.contains(node.name)
            case .tags(let query): query.matches(node.tags)
            case .group(let name):
                groups.first { $0.name == name }?.selection.tagQuery?.matches(node.tags) != false
            }
        }
    }
}
