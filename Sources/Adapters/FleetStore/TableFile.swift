// SPDX-License-Identifier: Apache-2.0
import GRDB

/// An SQLite file with tables of texts, for other programs to read.
package final class TableFile {
    private let queue: DatabaseQueue
    private let path: String

    /// Makes the file, or opens the one that is there.
    ///
    /// *Errors*: `StoreError`.
    package init(_ path: String) throws(StoreError) {
        self.path = path
        do {
            queue = try DatabaseQueue(path: path)
        } catch {
            throw StoreError(error, while: "make the database \(path)")
        }
    }

    /// Makes a table; columns that differ only by case, which SQL does not tell apart, get a number.
    package func createTable(_ name: String, columns: [String]) throws(StoreError) {
        var known: Set<String> = []
        let definitions = columns.map { column in
            var (unique, number) = (column, 2)
            while !known.insert(unique.lowercased()).inserted {
                unique = "\(column)_\(number)"
                number += 1
            }
            return "\(Self.quoted(unique)) TEXT"
        }
        try perform { database in
            try database.execute(
                sql: "CREATE TABLE \(Self.quoted(name)) (\(definitions.joined(separator: ", ")))"
            )
        }
    }

    /// Adds rows, all or none.
    package func insert(into name: String, _ rows: [[String?]]) throws(StoreError) {
        guard let width = rows.first?.count else { return }
        let marks = Array(repeating: "?", count: width).joined(separator: ", ")
        try perform { database in
            let statement = try database.cachedStatement(
                sql: "INSERT INTO \(Self.quoted(name)) VALUES (\(marks))"
            )
            for row in rows { try statement.execute(arguments: StatementArguments(row)) }
        }
    }

    /// Closes the file.
    package func close() throws(StoreError) {
        do {
            try queue.close()
        } catch {
            throw StoreError(error, while: "close the database \(path)")
        }
    }

    private func perform(_ body: (Database) throws -> Void) throws(StoreError) {
        do {
            try queue.write(body)
        } catch {
            throw StoreError(error, while: "write the database \(path)")
        }
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}
