// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// A document and which of its versions counts.
package struct DocumentRecord: Hashable, Sendable {
    package var name: String
    package var documentType: String
    package var latestVersion: Int
    package var defaultVersion: Int
    package var createdAt: Timestamp

    package init(
        name: String,
        documentType: String,
        latestVersion: Int = 1,
        defaultVersion: Int = 1,
        createdAt: Timestamp
    ) {
        self.name = name
        self.documentType = documentType
        self.latestVersion = latestVersion
        self.defaultVersion = defaultVersion
        self.createdAt = createdAt
    }
}

/// One version of a document; it never changes.
///
/// *Shape*: `hash` is SHA-256 of the content in hexadecimal digits.
package struct DocumentVersionRecord: Hashable, Sendable {
    package var document: String
    package var version: Int
    package var versionName: String?
    package var format: String
    package var schemaVersion: String
    package var description: String?
    package var content: String
    package var hash: String
    package var createdAt: Timestamp

    package init(
        document: String,
        version: Int,
        versionName: String? = nil,
        format: String,
        schemaVersion: String,
        description: String? = nil,
        content: String,
        hash: String,
        createdAt: Timestamp
    ) {
        self.document = document
        self.version = version
        self.versionName = versionName
        self.format = format
        self.schemaVersion = schemaVersion
        self.description = description
        self.content = content
        self.hash = hash
        self.createdAt = createdAt
    }
}
