// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FoundationEssentials
import GRDB

/// Asks questions of one consistent state of the store; the extensions hold them, by noun.
///
/// *Shape*: valid only inside the closure that received it.
package struct StoreReader {
    let database: Database
}

/// Changes the store within one transaction; the extensions hold the changes, by noun.
///
/// *Shape*: valid only inside the closure that received it.
package struct StoreWriter {
    let database: Database

    /// Asks questions of the state as changed so far.
    package var reader: StoreReader { StoreReader(database: database) }
}

extension Row {
    /// Reads a column that the schema promises to be there.
    func text(_ column: String) -> String { self[column] }
    func integer(_ column: String) -> Int { self[column] }
    func number(_ column: String) -> Int64 { self[column] }

    func timestamp(_ column: String) -> Timestamp {
        Timestamp(milliseconds: self[column] as Int64)
    }

    func optionalTimestamp(_ column: String) -> Timestamp? {
        (self[column] as Int64?).map { Timestamp(milliseconds: $0) }
    }

    func json<T: Decodable>(_ column: String, as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(text(column).utf8))
        } catch {
            throw StoreError(
                .badRecord,
                "column \(column) of the store does not hold what it should",
                underlying: error
            )
        }
    }
}

/// Writes a value as JSON with sorted keys, so that equal values have equal text.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
