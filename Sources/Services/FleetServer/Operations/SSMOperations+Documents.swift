// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension SSMOperations {
    static func documents(pages: ClosedRange<Int>) -> [ServedOperation] {
        [
            ServedOperation("CreateDocument") { (request: CreateDocument, engine) in
                let made = try await engine.perform(request).documentDescription
                return ChangedDocumentAnswer(
                    documentDescription: DescribedDocument(made, content: request.content)
                )
            },
            ServedOperation("UpdateDocument") { (request: UpdateDocument, engine) in
                let made = try await engine.perform(request).documentDescription
                return ChangedDocumentAnswer(
                    documentDescription: DescribedDocument(made, content: request.content)
                )
            },
            ServedOperation("DescribeDocument") { (request: DescribeDocument, engine) in
                let found = try await engine.perform(request).document
                let content = try await engine.perform(
                    GetDocument(name: found.name, documentVersion: found.documentVersion)
                ).content
                return DescribeDocumentAnswer(
                    document: DescribedDocument(found, content: content)
                )
            },
            ServedOperation("DeleteDocument") { (request: DeleteDocumentRequest, engine) in
                try await engine.perform(DeleteDocument(name: request.name))
            },
            ServedOperation("ListDocuments", pages: pages) {
                (request: ListDocumentsRequest, engine) in
                let tests = try request.tests
                let all = try await engine.perform(ListDocuments()).documentIdentifiers
                let page = Window(
                    all.filter { document in tests.allSatisfy { $0(document) } },
                    maxResults: request.maxResults,
                    nextToken: request.nextToken,
                    key: \.name
                )
                return ListDocumentsAnswer(
                    documentIdentifiers: page.elements.map { DocumentIdentifier($0) },
                    nextToken: page.nextToken
                )
            },
            ServedOperation("ListDocumentVersions", pages: pages) {
                (request: ListDocumentVersionsRequest, engine) in
                try await versions(request, engine)
            },
        ]
    }

    /// The versions of a document, the newest first: they are counted from one and none is ever gone.
    private static func versions(
        _ request: ListDocumentVersionsRequest,
        _ engine: any SystemsManager
    ) async throws -> ListDocumentVersionsAnswer {
        let document = try await engine.perform(DescribeDocument(name: request.name)).document
        let latest = Int(document.latestVersion) ?? 1
        let first = request.nextToken.flatMap { Int($0) }.map { $0 - 1 } ?? latest
        let last = max(1, first - (request.maxResults ?? 50) + 1)
        var versions: [DocumentVersionInfo] = []
        for number in stride(from: first, through: last, by: -1) {
            let version = try await engine.perform(
                DescribeDocument(name: request.name, documentVersion: String(number))
            ).document
            versions.append(
                DocumentVersionInfo(
                    name: version.name,
                    documentVersion: version.documentVersion,
                    createdDate: version.createdDate,
                    isDefaultVersion: version.documentVersion == document.defaultVersion,
                    documentFormat: version.documentFormat,
                    status: version.status
                )
            )
        }
        return ListDocumentVersionsAnswer(
            documentVersions: versions,
            nextToken: last > 1 && !versions.isEmpty ? String(last) : nil
        )
    }
}

/// *Source*: `DeleteDocumentRequest`; versions are not deleted one by one here.
private struct DeleteDocumentRequest: Codable, Sendable {
    var name: String
    var force: Bool?
}

/// *Source*: `ListDocumentsRequest`.
private struct ListDocumentsRequest: Codable, Sendable {
    var documentFilterList: [LegacyFilter]?
    var filters: [Filter]?
    var maxResults: Int?
    var nextToken: String?

    var tests: [(DocumentDescription) -> Bool] {
        get throws {
            let old = (documentFilterList ?? []).map { Filter(key: $0.key, values: [$0.value]) }
            guard old.isEmpty || (filters ?? []).isEmpty else {
                throw SystemsManagerError(
                    .validation,
                    "Filters and DocumentFilterList cannot be used together"
                )
            }
            return try old.map { try Self.test($0, namePrefix: false) }
                + (filters ?? []).map { try Self.test($0, namePrefix: true) }
        }
    }

    /// *Source*: `DocumentKeyValuesFilter`: names are matched by their beginning.
    private static func test(
        _ filter: Filter,
        namePrefix: Bool
    ) throws -> (DocumentDescription) -> Bool {
        let values = filter.values
        switch filter.key {
        case "Name":
            return { document in
                values.contains {
                    namePrefix ? document.name.hasPrefix($0) : document.name == $0
                }
            }
        case "Owner":
            return { document in values.contains { Self.isOwner($0, of: document) } }
        case "DocumentType": return { values.contains($0.documentType) }
        // Every document that can be stored here runs on Linux, and nothing else does.
        case "PlatformTypes": return { _ in values.contains("Linux") }
        case let key where key.hasPrefix("tag:"):
            let name = key.dropFirst("tag:".count)
            return { document in
                (document.tags ?? []).contains { $0.key == name && values.contains($0.value) }
            }
        default: throw invalidFilterKey(filter.key)
        }
    }

    private static func isOwner(_ owner: String, of document: DocumentDescription) -> Bool {
        let isOurs = document.owner == "Self"
        switch owner {
        case "All": return true
        case "Self", "Private": return isOurs
        case "Amazon", "Public": return !isOurs
        default: return document.owner == owner
        }
    }
}

private struct ListDocumentsAnswer: Codable {
    var documentIdentifiers: [DocumentIdentifier]
    var nextToken: String?
}

/// *Source*: `DocumentIdentifier`.
private struct DocumentIdentifier: Codable {
    var name: String
    var createdDate: Timestamp?
    var owner: String
    var platformTypes = ["Linux"]
    var documentVersion: String
    var documentType: String
    var schemaVersion: String
    var documentFormat: String
    var tags: [Tag]

    init(_ document: DocumentDescription) {
        name = document.name
        createdDate = document.createdDate
        owner = document.owner
        documentVersion = document.documentVersion
        documentType = document.documentType
        schemaVersion = document.schemaVersion
        documentFormat = document.documentFormat
        tags = document.tags ?? []
    }
}

/// *Source*: `ListDocumentVersionsRequest`.
private struct ListDocumentVersionsRequest: Codable, Sendable {
    var name: String
    var maxResults: Int?
    var nextToken: String?
}

private struct ListDocumentVersionsAnswer: Codable {
    var documentVersions: [DocumentVersionInfo]
    var nextToken: String?
}

/// *Source*: `DocumentVersionInfo`.
private struct DocumentVersionInfo: Codable {
    var name: String
    var documentVersion: String
    var createdDate: Timestamp?
    var isDefaultVersion: Bool
    var documentFormat: String
    var status: String
}
