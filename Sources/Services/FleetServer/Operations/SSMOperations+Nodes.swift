// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension SSMOperations {
    static let nodes = [
        ServedOperation("DescribeInstanceInformation", pages: 5...50) {
            (request: DescribeInstanceInformationRequest, engine) in
            let nodes = try await engine.perform(DescribeInstanceInformation())
                .instanceInformationList
            let filters = try request.tests
            let page = Window(
                nodes.filter { node in filters.allSatisfy { $0(node) } },
                maxResults: request.maxResults,
                nextToken: request.nextToken,
                key: { $0.instanceId.rawValue }
            )
            return DescribeInstanceInformationResponse(
                instanceInformationList: page.elements.map { node in
                    var node = node
                    node.tags = nil
                    return node
                },
                nextToken: page.nextToken
            )
        },
        ServedOperation("GetConnectionStatus") { (request: ConnectionRequest, engine) in
            let nodes = try await engine.perform(DescribeInstanceInformation())
                .instanceInformationList
            let node = nodes.first { $0.instanceId == request.target }
            let isOnline = node?.pingStatus == ObservedNode.PingStatus.online.rawValue
            return ConnectionAnswer(
                target: request.target,
                status: isOnline ? "connected" : "notconnected"
            )
        },
        ServedOperation("DescribeInstanceAssociationsStatus", pages: 1...50) {
            (request: NodeAssociationsRequest, engine) in
            try await associations(request, engine)
        },
    ]

    private static func associations(
        _ request: NodeAssociationsRequest,
        _ engine: any SystemsManager
    ) async throws -> NodeAssociationsAnswer {
        let nodes = try await engine.perform(DescribeInstanceInformation()).instanceInformationList
        guard nodes.contains(where: { $0.instanceId == request.instanceId }) else {
            throw SystemsManagerError(
                .invalidInstanceId,
                "there is no managed node \(request.instanceId)"
            )
        }
        let named = Dictionary(
            try await engine.perform(ListAssociations()).associations.map {
                ($0.associationId, $0)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let cohorts = try await engine.perform(ListAssociationTargetStatuses()).cohorts
        let statuses = cohorts.compactMap { cohort -> NodeAssociation? in
            guard cohort.instanceIds.contains(request.instanceId),
                let association = named[cohort.associationId]
            else { return nil }
            return NodeAssociation(
                associationId: cohort.associationId,
                name: association.name,
                documentVersion: association.documentVersion,
                associationVersion: String(cohort.associationVersion),
                instanceId: request.instanceId,
                executionDate: cohort.executedAt,
                status: cohort.status.rawValue,
                detailedStatus: cohort.detailedStatus,
                associationName: association.associationName
            )
        }
        let page = Window(
            statuses,
            maxResults: request.maxResults,
            nextToken: request.nextToken,
            key: { $0.associationId.rawValue }
        )
        return NodeAssociationsAnswer(
            instanceAssociationStatusInfos: page.elements,
            nextToken: page.nextToken
        )
    }
}

/// *Source*: `GetConnectionStatusRequest`.
private struct ConnectionRequest: Codable, Sendable {
    var target: NodeID
}

private struct ConnectionAnswer: Codable {
    var target: NodeID
    var status: String
}

/// *Source*: `DescribeInstanceAssociationsStatusRequest`.
private struct NodeAssociationsRequest: Codable, Sendable {
    var instanceId: NodeID
    var maxResults: Int?
    var nextToken: String?
}

private struct NodeAssociationsAnswer: Codable {
    var instanceAssociationStatusInfos: [NodeAssociation]
    var nextToken: String?
}

/// *Source*: `InstanceAssociationStatusInfo`.
private struct NodeAssociation: Codable {
    var associationId: AssociationID
    var name: String
    var documentVersion: String
    var associationVersion: String
    var instanceId: NodeID
    var executionDate: Timestamp
    var status: String
    var detailedStatus: String
    var associationName: String?
}

/// *Source*: `DescribeInstanceInformationRequest`.
private struct DescribeInstanceInformationRequest: Codable, Sendable {
    struct OldFilter: Codable, Sendable {
        var key: String
        var valueSet: [String]
    }

    var instanceInformationFilterList: [OldFilter]?
    var filters: [Filter]?
    var maxResults: Int?
    var nextToken: String?

    var tests: [(InstanceInformation) -> Bool] {
        get throws {
            let old = (instanceInformationFilterList ?? []).map {
                Filter(key: $0.key, values: $0.valueSet)
            }
            guard old.isEmpty || (filters ?? []).isEmpty else {
                throw SystemsManagerError(
                    .validation,
                    "Filters and InstanceInformationFilterList cannot be used together"
                )
            }
            return try (old + (filters ?? [])).map(Self.test)
        }
    }

    private static func test(_ filter: Filter) throws -> (InstanceInformation) -> Bool {
        let values = Set(filter.values)
        switch filter.key {
        case "InstanceIds": return { values.contains($0.instanceId.rawValue) }
        case "AgentVersion": return { values.contains($0.agentVersion ?? "") }
        case "PingStatus": return { values.contains($0.pingStatus) }
        case "PlatformTypes": return { values.contains($0.platformType ?? "") }
        case "ResourceType": return { values.contains($0.resourceType) }
        // No node here has an activation or a role: nothing matches.
        case "ActivationIds", "IamRole": return { _ in false }
        case "tag-key": return { ($0.tags ?? []).contains { values.contains($0.key) } }
        case let key where key.hasPrefix("tag:"):
            let name = key.dropFirst("tag:".count)
            return { node in
                (node.tags ?? []).contains { $0.key == name && values.contains($0.value) }
            }
        default: throw invalidFilterKey(filter.key)
        }
    }
}
