// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import SystemsManagerAPI

/// Everything that is known of one node: who it is, what it belongs to, how it fares, what it has.
struct NodeDescription: Encodable {
    var name: String
    var nodeId: String
    var pingStatus: String
    var lastPingAt: Timestamp?
    var platform: String
    var agentVersion: String
    var tags: [String: String]
    var ownership: String
    var groups: [String]
    var associations: [Association]
    var inventory: [InventoryType]

    struct Association: Encodable {
        var name: String
        var status: String
        var at: Timestamp
    }

    struct InventoryType: Encodable {
        var typeName: String
        var entries: Int
        var capturedAt: Timestamp
    }

    init(
        of place: Int,
        in observed: ObservedState,
        _ owner: OwnerWords,
        from manager: any SystemsManager
    ) async throws {
        let node = observed.nodes[place]
        name = node.name
        nodeId = node.id.rawValue
        pingStatus = node.isRegistered ? node.pingStatus.rawValue : "not yet seen"
        lastPingAt = node.lastPingAt
        platform = [node.platformName, node.platformVersion].filter { !$0.isEmpty }
            .joined(separator: " ")
        agentVersion = node.agentVersion
        tags = node.tags.filter { !$0.key.hasPrefix(Ownership.TagKey.prefix) }
        ownership = owner.of(.node, node.name, node.tags)
        groups = observed.groups.filter { $0.query.matches(node.tags) }.map(\.name).sorted()
        associations = observed.associations.compactMap { association in
            association.cohorts.first { $0.nodes.contains(place) }.map {
                Association(name: association.name, status: $0.detailedStatus, at: $0.executedAt)
            }
        }.sorted { $0.name < $1.name }
        inventory = []
        guard node.isRegistered else { return }
        let types = try await manager.perform(ListInventoryTypes(instanceId: node.id)).types
        inventory = types.map { type in
            InventoryType(
                typeName: type.typeName,
                entries: type.entryCount,
                capturedAt: type.newestCaptureTime
            )
        }
    }
}
