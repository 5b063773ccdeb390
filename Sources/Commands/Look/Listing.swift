// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import SystemsManagerAPI

/// The kinds of things that `get` lists and `describe` tells of.
enum ListedKind: String, CaseIterable {
    case nodes, groups, policies, exceptions, documents, associations, commands

    /// The kind of one of them.
    var singular: String { self == .policies ? "policy" : String(rawValue.dropLast()) }

    /// Reads a kind as people type it: singular or plural, or as manifests spell it.
    init?(typed text: String) {
        let name = text.lowercased()
        let aliases: [String: ListedKind] = [
            "resourcegroup": .groups, "resourcegroups": .groups, "node": .nodes, "group": .groups,
            "document": .documents, "association": .associations, "command": .commands,
            "policy": .policies, "exception": .exceptions,
        ]
        guard let kind = ListedKind(rawValue: name) ?? aliases[name] else { return nil }
        self = kind
    }
}

/// One listed thing: what programs read, and the columns that people read.
struct ListedItem: Encodable {
    var name: String
    var columns: [String]
    var value: any Encodable & Sendable

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

/// Everything of one kind, with column titles.
struct Listing {
    var titles: [String]
    var items: [ListedItem]

    private struct NodeItem: Encodable {
        var name: String
        var nodeId: String
        var pingStatus: String
        var lastPingAt: Timestamp?
        var platform: String
        var agentVersion: String
        var tags: [String: String]
        var ownership: String
    }

    private struct DocumentItem: Encodable {
        var name: String
        var documentType: String
        var owner: String
        var defaultVersion: Int
        var latestVersion: Int
        var digest: String
        var ownership: String
    }

    private struct AssociationItem: Encodable {
        var name: String
        var associationId: String
        var version: Int
        var document: String
        var documentVersion: String
        var parameters: [String: [String]]
        var scheduleExpression: String?
        var maxConcurrency: String?
        var maxErrors: String?
        var ownership: String
        var nodes: [NodeStatus]
    }

    private struct CommandItem: Encodable {
        var commandId: String
        var document: String
        var requestedAt: Timestamp
        var status: String
        var statusDetails: String
        var targetCount: Int
        var completedCount: Int
        var errorCount: Int
        var nodes: [NodeStatus]
    }

    private struct NodeStatus: Encodable {
        var name: String
        var status: String
        var at: Timestamp?
        var output: String?
    }

    static func nodes(_ observed: ObservedState, _ owner: OwnerWords) -> Listing {
        Listing(
            titles: ["NAME", "ID", "PING", "PLATFORM", "OWNERSHIP", "TAGS"],
            items: observed.nodes.map { node in
                let ownership = owner.of(.node, node.name, node.tags)
                let tags = node.tags.filter { !$0.key.hasPrefix(Ownership.TagKey.prefix) }
                let platform = "\(node.platformName) \(node.platformVersion)"
                return ListedItem(
                    name: node.name,
                    columns: [
                        node.name, node.id.rawValue,
                        node.isRegistered ? node.pingStatus.rawValue : "not yet seen", platform,
                        ownership,
                        tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                            .joined(separator: ","),
                    ],
                    value: NodeItem(
                        name: node.name,
                        nodeId: node.id.rawValue,
                        pingStatus: node.pingStatus.rawValue,
                        lastPingAt: node.lastPingAt,
                        platform: platform,
                        agentVersion: node.agentVersion,
                        tags: tags,
                        ownership: ownership
                    )
                )
            }
        )
    }

    static func documents(_ observed: ObservedState, _ owner: OwnerWords) -> Listing {
        Listing(
            titles: ["NAME", "TYPE", "OWNER", "OWNERSHIP", "VERSION", "DIGEST"],
            items: observed.documents.map { document in
                let ownership =
                    document.owner == "Self"
                    ? owner.of(.document, document.name, document.tags) : OwnerWords.provider
                return ListedItem(
                    name: document.name,
                    columns: [
                        document.name, document.documentType, document.owner, ownership,
                        "\(document.defaultVersion)", document.digest.short,
                    ],
                    value: DocumentItem(
                        name: document.name,
                        documentType: document.documentType,
                        owner: document.owner,
                        defaultVersion: document.defaultVersion,
                        latestVersion: document.latestVersion,
                        digest: document.digest.rawValue,
                        ownership: ownership
                    )
                )
            }
        )
    }

    static func associations(_ observed: ObservedState, _ owner: OwnerWords) -> Listing {
        Listing(
            titles: ["NAME", "DOCUMENT", "VERSION", "OWNERSHIP", "SCHEDULE", "STATUS"],
            items: observed.associations.map { association in
                let ownership = owner.of(.association, association.name, association.tags)
                let nodes = association.cohorts.flatMap { cohort in
                    cohort.nodes.members.map { place in
                        NodeStatus(
                            name: observed.nodes[place].name,
                            status: cohort.detailedStatus,
                            at: cohort.executedAt
                        )
                    }
                }.sorted { $0.name < $1.name }
                let counts = Dictionary(grouping: nodes, by: \.status).mapValues(\.count)
                return ListedItem(
                    name: association.name,
                    columns: [
                        association.name, "\(association.document):\(association.documentVersion)",
                        "\(association.version)", ownership,
                        association.scheduleExpression ?? "-",
                        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                            .joined(separator: ", "),
                    ],
                    value: AssociationItem(
                        name: association.name,
                        associationId: association.id.rawValue,
                        version: association.version,
                        document: association.document,
                        documentVersion: association.documentVersion,
                        parameters: association.parameters,
                        scheduleExpression: association.scheduleExpression,
                        maxConcurrency: association.maxConcurrency?.description,
                        maxErrors: association.maxErrors?.description,
                        ownership: ownership,
                        nodes: nodes
                    )
                )
            }
        )
    }

    /// The newest commands with how each node fared.
    static func commands(
        from manager: any SystemsManager,
        newest count: Int = 50
    ) async throws -> Listing {
        let commands = try await manager.perform(ListCommands(maxResults: count)).commands
        var items: [ListedItem] = []
        for command in commands {
            let invocations = try await manager.perform(
                ListCommandInvocations(commandId: command.commandId, details: true)
            ).commandInvocations
            items.append(item(for: command, invocations))
        }
        return Listing(
            titles: ["COMMAND", "DOCUMENT", "REQUESTED", "STATUS", "NODES"],
            items: items
        )
    }

    private static func item(
        for command: Command,
        _ invocations: [CommandInvocation]
    ) -> ListedItem {
        let nodes = invocations.map { invocation in
            NodeStatus(
                name: invocation.instanceName,
                status: invocation.statusDetails,
                output: invocation.commandPlugins.map(\.output).joined()
            )
        }
        return ListedItem(
            name: command.commandId.rawValue,
            columns: [
                command.commandId.rawValue, "\(command.documentName):\(command.documentVersion)",
                command.requestedDateTime.description, command.statusDetails,
                "\(command.completedCount)/\(command.targetCount)",
            ],
            value: CommandItem(
                commandId: command.commandId.rawValue,
                document: command.documentName,
                requestedAt: command.requestedDateTime,
                status: command.status,
                statusDetails: command.statusDetails,
                targetCount: command.targetCount,
                completedCount: command.completedCount,
                errorCount: command.errorCount,
                nodes: nodes
            )
        )
    }
}
