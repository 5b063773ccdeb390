// SPDX-License-Identifier: Apache-2.0
import Commands
import FleetStore

/// Makes database files for exports.
enum ExportFile {
    static func make(_ path: String) throws -> ExportDatabase {
        let file = try TableFile(path)
        return ExportDatabase(
            createTable: { try file.createTable($0, columns: $1) },
            insert: { try file.insert(into: $0, $1) },
            close: { try file.close() }
        )
    }
}
