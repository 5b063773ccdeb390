// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Reads what is known about a document.
///
/// *Source*: `ssm:DescribeDocument`.
package struct DescribeDocument: Operation {
    package typealias Response = DescribeDocumentResponse

    package var name: String
    package var documentVersion: String?

    package init(name: String, documentVersion: String? = nil) {
        self.name = name
        self.documentVersion = documentVersion
    }
}

/// The answer to `DescribeDocument`.
package struct DescribeDocumentResponse: Codable, Hashable, Sendable {
    package var document: DocumentDescription

    package init(document: DocumentDescription) {
        self.document = document
    }
}

/// What is known about one version of a document.
///
/// *Shape*: `hash` is SHA-256 in hexadecimal digits of the content of `documentVersion`.
package struct DocumentDescription: Codable, Hashable, Sendable {
    package var name: String
    package var documentType: String
    package var documentFormat: String
    package var schemaVersion: String
    package var documentVersion: String
    package var latestVersion: String
    package var defaultVersion: String
    package var hash: String
    package var hashType: String
    package var status: String
    package var owner: String
    package var description: String?
    package var createdDate: Timestamp?
    package var tags: [Tag]?

    package init(
        name: String,
        documentType: String,
        documentFormat: String,
        schemaVersion: String,
        documentVersion: String,
        latestVersion: String,
        defaultVersion: String,
        hash: String,
        hashType: String = "Sha256",
        status: String = "Active",
        owner: String = "Self",
        description: String? = nil,
        createdDate: Timestamp? = nil,
        tags: [Tag]? = nil
    ) {
        self.name = name
        self.documentType = documentType
        self.documentFormat = documentFormat
        self.schemaVersion = schemaVersion
        self.documentVersion = documentVersion
        self.latestVersion = latestVersion
        self.defaultVersion = defaultVersion
        self.hash = hash
        self.hashType = hashType
        self.status = status
        self.owner = owner
        self.description = description
        self.createdDate = createdDate
        self.tags = tags
    }
}
