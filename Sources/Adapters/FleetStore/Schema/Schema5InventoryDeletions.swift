// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Makes the table of what was deleted of inventory, which people ask for by its id.
enum Schema5InventoryDeletions {
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE inventory_deletion (
                    number INTEGER PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    typeName TEXT NOT NULL,
                    deletedAt INTEGER NOT NULL,
                    -- Items by the version of the type, as JSON.
                    counts TEXT NOT NULL
                ) STRICT;
                """
        )
    }
}
