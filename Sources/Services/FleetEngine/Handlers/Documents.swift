// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Documents and their versions. *Source*: SSM API, document operations.

extension CreateDocument: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> CreateDocumentResponse {
        try DocumentName.check(name)
        let request = self
        let checked = try CheckedContent(
            content,
            format: documentFormat,
            name: name,
            documentType: documentType
        )
        let time = engine.configuration.now()
        let stored = try await engine.store.write { store in
            guard try store.reader.document(request.name) == nil else {
                throw SystemsManagerError(
                    .documentAlreadyExists,
                    "there is a document \(request.name) already"
                )
            }
            let document = DocumentRecord(
                name: request.name,
                documentType: checked.documentType,
                createdAt: time
            )
            let version = checked.version(
                1,
                of: request.name,
                versionName: request.versionName,
                at: time
            )
            try store.insert(document)
            try store.insert(version)
            try store.setTags(
                (request.tags ?? []).asDictionary,
                of: .document(request.name)
            )
            return StoredDocument(document, version)
        }
        return CreateDocumentResponse(
            documentDescription: stored.description(tags: (tags ?? []).asDictionary)
        )
    }
}

extension UpdateDocument: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> UpdateDocumentResponse {
        let request = self
        let time = engine.configuration.now()
        let type = try await engine.store.read { try $0.ownDocument(request.name).documentType }
        let checked = try CheckedContent(
            content,
            format: documentFormat,
            name: name,
            documentType: type
        )
        let described = try await engine.store.write { store in
            var document = try store.reader.ownDocument(request.name)
            if let wanted = request.documentVersion, wanted != DocumentVersionName.latest,
                wanted != String(document.latestVersion)
            {
                throw SystemsManagerError(
                    .invalidDocumentVersion,
                    "version \(wanted) of \(request.name) is not the latest one"
                )
            }
            let version = checked.version(
                document.latestVersion + 1,
                of: request.name,
                versionName: request.versionName,
                at: time
            )
            if let same = try store.reader.documentVersion(request.name, hash: version.hash) {
                throw SystemsManagerError(
                    .duplicateDocumentContent,
                    "version \(same) of \(request.name) has this content already"
                )
            }
            document.latestVersion = version.version
            try store.update(document)
            try store.insert(version)
            return StoredDocument(document, version).description(
                tags: try store.reader.tags(of: .document(request.name))
            )
        }
        return UpdateDocumentResponse(documentDescription: described)
    }
}

extension UpdateDocumentDefaultVersion: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> UpdateDocumentDefaultVersionResponse {
        let request = self
        let version = try await engine.store.write { store in
            var document = try store.reader.ownDocument(request.name)
            let stored = try DocumentCatalogue(reader: store.reader)
                .document(request.name, version: request.documentVersion)
            document.defaultVersion = stored.version.version
            try store.update(document)
            return document.defaultVersion
        }
        return UpdateDocumentDefaultVersionResponse(
            description: DocumentDefaultVersionDescription(
                name: name,
                defaultVersion: String(version)
            )
        )
    }
}

extension DeleteDocument: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let name = name
        try await engine.store.write { store in
            _ = try store.reader.ownDocument(name)
            let count = try store.reader.associationCount(ofDocument: name)
            guard count == 0 else {
                throw SystemsManagerError(
                    .associatedInstances,
                    "\(count) associations use the document \(name)"
                )
            }
            try store.deleteDocument(name)
        }
        return EmptyResponse()
    }
}

extension DescribeDocument: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> DescribeDocumentResponse {
        let request = self
        return try await engine.store.read { store in
            let stored = try DocumentCatalogue(reader: store)
                .document(request.name, version: request.documentVersion)
            let tags = try store.tags(of: .document(request.name))
            return DescribeDocumentResponse(document: stored.description(tags: tags))
        }
    }
}

extension GetDocument: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> GetDocumentResponse {
        let request = self
        let stored = try await engine.store.read { store in
            try DocumentCatalogue(reader: store)
                .document(request.name, version: request.documentVersion)
        }
        if let documentFormat, documentFormat != stored.version.format {
            throw SystemsManagerError(
                .invalidDocumentContent,
                "the document \(name) is \(stored.version.format) and is not converted"
            )
        }
        return GetDocumentResponse(
            name: name,
            documentVersion: String(stored.version.version),
            content: stored.version.content,
            documentType: stored.record.documentType,
            documentFormat: stored.version.format
        )
    }
}

extension ListDocuments: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListDocumentsResponse {
        let all = try await engine.store.read { store in
            let tags = try store.documentTags()
            return try DocumentCatalogue(reader: store).documents().map {
                $0.description(tags: tags[$0.record.name] ?? [:])
            }
        }
        let page = try Page(all, maxResults: maxResults, nextToken: nextToken, key: \.name)
        return ListDocumentsResponse(
            documentIdentifiers: page.elements,
            nextToken: page.nextToken
        )
    }
}

extension StoreReader {
    /// Finds a document that may be changed.
    ///
    /// *Errors*: `InvalidDocument` for those of others too, as on AWS.
    fileprivate func ownDocument(_ name: String) throws -> DocumentRecord {
        guard let document = try document(name) else {
            let isBuiltIn = DocumentCatalogue.builtIn(name) != nil
            throw SystemsManagerError(
                .invalidDocument,
                isBuiltIn
                    ? "the document \(name) is built in and cannot be changed"
                    : "there is no document \(name)"
            )
        }
        return document
    }
}

/// The rules for names.
///
/// *Source*: `DocumentName`; the prefixes are reserved for AWS.
private enum DocumentName {
    static let reserved = ["aws", "amazon", "amzn"]

    static func check(_ name: String) throws {
        let isAllowed = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isAllowed, (3...128).contains(name.utf8.count) else {
            throw SystemsManagerError(
                .validation,
                "'\(name)' cannot be the name of a document"
            )
        }
        let lower = name.lowercased()
        guard !reserved.contains(where: lower.hasPrefix) else {
            throw SystemsManagerError(
                .validation,
                "'\(name)' begins with a prefix that is reserved for AWS"
            )
        }
    }
}
