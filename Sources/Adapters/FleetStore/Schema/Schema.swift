// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Lists the migrations; one that was released is never edited.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 fleet", migrate: Schema1Fleet.migrate)
        migrator.registerMigration("2 work", migrate: Schema2Work.migrate)
        migrator.registerMigration("3 inventory", migrate: Schema3Inventory.migrate)
        migrator.registerMigration("4 compliance", migrate: Schema4Compliance.migrate)
        migrator.registerMigration(
            "5 inventory deletions",
            migrate: Schema5InventoryDeletions.migrate
        )
        return migrator
    }
}
