// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FleetStore
package import SystemsManagerAPI

/// What a node says about itself when it comes; empty where it does not know yet.
package struct NodeRegistration: Hashable, Sendable {
    /// `nil`: the id of the registered node of this name, or a new one.
    package var id: NodeID?
    package var name: String
    package var computerName: String
    package var agentVersion: String
    package var platformType: String
    package var platformName: String
    package var platformVersion: String
    package var ipAddress: String

    package init(
        id: NodeID? = nil,
        name: String,
        computerName: String = "",
        agentVersion: String = "",
        platformType: String = "Linux",
        platformName: String = "",
        platformVersion: String = "",
        ipAddress: String = ""
    ) {
        self.id = id
        self.name = name
        self.computerName = computerName
        self.agentVersion = agentVersion
        self.platformType = platformType
        self.platformName = platformName
        self.platformVersion = platformVersion
        self.ipAddress = ipAddress
    }
}

extension EmbeddedEngine {
    /// Registers a node, or finds it again, and notes how it is reached.
    ///
    /// The link is made, for the node's id, when something is first asked of it. A node that says nothing new
    /// writes nothing.
    ///
    /// *Errors*: `InvalidInstanceId` for an id that was deregistered, which is never used again;
    /// `ValidationException` for a name that another node has.
    @discardableResult
    package func attach(
        _ node: NodeRegistration,
        link: @escaping @Sendable (NodeID) async throws -> any NodeLink
    ) async throws(SystemsManagerError) -> NodeID {
        do {
            let id = try await register(node)
            directory.attach(id) { try await link(id) }
            tellAll(.reachable(id))
            return id
        } catch {
            throw SystemsManagerError(engineError: error, operation: "RegisterManagedInstance")
        }
    }

    /// Notes that a node cannot be reached any more; what runs there is not stopped.
    package func detach(_ id: NodeID) { directory.detach(id) }

    private func register(_ node: NodeRegistration) async throws -> NodeID {
        let time = configuration.now()
        let known = try await store.read { store in
            try node.id.map { try store.node($0) } ?? store.node(named: node.name)
        }
        if let known, known.deregisteredAt == nil, known.isUnchanged(by: node) { return known.id }
        let uuid = configuration.makeUUID()
        return try await store.write { store in
            let sameName = try store.reader.node(named: node.name)
            let id = node.id ?? sameName?.id ?? Self.makeNodeID(uuid)
            guard sameName == nil || sameName?.id == id else {
                throw SystemsManagerError(
                    .validation,
                    "another node is registered with the name \(node.name)"
                )
            }
            guard var record = try store.reader.node(id) else {
                _ = try store.insert(NodeRecord(id: id, registeredAt: time, from: node))
                return id
            }
            guard record.deregisteredAt == nil else {
                throw SystemsManagerError(
                    .invalidInstanceId,
                    "node \(id) was deregistered; its id is not used again"
                )
            }
            record.take(node)
            record.lastPingAt = time
            try store.update(record)
            return id
        }
    }

    /// Makes an id as Systems Manager does: `mi-` and 17 hexadecimal digits.
    private static func makeNodeID(_ uuid: String) -> NodeID {
        NodeID("mi-" + uuid.lowercased().filter(\.isHexDigit).prefix(17))
    }
}

extension NodeRecord {
    fileprivate init(id: NodeID, registeredAt: Timestamp, from node: NodeRegistration) {
        self.init(
            id: id,
            name: node.name,
            computerName: node.computerName.isEmpty ? node.name : node.computerName,
            pingStatus: .online,
            lastPingAt: registeredAt,
            agentVersion: node.agentVersion,
            platformType: node.platformType,
            platformName: node.platformName,
            platformVersion: node.platformVersion,
            ipAddress: node.ipAddress,
            registeredAt: registeredAt
        )
    }

    /// Takes over what a node says, and keeps what it is silent about.
    fileprivate mutating func take(_ node: NodeRegistration) {
        func known(_ new: String, _ old: String) -> String { new.isEmpty ? old : new }
        name = node.name
        computerName = known(node.computerName, computerName)
        agentVersion = known(node.agentVersion, agentVersion)
        platformType = known(node.platformType, platformType)
        platformName = known(node.platformName, platformName)
        platformVersion = known(node.platformVersion, platformVersion)
        ipAddress = known(node.ipAddress, ipAddress)
    }

    fileprivate func isUnchanged(by node: NodeRegistration) -> Bool {
        var taken = self
        taken.take(node)
        return taken == self
    }
}

extension NodeRegistration {
    /// What the inventory type `AWS:InstanceInformation` says of a node.
    ///
    /// *Source*: the type's attributes in the SSM user guide; its values are what
    /// `DescribeInstanceInformation` answers.
    init(name: String, instanceInformation entry: [String: String]) {
        self.init(
            name: name,
            computerName: entry["ComputerName"] ?? "",
            agentVersion: entry["AgentVersion"] ?? "",
            platformType: entry["PlatformType"] ?? "",
            platformName: entry["PlatformName"] ?? "",
            platformVersion: entry["PlatformVersion"] ?? "",
            ipAddress: entry["IpAddress"] ?? ""
        )
    }
}

extension StoreWriter {
    /// Brings a node's record up to date with the inventory that it reports.
    func note(_ entry: [String: String], of node: NodeRecord) throws {
        var record = node
        record.take(NodeRegistration(name: node.name, instanceInformation: entry))
        if record != node { try update(record) }
    }
}
