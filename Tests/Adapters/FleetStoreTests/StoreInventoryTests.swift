// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import GRDB
import Testing

@testable import FleetStore

@Suite("Inventory in the store")
struct StoreInventoryTests {
    private static let type = "AWS:Application"

    private func withStore(
        nodes: Int,
        _ body: (FleetStore) async throws -> Void
    ) async throws {
        let folder = try Folder()
        let store = try FleetStore.open(folder.store, mode: .readWrite)
        try await store.write { store in
            for index in 1...nodes {
                let id = NodeID("mi-\(index)")
                _ = try store.insert(
                    NodeRecord(id: id, name: "node-\(index)", registeredAt: someTime)
                )
            }
        }
        try await body(store)
        try store.close()
    }

    private func item(_ node: Int, at seconds: Int64 = 0, hash: String = "h")
        -> InventoryItemRecord
    {
        InventoryItemRecord(
            node: node,
            typeName: Self.type,
            schemaVersion: "1.1",
            capturedAt: someTime.advanced(bySeconds: seconds),
            contentHash: hash
        )
    }

    private func packages(_ names: String...) -> InventoryContent {
        InventoryContent(
            typeName: Self.type,
            entries: names.map { ["Name": $0, "Version": "1.0"] }
        )
    }

    private func count(_ table: String, _ store: FleetStore) async throws -> Int {
        try await store.read {
            try Int.fetchOne($0.database, sql: "SELECT COUNT(*) FROM \(table)") ?? -1
        }
    }

    private func names(_ entries: [[String: String]]) -> Set<String> {
        Set(entries.compactMap { $0["Name"] })
    }

    @Test("goal F1: an unchanged report writes one row, with or without its content")
    func unchanged() async throws {
        try await withStore(nodes: 1) { store in
            let (first, content) = (item(1), packages("vim", "bash"))
            try await store.write { try $0.put(first, content: content) }
            for (seconds, again) in [(60, nil), (120, packages("bash", "vim"))] {
                let item = item(1, at: Int64(seconds))
                let rows = try await store.write { store in
                    let before = store.database.totalChangesCount
                    try store.put(item, content: again)
                    return store.database.totalChangesCount - before
                }
                #expect(rows == 1)
            }
            let (items, entries, history) = try await store.read { store in
                (
                    try store.inventoryItems(node: 1),
                    try store.inventoryContent(node: 1, typeName: Self.type),
                    try store.inventoryHistory(node: 1)
                )
            }
            #expect(items.map(\.capturedAt) == [someTime.advanced(bySeconds: 120)])
            #expect(names(entries) == ["vim", "bash"])
            #expect(history.map(\.capturedAt) == [someTime])
        }
    }

    @Test("nodes that report the same store it once")
    func shared() async throws {
        try await withStore(nodes: 100) { store in
            let items = (1...100).map { item($0) }
            let (same, other) = (packages("bash", "vim"), packages("bash", "emacs"))
            try await store.write { store in
                for item in items {
                    try store.put(item, content: item.node == 100 ? other : same)
                }
            }
            #expect(try await count("inventory_content", store) == 2)
            #expect(try await count("inventory_entry", store) == 3)
        }
    }

    @Test("history says what a node had when, and ends after its time with all that only it names")
    func history() async throws {
        try await withStore(nodes: 2) { store in
            let steps: [(InventoryItemRecord, InventoryContent)] = [
                (item(1), packages("bash", "old")), (item(2), packages("bash", "vim")),
                (item(1, at: 100), packages("bash", "old")), (item(1, at: 200), packages("bash")),
                // A clock that went back does not reorder what came.
                (item(1, at: 50), packages("bash", "vim")),
            ]
            try await store.write { store in
                for (item, content) in steps { try store.put(item, content: content) }
            }
            let pieces = try await store.read { store in
                try store.inventoryHistory(node: 1).map {
                    ($0.capturedAt, $0.lastSeenAt, Set(try store.entries(of: $0)))
                }
            }
            let at200 = someTime.advanced(bySeconds: 200)
            #expect(
                pieces.map(\.0)
                    == [someTime, at200, Timestamp(milliseconds: at200.milliseconds + 1)]
            )
            #expect(pieces.map(\.1) == [someTime.advanced(bySeconds: 100), at200, nil])
            #expect(
                pieces.map { names(Array($0.2)) } == [["bash", "old"], ["bash"], ["bash", "vim"]]
            )

