// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

extension DocumentRecord {
    init(row: Row) {
        self.init(
            name: row.text("name"),
            documentType: row.text("documentType"),
            latestVersion: row.integer("latestVersion"),
            defaultVersion: row.integer("defaultVersion"),
            createdAt: row.timestamp("createdAt")
        )
    }
}

extension DocumentVersionRecord {
    init(row: Row) {
        self.init(
            document: row.text("document"),
            version: row.integer("version"),
            versionName: row["versionName"],
            format: row.text("format"),
            schemaVersion: row.text("schemaVersion"),
            description: row["description"],
            content: row.text("content"),
            hash: row.text("hash"),
            createdAt: row.timestamp("createdAt")
        )
    }
}

extension StoreReader {
    /// Lists documents with their default versions, sorted by name.
    package func documents() throws -> [(DocumentRecord, DocumentVersionRecord)] {
        let versions = try Row.fetchAll(
            database,
            sql: """
                SELECT v.* FROM document_version v
                JOIN document d ON d.name = v.document AND d.defaultVersion = v.version
                """
        ).map(DocumentVersionRecord.init)
        let byName = Dictionary(uniqueKeysWithValues: versions.map { ($0.document, $0) })
        return try Row.fetchAll(database, sql: "SELECT * FROM document ORDER BY name")
            .map(DocumentRecord.init)
            .compactMap { document in byName[document.name].map { (document, $0) } }
    }

    /// Finds a document by its name.
    package func document(_ name: String) throws -> DocumentRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM document WHERE name = ?",
            arguments: [name]
        ).map(DocumentRecord.init)
    }

    /// Finds one version of a document.
    package func documentVersion(_ name: String, _ version: Int) throws -> DocumentVersionRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM document_version WHERE document = ? AND version = ?",
            arguments: [name, version]
        ).map(DocumentVersionRecord.init)
    }

    /// Finds the version of a document that has this content.
    package func documentVersion(_ name: String, hash: String) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: "SELECT version FROM document_version WHERE document = ? AND hash = ?",
            arguments: [name, hash]
        )
    }

    /// Counts associations whose latest version names the document.
    package func associationCount(ofDocument name: String) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM association_version v
                JOIN association a ON a.number = v.association AND a.version = v.version
                WHERE v.document = ?
                """,
            arguments: [name]
        ) ?? 0
    }
}

extension StoreWriter {
    /// Adds a document, without versions.
    package func insert(_ document: DocumentRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO document (name, documentType, latestVersion, defaultVersion, createdAt)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                document.name, document.documentType, document.latestVersion,
                document.defaultVersion, document.createdAt.milliseconds,
            ]
        )
    }

    /// Rewrites which versions count.
    package func update(_ document: DocumentRecord) throws {
        try database.execute(
            sql: "UPDATE document SET latestVersion = ?, defaultVersion = ? WHERE name = ?",
            arguments: [document.latestVersion, document.defaultVersion, document.name]
        )
    }

    /// Adds a version to its document.
    package func insert(_ version: DocumentVersionRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO document_version (document, version, versionName, format,
                    schemaVersion, description, content, hash, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                version.document, version.version, version.versionName, version.format,
                version.schemaVersion, version.description, version.content, version.hash,
                version.createdAt.milliseconds,
            ]
        )
    }

    /// Deletes a document with its versions and tags.
    package func deleteDocument(_ name: String) throws {
        try database.execute(sql: "DELETE FROM document WHERE name = ?", arguments: [name])
    }
}
