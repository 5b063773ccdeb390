// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import InventoryQueries
import PositionedYAML

extension Manifest {
    /// Reads which nodes belong to a group; a mistake in an expression is noted where it stands.
    mutating func selection(_ spec: Node?, groupName: String) -> GroupSelection {
        if let names = spec?["union"] { return .union(names.texts) }
        if let names = spec?["intersection"] { return .intersection(names.texts) }
        if let difference = spec?["difference"] {
            return .difference(
                from: difference["from"]?.text ?? "",
                minus: difference["minus"]?.texts ?? []
            )
        }
        if let sample = spec?["sample"] {
            return .sample(
                of: sample["of"]?.text ?? "",
                size: sample["size"]?.text.flatMap { RateBound($0) } ?? .percent(100),
                seed: sample["seed"]?.text ?? groupName
            )
        }
        let query = spec?["query"]
        return .query(
            GroupQuery(
                tags: tagQuery(query),
                inventory: inventoryQueries(query?["inventory"]),
                notInventory: inventoryQueries(query?["not"]?["inventory"])
            )
        )
    }

    private mutating func inventoryQueries(_ list: Node?) -> [InventoryQuery] {
        var queries: [InventoryQuery] = []
        for item in list?.sequence ?? [] {
            do throws(ExpressionError) {
                queries.append(try InventoryQuery(parsing: item.text ?? ""))
            } catch {
                note(error, in: item)
            }
        }
        return queries
    }

    /// Notes what is wrong with an expression at the part of the text that is wrong.
    mutating func note(_ error: ExpressionError, in item: Node) {
        let place = item.places(ofUTF8: [error.range]).first ?? item.range
        diagnostics.append(
            Diagnostic(.badExpression, error.message, at: place, hint: error.hint)
        )
    }
}
