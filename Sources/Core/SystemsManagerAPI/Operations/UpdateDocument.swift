// SPDX-License-Identifier: Apache-2.0

/// Stores a new version of a document; the default version stays.
///
/// *Errors*: `InvalidDocument`, `DuplicateDocumentContent`, `InvalidDocumentContent`.
/// *Source*: `ssm:UpdateDocument`.
package struct UpdateDocument: Operation {
    package typealias Response = UpdateDocumentResponse

    package var content: String
    package var name: String
    package var documentVersion: String?
    package var documentFormat: String?
    package var versionName: String?

    package init(
        content: String,
        name: String,
        documentVersion: String? = nil,
        documentFormat: String? = nil,
        versionName: String? = nil
    ) {
        self.content = content
        self.name = name
        self.documentVersion = documentVersion
        self.documentFormat = documentFormat
        self.versionName = versionName
    }
}

/// The answer to `UpdateDocument`.
package struct UpdateDocumentResponse: Codable, Hashable, Sendable {
    package var documentDescription: DocumentDescription

    package init(documentDescription: DocumentDescription) {
        self.documentDescription = documentDescription
    }
}
