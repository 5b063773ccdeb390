// SPDX-License-Identifier: Apache-2.0
import FleetModel
import InventoryQueries
import Planning
import SystemsManagerAPI

extension FleetObserver {
    /// Asks what groups and policies want to know of the nodes' inventory, each question once, and
    /// all of them of one time.
    func addInventory(
        to observed: inout ObservedState,
        for desired: DesiredState
    ) async throws(SystemsManagerError) {
        let queries = desired.inventoryQueries
        guard !queries.isEmpty else { return }
        let places = Dictionary(
            observed.nodes.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for query in queries {
            let answer = try await manager.perform(
                QueryInventory(
                    expression: query.description,
                    evidenceMax: 2,
                    evaluationTime: observed.observedAt
                )
            )
            observed.inventory[query] = InventoryAnswer(answer.matches, of: query, places)
        }
    }
}

extension InventoryAnswer {
    fileprivate init(
        _ matches: [NodeInventoryMatch],
        of query: InventoryQuery,
        _ places: [NodeID: Int]
    ) {
        self.init(matching: NodeSet(), reporting: NodeSet())
        for match in matches {
            guard let place = places[match.instanceId], let time = match.captureTime else {
                continue
            }
            reporting.insert(place)
            reportedAt[place] = time
            guard match.matchCount > 0 else { continue }
            matching.insert(place)
            var words = match.evidence.map { Self.words($0, query) }
            let rest = match.matchCount - words.count
            if rest > 0 { words.append("\(rest) more") }
            evidence[place] = words
        }
    }

    /// What an entry is called, and the attributes that were asked about: `Name=openssl Version=3.0`.
    private static func words(_ entry: [String: String], _ query: InventoryQuery) -> String {
        var asked = query.condition?.attributes ?? []
        asked.formUnion(["Name", "Path", "Port", "Process", "Status"])
        return entry.filter { asked.contains($0.key) && !$0.value.isEmpty }
            .sorted { $0.key < $1.key }.prefix(6).map { "\($0.key)=\($0.value)" }
            .joined(separator: " ")
    }
}
