// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension SSMOperations {
    static func commands(pages: ClosedRange<Int>) -> [ServedOperation] {
        [
            ServedOperation("ListCommands", pages: pages) {
                (request: ListCommandsRequest, engine) in
                let filter = try CommandFilter(request.filters)
                return try await filter.page(request.maxResults, request.nextToken) {
                    limit,
                    token in
                    let page = try await engine.perform(
                        ListCommands(
                            commandId: request.commandId,
                            instanceId: request.instanceId,
                            maxResults: limit,
                            nextToken: token
                        )
                    )
                    return (page.commands, page.nextToken)
                } keep: {
                    filter.keeps($0.documentName, $0.status, $0.requestedDateTime)
                } answer: {
                    ListCommandsResponse(commands: $0, nextToken: $1)
                }
            },
            ServedOperation("ListCommandInvocations", pages: pages) {
                (request: ListCommandInvocationsRequest, engine) in
                let filter = try CommandFilter(request.filters)
                return try await filter.page(request.maxResults, request.nextToken) {
                    limit,
                    token in
                    let page = try await engine.perform(
                        ListCommandInvocations(
                            commandId: request.commandId,
                            instanceId: request.instanceId,
                            details: request.details,
                            maxResults: limit,
                            nextToken: token
                        )
                    )
                    return (page.commandInvocations, page.nextToken)
                } keep: {
                    filter.keeps($0.documentName, $0.status, $0.requestedDateTime)
                } answer: {
                    ListCommandInvocationsResponse(commandInvocations: $0, nextToken: $1)
                }
            },
        ]
    }
}

/// *Source*: `ListCommandsRequest`.
private struct ListCommandsRequest: Codable, Sendable {
    var commandId: CommandID?
    var instanceId: NodeID?
    var filters: [LegacyFilter]?
    var maxResults: Int?
    var nextToken: String?
}

/// *Source*: `ListCommandInvocationsRequest`.
private struct ListCommandInvocationsRequest: Codable, Sendable {
    var commandId: CommandID?
    var instanceId: NodeID?
    var filters: [LegacyFilter]?
    var details: Bool?
    var maxResults: Int?
    var nextToken: String?
}

/// *Source*: `CommandFilter`.
private struct CommandFilter {
    private static let terminal: Set = ["Success", "Failed", "Cancelled", "TimedOut"]

    private var after: Timestamp?
    private var before: Timestamp?
    private var statuses: Set<String>?
    private var document: String?
    private var isComplete: Bool?

    init(_ filters: [LegacyFilter]?) throws {
        for filter in filters ?? [] {
            switch filter.key {
            case "InvokedAfter": after = try Self.time(filter)
            case "InvokedBefore": before = try Self.time(filter)
            case "Status": statuses = [filter.value]
            case "DocumentName": document = filter.value
            case "ExecutionStage" where ["Executing", "Complete"].contains(filter.value):
                isComplete = filter.value == "Complete"
            default: throw invalidFilterKey(filter.key)
            }
        }
    }

    private static func time(_ filter: LegacyFilter) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: filter.value) else {
            throw SystemsManagerError(
                .validation,
                "the value '\(filter.value)' of \(filter.key) is no time such as 2026-11-24T02:11:00Z"
            )
        }
        return time
    }

    func keeps(_ document: String, _ status: String, _ requestedAt: Timestamp) -> Bool {
        if let after, requestedAt < after { return false }
        if let before, requestedAt >= before { return false }
        if let wanted = self.document, wanted != document { return false }
        if let statuses, !statuses.contains(status) { return false }
        if let isComplete, isComplete != Self.terminal.contains(status) { return false }
        return true
    }

    /// Reads on until there are enough that are kept, or no more.
    ///
    /// A page may have fewer than were asked for and still carry a token: it is where reading stopped.
    func page<Element, Answer>(
        _ maxResults: Int?,
        _ nextToken: String?,
        _ read: (Int?, String?) async throws -> ([Element], String?),
        keep: (Element) -> Bool,
        answer: ([Element], String?) -> Answer
    ) async throws -> Answer {
        var token = nextToken
        var kept: [Element] = []
        repeat {
            let (elements, next) = try await read(maxResults.map { $0 - kept.count }, token)
            kept += elements.filter(keep)
            token = next
        } while token != nil && kept.count < maxResults ?? .max
        return answer(kept, token)
    }
}
