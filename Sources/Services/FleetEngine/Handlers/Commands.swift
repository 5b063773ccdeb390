// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

// Commands. *Source*: Run Command's operations of the SSM API.

extension SendCommand: EngineOperation {
    /// *Source*: SendCommand, `TimeoutSeconds`.
    private static let timeoutRange = 30...2_592_000

    func handle(in engine: EmbeddedEngine) async throws -> SendCommandResponse {
        if let timeoutSeconds, !Self.timeoutRange.contains(timeoutSeconds) {
            throw SystemsManagerError(
                .validation,
                "TimeoutSeconds must be between 30 and 2592000"
            )
        }
        guard (instanceIds ?? []).isEmpty != (targets ?? []).isEmpty else {
            throw SystemsManagerError(
                .validation,
                "a command takes either InstanceIds or Targets"
            )
        }
        let (request, time) = (self, engine.configuration.now())
        let id = CommandID(engine.configuration.makeUUID())
        let work = try await engine.store.write { store in
            let stored = try DocumentCatalogue(reader: store.reader)
                .document(request.documentName, version: request.documentVersion)
            if let hash = request.documentHash, hash.lowercased() != stored.version.hash {
                throw SystemsManagerError(
                    .invalidDocument,
                    "the document \(request.documentName) has another hash"
                )
            }
            let document = try PreparedDocument(stored, parameters: request.parameters ?? [:])
            let resolver = TargetResolver(reader: store.reader)
            let targets = request.targets ?? []
            try resolver.validate(targets)
            let nodes =
                targets.isEmpty
                ? try resolver.nodes(request.instanceIds ?? [])
                : try resolver.nodes(matching: targets)
            return try store.insert(
                StartedWork.Request(
                    command: id,
                    document: document,
                    comment: request.comment ?? "",
                    instanceIDs: request.instanceIds ?? [],
                    targets: targets,
                    maxConcurrency: request.maxConcurrency,
                    maxErrors: request.maxErrors,
                    timeoutSeconds: request.timeoutSeconds
                        ?? StartedWork.Request.timeoutSecondsDefault
                ),
                nodes: nodes,
                at: time
            )
        }
        try engine.start(engine.run(work))
        return SendCommandResponse(command: Command(work.command))
    }
}

extension CancelCommand: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let request = self
        let isOpen = try await engine.store.read { store in
            guard let command = try store.command(request.commandId) else {
                throw SystemsManagerError(
                    .invalidCommandId,
                    "there is no command \(request.commandId)"
                )
            }
            for id in request.instanceIds ?? [] {
                guard let node = try store.node(id),
                    try store.invocation(command: command.number, node: node.number) != nil
                else { throw unknownNode(id) }
            }
            return command.finishedAt == nil
        }
        guard isOpen else { return EmptyResponse() }
        let nodes = (instanceIds ?? []).isEmpty ? nil : instanceIds.map { Set($0) }
        _ = engine.tell(commandId, .cancel(nodes))
        return EmptyResponse()
    }
}

extension ListCommands: EngineOperation {
    private static let pageSize = 50

    func handle(in engine: EmbeddedEngine) async throws -> ListCommandsResponse {
        try checkPageSize(maxResults)
        let before = try rowNumber(ofToken: nextToken)
        let (request, limit) = (self, maxResults ?? Self.pageSize)
        return try await engine.store.read { store in
            if let id = request.commandId {
                guard let command = try store.command(id) else {
                    throw SystemsManagerError(.invalidCommandId, "there is no command \(id)")
                }
                return ListCommandsResponse(commands: [Command(command)])
            }
            let node = try request.instanceId.map { try store.knownNode($0).number }
            let rows = try store.commands(node: node, before: before, limit: limit + 1)
            let page = rows.prefix(limit)
            return ListCommandsResponse(
                commands: page.map { Command($0) },
                nextToken: rows.count > limit ? page.last.map { String($0.number) } : nil
            )
        }
    }
}

extension StoreReader {
    /// Finds a node, even one that was deregistered.
    ///
    /// *Errors*: `InvalidInstanceId`.
    func knownNode(_ id: NodeID) throws -> NodeRecord {
        guard let node = try node(id) else { throw unknownNode(id) }
        return node
    }
}

extension Command {
    init(_ record: CommandRecord) {
        self.init(
            commandId: record.id,
            documentName: record.document,
            documentVersion: record.documentVersion,
            comment: record.comment,
            parameters: record.parameters,
            instanceIds: record.instanceIDs,
            targets: record.targets,
            requestedDateTime: record.requestedAt,
            expiresAfter: record.expiresAt,
            status: record.status,
            statusDetails: record.statusDetails,
            maxConcurrency: record.maxConcurrency,
            maxErrors: record.maxErrors,
            targetCount: record.targetCount,
            completedCount: record.completedCount,
            errorCount: record.errorCount,
            deliveryTimedOutCount: record.deliveryTimedOutCount,
            timeoutSeconds: record.timeoutSeconds
        )
    }
}
