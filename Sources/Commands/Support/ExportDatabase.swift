// SPDX-License-Identifier: Apache-2.0

/// A database that is being made for other programs; the executable knows how.
package struct ExportDatabase {
    /// Makes a table of texts.
    package var createTable: (_ name: String, _ columns: [String]) throws -> Void
    /// Adds rows, all or none; a value that is missing is `NULL`.
    package var insert: (_ table: String, _ rows: [[String?]]) throws -> Void
    package var close: () throws -> Void

    package init(
        createTable: @escaping (_ name: String, _ columns: [String]) throws -> Void,
        insert: @escaping (_ table: String, _ rows: [[String?]]) throws -> Void,
        close: @escaping () throws -> Void
    ) {
        self.createTable = createTable
        self.insert = insert
        self.close = close
    }
}
