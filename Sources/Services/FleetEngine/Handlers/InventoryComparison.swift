// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import InventoryQueries
import SystemsManagerAPI

// What changed on a node, and how two nodes differ.

extension CompareInventory: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> CompareInventoryResponse {
        guard
            (from.at ?? to.at ?? .distantFuture) <= (to.at ?? .distantFuture)
                || from.instanceId != to.instanceId
        else {
            throw SystemsManagerError(.validation, "the first time is after the second")
        }
        let request = self
        return try await engine.store.read { store in
            let sides = (
                try InventoryPast(request.from, request.typeNames, store),
                try InventoryPast(request.to, request.typeNames, store)
            )
            let names = Set(sides.0.typeNames).union(sides.1.typeNames).sorted()
            return CompareInventoryResponse(
                differences: try names.compactMap { name in
                    try Self.difference(name, sides, store)
                }
            )
        }
    }

    private static func difference(
        _ typeName: String,
        _ sides: (from: InventoryPast, to: InventoryPast),
        _ store: StoreReader
    ) throws -> InventoryTypeDifference? {
        let (from, to) = (sides.from.state(typeName), sides.to.state(typeName))
        guard let from, let to else {
            return InventoryTypeDifference(
                typeName: typeName,
                fromCaptureTime: from.map { sides.from.seen($0) },
                toCaptureTime: to.map { sides.to.seen($0) },
                changes: []
            )
        }
        guard from != to else { return nil }
        let differences = InventoryDifference.between(
            try store.entries(of: from),
            try store.entries(of: to),
            typeName: typeName
        )
        guard !differences.isEmpty else { return nil }
        let times =
            sides.from.node == sides.to.node
            ? try sides.to.times(of: typeName, from: from, to: to, store) : [:]
        let attributes = InventoryType.keyAttributes(ofType: typeName)
        return InventoryTypeDifference(
            typeName: typeName,
            fromCaptureTime: sides.from.seen(from),
            toCaptureTime: sides.to.seen(to),
            changes: differences.map { difference in
                let key = zip(attributes, difference.key.values).filter { !$0.1.isEmpty }
                return InventoryEntryChange(
                    key: Dictionary(uniqueKeysWithValues: key.map { ($0.0, $0.1) }),
                    from: difference.from,
                    to: difference.to,
                    lastSeenTime: times[difference.key]?.before,
                    captureTime: times[difference.key]?.after
                )
            }
        )
    }
}

/// What is known of a node's inventory up to a time.
private struct InventoryPast {
    let node: Int
    private let at: Timestamp
    private let lastReports: [String: Timestamp]
    private let history: [String: [InventoryHistoryRecord]]

    /// *Errors*: `InvalidInstanceId`; a node that was let go of is known while its history is.
    init(_ point: InventoryPoint, _ typeNames: [String]?, _ store: StoreReader) throws {
        guard let record = try store.node(point.instanceId) else {
            throw unknownNode(point.instanceId)
        }
        node = record.number
        at = point.at ?? .distantFuture
        lastReports = Dictionary(
            uniqueKeysWithValues: try store.inventoryItems(node: node).map {
                ($0.typeName, $0.capturedAt)
            }
        )
        history = Dictionary(
            grouping: try store.inventoryHistory(node: node, typeNames: typeNames.map(Set.init)),
            by: \.typeName
        )
    }

    var typeNames: [String] { Array(history.keys) }

    /// What the node had at the time, or the first that is known of it.
    func state(_ typeName: String) -> InventoryHistoryRecord? {
        let pieces = history[typeName] ?? []
        return pieces.last { $0.capturedAt <= at } ?? pieces.first
    }

    /// The last time up to then that the node was seen so.
    func seen(_ state: InventoryHistoryRecord) -> Timestamp {
        let last = state.lastSeenAt ?? lastReports[state.typeName] ?? state.capturedAt
        return max(state.capturedAt, min(last, at))
    }

    /// When each entry last changed between two states: seen before, and seen after.
    func times(
        of typeName: String,
        from: InventoryHistoryRecord,
        to: InventoryHistoryRecord,
        _ store: StoreReader
    ) throws -> [InventoryKey: (before: Timestamp, after: Timestamp)] {
        var times: [InventoryKey: (before: Timestamp, after: Timestamp)] = [:]
        var (last, entries) = (from, try store.entries(of: from))
        for piece in history[typeName] ?? []
        where piece.capturedAt > from.capturedAt && piece.capturedAt <= to.capturedAt {
            let next = try store.entries(of: piece)
            for change in InventoryDifference.between(entries, next, typeName: typeName) {
                times[change.key] = (seen(last), piece.capturedAt)
            }
            (last, entries) = (piece, next)
        }
        return times
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(milliseconds: .max)
}
