// SPDX-License-Identifier: Apache-2.0
import FleetModel
import GRDB

/// A failed operation of the store.
///
/// *Shape*: `message` is lower case and names the file or the record; it never holds the cause.
package struct StoreError: Error, CustomStringConvertible {
    /// What went wrong: an open set.
    package struct Code: TypedString {
        package var rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// Another process writes this store.
        package static let locked: Code = "StoreLocked"
        /// The file is damaged: SQLite's own check says so.
        package static let corrupt: Code = "StoreCorrupt"
        /// The disk is full or refuses to be written.
        package static let outOfSpace: Code = "StoreOutOfSpace"
        /// The file was written by a newer Aplomb.
        package static let newerSchema: Code = "StoreNewerSchema"
        /// The store was opened to be read, or is closed.
        package static let notWritable: Code = "StoreNotWritable"
        /// The file or its folder cannot be opened.
        package static let cannotOpen: Code = "StoreCannotOpen"
        /// A stored value does not have the shape that the schema promises.
        package static let badRecord: Code = "StoreBadRecord"
        /// Any other failure of SQLite.
        package static let database: Code = "StoreDatabase"
    }

    package var code: Code
    package var message: String
    package var context: [String: String]
    package var underlying: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        context: [String: String] = [:],
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.context = context
        self.underlying = underlying
    }

    package var description: String { "\(code): \(message)" }
}

extension StoreError {
    /// Gives an error of SQLite a code that callers can branch on.
    init(_ error: any Error, while action: String) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self.init(Self.code(of: error), "cannot \(action)", underlying: error)
        default:
            self.init(.database, "cannot \(action)", underlying: error)
        }
    }

    private static func code(of error: DatabaseError) -> Code {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
        case .SQLITE_FULL, .SQLITE_IOERR: .outOfSpace
        case .SQLITE_CANTOPEN, .SQLITE_PERM: .cannotOpen
        case .SQLITE_READONLY: .notWritable
        default: .database
        }
    }
}
