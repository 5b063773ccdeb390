// SPDX-License-Identifier: Apache-2.0

/// Moves the default version of a document.
///
/// *Source*: `ssm:UpdateDocumentDefaultVersion`.
package struct UpdateDocumentDefaultVersion: Operation {
    package typealias Response = UpdateDocumentDefaultVersionResponse

    package var name: String
    package var documentVersion: String

    package init(name: String, documentVersion: String) {
        self.name = name
        self.documentVersion = documentVersion
    }
}

/// The answer to `UpdateDocumentDefaultVersion`.
package struct UpdateDocumentDefaultVersionResponse: Codable, Hashable, Sendable {
    package var description: DocumentDefaultVersionDescription

    package init(description: DocumentDefaultVersionDescription) {
        self.description = description
    }
}

/// Which version of a document is the default one.
package struct DocumentDefaultVersionDescription: Codable, Hashable, Sendable {
    package var name: String
    package var defaultVersion: String

    package init(name: String, defaultVersion: String) {
        self.name = name
        self.defaultVersion = defaultVersion
    }
}
