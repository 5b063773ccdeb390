// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Makes the tables of what there is: nodes, inventory, groups, documents and associations.
///
/// *Units*: times are milliseconds since 1970.
enum Schema1Fleet {
    static func migrate(_ database: Database) throws {
        try database.execute(sql: nodes)
        try database.execute(sql: documents)
        try database.execute(sql: associations)
        for (owner, type, key) in [
            ("node", "INTEGER", "number"), ("document", "TEXT", "name"),
            ("resource_group", "TEXT", "name"), ("association", "INTEGER", "number"),
        ] {
            try database.execute(
                sql: """
                    CREATE TABLE \(owner)_tag (
                        owner \(type) NOT NULL REFERENCES \(owner)(\(key)) ON DELETE CASCADE,
                        key TEXT NOT NULL,
                        value TEXT NOT NULL,
                        PRIMARY KEY (owner, key)
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        }
    }

    // A deregistered node stays: history names it, and its id and number are never used again.
    private static let nodes = """
        CREATE TABLE node (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            computerName TEXT NOT NULL,
            pingStatus TEXT NOT NULL,
            lastPingAt INTEGER,
            agentVersion TEXT NOT NULL,
            platformType TEXT NOT NULL,
            platformName TEXT NOT NULL,
            platformVersion TEXT NOT NULL,
            ipAddress TEXT NOT NULL,
            registeredAt INTEGER NOT NULL,
            deregisteredAt INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX node_by_name ON node(name) WHERE deregisteredAt IS NULL;
        CREATE TABLE inventory_item (
            node INTEGER NOT NULL REFERENCES node(number) ON DELETE CASCADE,
            typeName TEXT NOT NULL,
            schemaVersion TEXT NOT NULL,
            capturedAt INTEGER NOT NULL,
            contentHash TEXT NOT NULL,
            PRIMARY KEY (node, typeName)
        ) STRICT, WITHOUT ROWID;
        -- Apart, so that an unchanged report rewrites a time and not the content.
        CREATE TABLE inventory_content (
            node INTEGER NOT NULL,
            typeName TEXT NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (node, typeName),
            FOREIGN KEY (node, typeName) REFERENCES inventory_item(node, typeName)
                ON DELETE CASCADE
        ) STRICT;
        CREATE TABLE resource_group (
            name TEXT NOT NULL PRIMARY KEY,
            description TEXT,
            query TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let documents = """
        CREATE TABLE document (
            name TEXT NOT NULL PRIMARY KEY,
            documentType TEXT NOT NULL,
            latestVersion INTEGER NOT NULL,
            defaultVersion INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE document_version (
            document TEXT NOT NULL REFERENCES document(name) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            versionName TEXT,
            format TEXT NOT NULL,
            schemaVersion TEXT NOT NULL,
            description TEXT,
            content TEXT NOT NULL,
            hash TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            PRIMARY KEY (document, version)
        ) STRICT;
        CREATE UNIQUE INDEX document_version_by_name ON document_version(document, versionName)
            WHERE versionName IS NOT NULL;
        """

    private static let associations = """
        CREATE TABLE association (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            lastExecutionAt INTEGER,
            lastSuccessAt INTEGER
        ) STRICT;
        CREATE TABLE association_version (
            association INTEGER NOT NULL REFERENCES association(number) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            name TEXT,
            document TEXT NOT NULL,
            documentVersion TEXT NOT NULL,
            parameters TEXT NOT NULL,
            targets TEXT NOT NULL,
            scheduleExpression TEXT,
            maxConcurrency TEXT,
            maxErrors TEXT,
            complianceSeverity TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            PRIMARY KEY (association, version)
        ) STRICT, WITHOUT ROWID;
        -- Not a foreign key: built-in documents have no row.
        CREATE INDEX association_by_document ON association_version(document);
        """
}
