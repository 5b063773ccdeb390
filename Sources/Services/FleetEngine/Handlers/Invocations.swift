// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// What commands did on nodes.

extension ListCommandInvocations: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListCommandInvocationsResponse {
        try checkPageSize(maxResults)
        let place = try Self.place(ofToken: nextToken)
        let (request, limit) = (self, maxResults ?? .max - 1)
        return try await engine.store.read { store in
            guard
                let command = try request.commandId.map({ try store.command($0)?.number }) ?? -1
            else { return ListCommandInvocationsResponse(commandInvocations: []) }
            let node = try request.instanceId.map { try store.knownNode($0).number }
            let rows = try store.invocations(
                command: command == -1 ? nil : command,
                node: node,
                after: place,
                limit: limit + 1
            )
            let page = rows.prefix(limit)
            return ListCommandInvocationsResponse(
                commandInvocations: try InvocationDescriber(store)
                    .describe(Array(page), details: request.details ?? false),
                nextToken: rows.count > limit
                    ? page.last.map { "\($0.command)/\($0.node)" } : nil
            )
        }
    }

    private static func place(ofToken token: String?) throws -> (command: Int, node: Int)? {
        guard let token else { return nil }
        let parts = token.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2 else {
            throw SystemsManagerError(.invalidNextToken, "the token was not made here")
        }
        return (parts[0], parts[1])
    }
}

extension GetCommandInvocation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> GetCommandInvocationResponse {
        let request = self
        return try await engine.store.read { store in
            guard let command = try store.command(request.commandId) else {
                throw SystemsManagerError(
                    .invalidCommandId,
                    "there is no command \(request.commandId)"
                )
            }
            let node = try store.knownNode(request.instanceId)
            guard
                let row = try store.invocation(command: command.number, node: node.number)
            else {
                throw SystemsManagerError(
                    .invocationDoesNotExist,
                    "command \(request.commandId) was not sent to \(request.instanceId)"
                )
            }
            let steps = try store.stepResults(command: command.number, node: node.number)
            let step: StepResult?
            if let name = request.pluginName {
                step = steps.first { $0.name == name }
                guard step != nil || steps.isEmpty else {
                    throw SystemsManagerError(
                        "InvalidPluginName",
                        "the invocation has no step \(name)"
                    )
                }
            } else {
                step = steps.first { $0.status.rawValue == row.status } ?? steps.first
            }
            return GetCommandInvocationResponse(command, row, step, node: node.id)
        }
    }
}

/// Joins invocations with their commands, nodes and steps.
private struct InvocationDescriber {
    let store: StoreReader
    let nodes: [Int: NodeID]
    let names: [Int: String]

    init(_ store: StoreReader) throws {
        self.store = store
        nodes = try store.nodeIDs()
        names = Dictionary(
            uniqueKeysWithValues: try store.nodes().map { ($0.number, $0.name) }
        )
    }

    func describe(_ rows: [InvocationRecord], details: Bool) throws -> [CommandInvocation] {
        var commands: [Int: CommandRecord] = [:]
        return try rows.compactMap { row in
            if commands[row.command] == nil {
                commands[row.command] = try store.command(number: row.command)
            }
            guard let command = commands[row.command], let node = nodes[row.node] else {
                return nil
            }
            let steps =
                details ? try store.stepResults(command: row.command, node: row.node) : []
            var plugins = steps.map { CommandPlugin($0) }
            // Where no step says why it ended so, a step that never ran does.
            if details, plugins.isEmpty, !row.message.isEmpty {
                plugins = [
                    CommandPlugin(
                        name: "",
                        status: row.status,
                        statusDetails: row.statusDetails,
                        responseCode: -1,
                        responseFinishDateTime: row.finishedAt,
                        output: row.message
                    )
                ]
            }
            return CommandInvocation(
                commandId: command.id,
                instanceId: node,
                instanceName: names[row.node] ?? "",
                documentName: command.document,
                documentVersion: command.documentVersion,
                comment: command.comment,
                requestedDateTime: command.requestedAt,
                status: row.status,
                statusDetails: row.statusDetails,
                commandPlugins: plugins
            )
        }
    }
}

extension GetCommandInvocationResponse {
    fileprivate init(
        _ command: CommandRecord,
        _ row: InvocationRecord,
        _ step: StepResult?,
        node: NodeID
    ) {
        let start = step?.startedAt ?? row.startedAt
        let end = step?.finishedAt ?? row.finishedAt
        var elapsed = ""
        if let start, let end {
            let milliseconds = max(0, end.milliseconds - start.milliseconds)
            let fraction = String(milliseconds % 1000 + 1000).dropFirst()
            elapsed = "PT\(milliseconds / 1000).\(fraction)S"
        }
        let state = step.map { InvocationState($0.status) }
        let isOpen = row.finishedAt == nil
        self.init(
            commandId: command.id,
            instanceId: node,
            documentName: command.document,
            documentVersion: command.documentVersion,
            comment: command.comment,
            pluginName: step?.name ?? "",
            responseCode: step?.responseCode ?? -1,
            executionStartDateTime: start?.preciseDescription ?? "",
            executionElapsedTime: elapsed,
            executionEndDateTime: isOpen ? "" : end?.preciseDescription ?? "",
            status: isOpen ? row.status : state?.status ?? row.status,
            statusDetails: isOpen ? row.statusDetails : state?.rawValue ?? row.statusDetails,
            standardOutputContent: step?.standardOutput ?? "",
            standardErrorContent: step?.standardError ?? row.message
        )
    }
}

extension CommandPlugin {
    /// *Source*: `Output` of `CommandPlugin`: 2,500 characters, output and error together.
    private static let outputMax = 2500
    private static let separator = "\n----------ERROR-------\n"
    private static let outputCut = "\n---Output truncated---"
    private static let errorCut = "\n---Error truncated----"

    fileprivate init(_ step: StepResult) {
        let state = InvocationState(step.status)
        self.init(
            name: step.name,
            status: state.status,
            statusDetails: state.rawValue,
            responseCode: step.responseCode,
            responseStartDateTime: step.startedAt,
            responseFinishDateTime: step.finishedAt,
            output: Self.joined(step.standardOutput, step.standardError)
        )
    }

    private static func joined(_ output: String, _ error: String) -> String {
        guard !error.isEmpty else { return cut(output, to: outputMax, mark: outputCut) }
        let room = outputMax - separator.count
        let (outputCount, errorCount) = (output.count, error.count)
        // Each gets half, and what the other leaves.
        let outputRoom = max(room / 2, room - errorCount)
        let errorRoom = room - min(outputCount, outputRoom)
        return cut(output, to: outputRoom, mark: outputCut) + separator
            + cut(error, to: errorRoom, mark: errorCut)
    }

    private static func cut(_ text: String, to count: Int, mark: String) -> String {
        guard text.count > count else { return text }
        return text.prefix(max(0, count - mark.count)) + mark
    }
}
