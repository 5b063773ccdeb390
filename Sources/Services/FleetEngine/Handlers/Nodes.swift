// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Managed nodes.

extension DescribeInstanceInformation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> DescribeInstanceInformationResponse {
        let directory = engine.directory
        let nodes = try await engine.store.read { store in
            let tags = try store.nodeTags()
            return try store.nodes().map { node in
                InstanceInformation(
                    node,
                    tags: tags[node.number] ?? [:],
                    isAttached: directory.isAttached(node.id)
                )
            }
        }
        let page = try Page(nodes, maxResults: maxResults, nextToken: nextToken, key: \.name)
        return DescribeInstanceInformationResponse(
            instanceInformationList: page.elements,
            nextToken: page.nextToken
        )
    }
}

extension DeregisterManagedInstance: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let (id, time) = (instanceId, engine.configuration.now())
        engine.detach(id)
        try await engine.store.write { store in
            guard let node = try store.reader.node(id), node.deregisteredAt == nil else {
                throw unknownNode(id)
            }
            try store.deregisterNode(node.number, at: time)
        }
        return EmptyResponse()
    }
}

extension InstanceInformation {
    fileprivate init(_ node: NodeRecord, tags: [String: String], isAttached: Bool) {
        // The store tells what was, the link what is.
        let ping: ObservedNode.PingStatus =
            isAttached ? .online : node.pingStatus == .online ? .connectionLost : node.pingStatus
        self.init(
            instanceId: node.id,
            name: node.name,
            computerName: node.computerName,
            pingStatus: ping.rawValue,
            lastPingDateTime: node.lastPingAt,
            agentVersion: node.agentVersion,
            platformType: node.platformType,
            platformName: node.platformName,
            platformVersion: node.platformVersion,
            iPAddress: node.ipAddress,
            registrationDate: node.registeredAt,
            tags: tags.asTags
        )
    }
}
