// SPDX-License-Identifier: Apache-2.0

/// Stores the first version of a document.
///
/// *Errors*: `DocumentAlreadyExists`, `InvalidDocumentContent`, `InvalidDocument`. *Source*: `ssm:CreateDocument`.
package struct CreateDocument: Operation {
    package typealias Response = CreateDocumentResponse

    package var content: String
    package var name: String
    package var documentType: String?
    package var documentFormat: String?
    package var versionName: String?
    package var tags: [Tag]?

    package init(
        content: String,
        name: String,
        documentType: String? = nil,
        documentFormat: String? = nil,
        versionName: String? = nil,
        tags: [Tag]? = nil
    ) {
        self.content = content
        self.name = name
        self.documentType = documentType
        self.documentFormat = documentFormat
        self.versionName = versionName
        self.tags = tags
    }
}

/// The answer to `CreateDocument`.
package struct CreateDocumentResponse: Codable, Hashable, Sendable {
    package var documentDescription: DocumentDescription

    package init(documentDescription: DocumentDescription) {
        self.documentDescription = documentDescription
    }
}