            let horizon = someTime.advanced(bySeconds: 201)
            #expect(try await store.read { try $0.hasInventoryHistory(supersededBefore: horizon) })
            try await store.write { try $0.deleteInventoryHistory(supersededBefore: horizon) }
            #expect(
                !(try await store.read { try $0.hasInventoryHistory(supersededBefore: horizon) })
            )
            #expect(try await count("inventory_history", store) == 2)
            #expect(try await count("inventory_content", store) == 1)
            #expect(try await count("inventory_entry", store) == 2)
            let kept = try await store.read {
                try $0.inventoryContent(node: 1, typeName: Self.type)
            }
            #expect(names(kept) == ["bash", "vim"])
        }
    }

    @Test("a node that is let go of keeps its history for its time, and no more")
    func deregistered() async throws {
        try await withStore(nodes: 1) { store in
            let (item, content) = (item(1), packages("bash"))
            let end = someTime.advanced(bySeconds: 500)
            try await store.write { store in
                try store.put(item, content: content)
                try store.deregisterNode(1, at: end)
            }
            #expect(try await count("inventory_item", store) == 0)
            let history = try await store.read { try $0.inventoryHistory(node: 1) }
            #expect(history.map(\.lastSeenAt) == [someTime])
            let later = end.advanced(bySeconds: 1)
            try await store.write { try $0.deleteInventoryHistory(supersededBefore: later) }
            #expect(try await count("inventory_entry", store) == 0)
        }
    }

    struct MatchCase: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var names: InventoryNames = .any
        var selects: (@Sendable ([String: String]) -> Bool)?
        var counts: [Int: Int]
    }

    @Test(
        "matching entries are counted node by node, through the index or not",
        arguments: [
            MatchCase(testDescription: "all", counts: [1: 2, 2: 2, 3: 0]),
            MatchCase(
                testDescription: "name",
                names: .oneOf(["vim"]),
                selects: { $0["Name"] == "vim" },
                counts: [1: 1, 2: 0, 3: 0]
            ),
            MatchCase(
                testDescription: "prefix",
                names: .beginning("ba"),
                selects: { $0["Name"]?.hasPrefix("ba") == true },
                counts: [1: 1, 2: 1, 3: 0]
            ),
            MatchCase(
                testDescription: "index lets more through",
                names: .beginning("b"),
                selects: { $0["Name"] == "bzip2" },
                counts: [1: 0, 2: 1, 3: 0]
            ),
            MatchCase(
                testDescription: "none",
                selects: { _ in false },
                counts: [1: 0, 2: 0, 3: 0]
            ),
        ]
    )
    func matches(_ test: MatchCase) async throws {
        try await withStore(nodes: 4) { store in
            let reports = [
                (item(1), packages("bash", "vim")), (item(2), packages("bash", "bzip2")),
                (item(3), packages()),
            ]
            try await store.write { store in
                for (item, content) in reports { try store.put(item, content: content) }
            }
            let selection = InventorySelection(
                typeName: Self.type,
                names: test.names,
                selects: test.selects
            )
            let found = try await store.read { store in
                try store.inventoryMatches(selection, evidenceMax: 1)
            }
            #expect(
                Dictionary(uniqueKeysWithValues: found.map { ($0.node, $0.count) }) == test.counts
            )
            #expect(found.allSatisfy { $0.evidence.count == min(1, $0.count) })
            let some = try await store.read { try $0.inventoryMatches(selection, nodes: [2]) }
            #expect(some.map(\.count) == [test.counts[2]])
        }
    }

    @Test(
        "entries survive their bytes",
        arguments: [
            [:], ["": ""], ["Name": "é\u{0}\n", "Version": String(repeating: "x", count: 300)],
        ]
    )
    func coding(entry: [String: String]) {
        #expect(EntryCoding.decode(EntryCoding.encode(entry)) == entry)
        #expect(EntryCoding.decode([5, 1]) == nil)
        #expect(!RowNumbers.forEach(Data([0x80])) { _ in })
    }

    @Test(
        "FT-09: inventory of the second schema is there in the third, read or written first",
        arguments: [FleetStore.Mode.readOnly, .readWrite]
    )
    func migration(mode: FleetStore.Mode) async throws {
        let folder = try Folder()
        let old = try DatabaseQueue(path: folder.store)
        try Schema.migrator.migrate(old, upTo: "2 work")
        try await old.write { database in
            for node in 1...2 {
                try database.execute(
                    sql: """
                        INSERT INTO node (id, name, computerName, pingStatus, agentVersion,
                            platformType, platformName, platformVersion, ipAddress, registeredAt)
                        VALUES (?1, ?1, '', 'Online', '', 'Linux', '', '', '', 0);
                        """,
                    arguments: ["mi-\(node)"]
                )
                try database.execute(
                    sql: """
                        INSERT INTO inventory_item VALUES (?, 'AWS:Application', '1.1', 5000, 'h');
                        """,
                    arguments: [node]
                )
            }
            // The second report has no content row, as an interrupted writer could not have left it.
            try database.execute(
                sql: """
                    INSERT INTO inventory_content VALUES (1, 'AWS:Application',
                        '[{"Name":"vim","Version":"9"},{"Name":"bash"}]')
                    """
            )
        }
        try old.close()
        let store = try FleetStore.open(folder.store, mode: mode)
        let (entries, none, items, history) = try await store.read { store in
            (
                try store.inventoryContent(node: 1, typeName: Self.type),
                try store.inventoryContent(node: 2, typeName: Self.type),
                try store.inventoryItems(node: 1),
                try store.inventoryHistory(node: 1)
            )
        }
        #expect(Set(entries) == [["Name": "vim", "Version": "9"], ["Name": "bash"]])
        #expect(none.isEmpty)
        #expect(items.map(\.contentHash) == ["h"])
        #expect(history.map(\.capturedAt) == [Timestamp(seconds: 5)])
        try store.close()
    }
}
