// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Makes the table of compliance that others report; that of associations is derived.
enum Schema4Compliance {
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE compliance_report (
                    node INTEGER NOT NULL REFERENCES node(number) ON DELETE CASCADE,
                    complianceType TEXT NOT NULL,
                    contentHash TEXT NOT NULL,
                    PRIMARY KEY (node, complianceType)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE compliance_item (
                    node INTEGER NOT NULL,
                    complianceType TEXT NOT NULL,
                    id TEXT NOT NULL,
                    title TEXT NOT NULL,
                    severity TEXT NOT NULL,
                    status TEXT NOT NULL,
                    details TEXT NOT NULL,
                    executedAt INTEGER NOT NULL,
                    executionId TEXT NOT NULL,
                    executionType TEXT NOT NULL,
                    PRIMARY KEY (node, complianceType, id),
                    FOREIGN KEY (node, complianceType)
                        REFERENCES compliance_report(node, complianceType) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;
                """
        )
    }
}
