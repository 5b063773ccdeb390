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
        }
    ]
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
