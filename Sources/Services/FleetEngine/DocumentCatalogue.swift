// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import FleetStore
import SSMDocuments
import SystemsManagerAPI

/// How a version of a document is named without its number.
enum DocumentVersionName {
    static let latest = "$LATEST"
    static let standard = "$DEFAULT"
}

/// One version of a document together with the document, stored or built in.
struct StoredDocument: Sendable {
    var record: DocumentRecord
    var version: DocumentVersionRecord
    var owner: String

    init(_ record: DocumentRecord, _ version: DocumentVersionRecord, owner: String = "Self") {
        self.record = record
        self.version = version
        self.owner = owner
    }

    func description(tags: [String: String]) -> DocumentDescription {
        DocumentDescription(
            name: record.name,
            documentType: record.documentType,
            documentFormat: version.format,
            schemaVersion: version.schemaVersion,
            documentVersion: String(version.version),
            latestVersion: String(record.latestVersion),
            defaultVersion: String(record.defaultVersion),
            hash: version.hash,
            owner: owner,
            description: version.description,
            createdDate: owner == DocumentCatalogue.builtInOwner ? nil : version.createdAt,
            tags: tags.asTags
        )
    }
}

/// Finds documents: those of the store, and the built-in ones, which nobody can change.
struct DocumentCatalogue {
    static let builtInOwner = "Amazon"
    private static let builtInFormat = DesiredDocument.Format.yaml.rawValue

    let reader: StoreReader

    /// Lists all documents with their default versions, sorted by name.
    func documents() throws -> [StoredDocument] {
        let own = try reader.documents().map { StoredDocument($0.0, $0.1) }
        let builtIn = BuiltInDocuments.all.map(Self.stored)
        return (own + builtIn).sorted { $0.record.name < $1.record.name }
    }

    /// Finds a version of a document; the default one without a wish.
    ///
    /// *Errors*: `InvalidDocument`, `InvalidDocumentVersion`.
    func document(_ name: String, version wanted: String?) throws -> StoredDocument {
        if let builtIn = Self.builtIn(name) {
            let names = [
                nil, DocumentVersionName.standard, DocumentVersionName.latest,
                String(builtIn.version.version),
            ]
            guard names.contains(wanted) else { throw Self.noVersion(wanted ?? "", of: name) }
            return builtIn
        }
        guard let record = try reader.document(name) else {
            throw SystemsManagerError(.invalidDocument, "there is no document \(name)")
        }
        let number: Int? =
            switch wanted {
            case nil, DocumentVersionName.standard: record.defaultVersion
            case DocumentVersionName.latest: record.latestVersion
            case let text?: Int(text)
            }
        guard let number, let version = try reader.documentVersion(name, number) else {
            throw Self.noVersion(wanted ?? "", of: name)
        }
        return StoredDocument(record, version)
    }

    static func builtIn(_ name: String) -> StoredDocument? {
        BuiltInDocuments.named(name).map(stored)
    }

    private static func stored(_ document: BuiltInDocuments.Entry) -> StoredDocument {
        let epoch = Timestamp(seconds: 0)
        let checked = try? CheckedContent(
            document.content,
            format: builtInFormat,
            name: document.name,
            documentType: nil
        )
        return StoredDocument(
            DocumentRecord(
                name: document.name,
                documentType: document.documentType,
                createdAt: epoch
            ),
            DocumentVersionRecord(
                document: document.name,
                version: 1,
                format: builtInFormat,
                schemaVersion: checked?.document.schemaVersion ?? "",
                description: checked?.document.description,
                content: document.content,
                hash: ContentDigest(of: document.content).hex,
                createdAt: epoch
            ),
            owner: builtInOwner
        )
    }

    private static func noVersion(_ version: String, of name: String) -> SystemsManagerError {
        SystemsManagerError(
            .invalidDocumentVersion,
            "the document \(name) has no version \(version)"
        )
    }
}

/// Content that was read and found in order.
struct CheckedContent: Sendable {
    var content: String
    var format: String
    var documentType: String
    var document: Document

    /// Reads and checks content.
    ///
    /// *Errors*: `InvalidDocumentContent` with the first mistakes.
    init(_ content: String, format: String?, name: String, documentType: String?) throws {
        let chosen = format ?? "JSON"
        guard let known = DesiredDocument.Format(rawValue: chosen) else {
            throw SystemsManagerError(
                .invalidDocumentContent,
                "documents of format \(chosen) are not kept here"
            )
        }
        let (document, diagnostics) = DocumentLoader.load(
            text: content,
            format: known,
            file: name
        )
        let mistakes = diagnostics.filter { $0.severity == .error }
        guard let document, mistakes.isEmpty else {
            throw SystemsManagerError(
                .invalidDocumentContent,
                mistakes.prefix(3).map(\.message).joined(separator: "; ")
            )
        }
        if let documentType, documentType != document.documentType {
            throw SystemsManagerError(
                .invalidDocumentContent,
                "the content is a \(document.documentType) document and not \(documentType)"
            )
        }
        self.content = content
        self.format = chosen
        self.documentType = document.documentType
        self.document = document
    }

    func version(
        _ number: Int,
        of name: String,
        versionName: String?,
        at time: Timestamp
    ) -> DocumentVersionRecord {
        DocumentVersionRecord(
            document: name,
            version: number,
            versionName: versionName,
            format: format,
            schemaVersion: document.schemaVersion,
            description: document.description,
            content: content,
            hash: ContentDigest(of: content).hex,
            createdAt: time
        )
    }
}

/// A document with the values of its parameters, ready for any node.
struct PreparedDocument: Sendable {
    let name: String
    let version: String
    let document: Document
    let parameters: [String: [String]]

    /// Reads a stored document and checks the parameters.
    ///
    /// *Errors*: `InvalidDocument` for what cannot run as a command, `InvalidParameters`.
    init(_ stored: StoredDocument, parameters: [String: [String]]) throws {
        let checked = try CheckedContent(
            stored.version.content,
            format: stored.version.format,
            name: stored.record.name,
            documentType: nil
        )
        guard checked.document.schema != nil else {
            throw SystemsManagerError(
                .invalidDocument,
                "\(stored.record.name) is a document of type \(checked.documentType) and cannot "
                    + "run as a command"
            )
        }
        let problems = checked.document.validate(parameters: parameters)
        guard problems.isEmpty else {
            throw SystemsManagerError(
                .invalidParameters,
                problems.map(\.message).joined(separator: "; ")
            )
        }
        name = stored.record.name
        version = String(stored.version.version)
        document = checked.document
        self.parameters = parameters
    }

    /// Fills in the steps for one node.
    ///
    /// *Errors*: `DocumentError`.
    func resolve(for node: NodeFacts, command: CommandID) throws -> AgentDocument {
        try document.resolve(
            name: name,
            version: version,
            parameters: parameters,
            node: node,
            commandID: command
        )
    }
}
