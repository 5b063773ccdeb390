// SPDX-License-Identifier: Apache-2.0

/// Reads the content of one version of a document.
///
/// *Errors*: `InvalidDocument`, `InvalidDocumentVersion`. *Source*: `ssm:GetDocument`.
package struct GetDocument: Operation {
    package typealias Response = GetDocumentResponse

    package var name: String
    package var documentVersion: String?
    package var documentFormat: String?

    package init(name: String, documentVersion: String? = nil, documentFormat: String? = nil) {
        self.name = name
        self.documentVersion = documentVersion
        self.documentFormat = documentFormat
    }
}

/// The answer to `GetDocument`.
package struct GetDocumentResponse: Codable, Hashable, Sendable {
    package var name: String
    package var documentVersion: String
    package var content: String
    package var documentType: String
    package var documentFormat: String

    package init(
        name: String,
        documentVersion: String,
        content: String,
        documentType: String,
        documentFormat: String
    ) {
        self.name = name
        self.documentVersion = documentVersion
        self.content = content
        self.documentType = documentType
        self.documentFormat = documentFormat
    }
}
