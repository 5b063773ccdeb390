// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FleetStore
package import SystemsManagerAPI

// Running associations.

extension StartAssociationsOnce: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> StartAssociationsOnceResponse {
        guard !associationIds.isEmpty else {
            throw SystemsManagerError(.validation, "no association is named")
        }
        var ids: [AssociationID: Minted] = [:]
        for id in associationIds {
            let uuid = engine.configuration.makeUUID
            ids[id] = Minted(
                execution: ExecutionID(uuid()),
                command: CommandID(uuid())
            )
        }
        let (request, minted, time) = (self, ids, engine.configuration.now())
        let prepared = try await engine.store.write { store in
            try request.associationIds.uniqued().compactMap { id in
                try minted[id].map { try store.prepare(request, id, $0, at: time) }
            }
        }
        for work in prepared { try engine.start(engine.run(work)) }
        return StartAssociationsOnceResponse(
            executions: prepared.compactMap { work in
                work.association.map { association in
                    StartedExecution(
                        associationId: association.id,
                        executionId: association.execution.id,
                        commandId: work.command.id
                    )
                }
            }
        )
    }
}

extension DescribeAssociationExecutions: EngineOperation {
    private static let pageSize = 50

    func handle(in engine: EmbeddedEngine) async throws -> DescribeAssociationExecutionsResponse {
        try checkPageSize(maxResults)
        let before = try rowNumber(ofToken: nextToken)
        let (id, limit) = (associationId, maxResults ?? Self.pageSize)
        return try await engine.store.read { store in
            let association = try store.existingAssociation(id)
            let rows = try store.executions(
                ofAssociation: association.number,
                before: before,
                limit: limit + 1
            )
            let page = rows.prefix(limit)
            return DescribeAssociationExecutionsResponse(
                associationExecutions: try page.map { try store.describe($0, id) },
                nextToken: rows.count > limit ? page.last.map { String($0.number) } : nil
            )
        }
    }
}

extension EmbeddedEngine {
    /// Waits until an execution has ended, and describes it.
    ///
    /// *Errors*: `AssociationDoesNotExist`; `InternalServerError` when its end was not stored.
    package func waitForExecution(
        _ id: ExecutionID
    ) async throws(SystemsManagerError) -> AssociationExecution {
        do {
            let found = try await store.read { store in
                try store.execution(id).flatMap { execution in
                    try execution.command.flatMap { try store.command(number: $0)?.id }
                }
            }
            if let command = found { _ = try await waitForCommand(command) }
            return try await store.read { store in
                guard let execution = try store.execution(id),
                    let association = try store.associations().first(where: {
                        $0.number == execution.association
                    })
                else {
                    throw SystemsManagerError(
                        .associationDoesNotExist,
                        "there is no execution \(id)"
                    )
                }
                return try store.describe(execution, association.id)
            }
        } catch {
            throw SystemsManagerError(engineError: error, operation: "waitForExecution")
        }
    }
}

/// The ids of what a start begins.
private struct Minted {
    var execution: ExecutionID
    var command: CommandID
}

extension StoreReader {
    fileprivate func describe(
        _ execution: ExecutionRecord,
        _ association: AssociationID
    ) throws -> AssociationExecution {
        let command = try execution.command.flatMap { try self.command(number: $0) }
        let isOpen = command?.finishedAt == nil && execution.command != nil
        let counts =
            isOpen
            ? resourceCountText(try invocationCounts(command: execution.command ?? 0))
            : execution.resourceCounts
        return AssociationExecution(
            associationId: association,
            associationVersion: String(execution.associationVersion),
            executionId: execution.id,
            status: execution.status,
            detailedStatus: execution.statusDetails,
            createdTime: execution.createdAt,
            resourceCountByStatus: counts,
            commandId: command?.id
        )
    }
}

extension StoreWriter {
    fileprivate func prepare(
        _ request: StartAssociationsOnce,
        _ id: AssociationID,
        _ minted: Minted,
        at time: Timestamp
    ) throws -> StartedWork {
        let association = try reader.existingAssociation(id)
        let stored = try DocumentCatalogue(reader: reader)
            .document(association.document, version: association.documentVersion)
        let document = try PreparedDocument(stored, parameters: association.parameters)
        let resolver = TargetResolver(reader: reader)
        let nodes: [NodeRecord]
        if let ids = request.instanceIds {
            nodes = try resolver.nodes(ids)
        } else {
            nodes = try resolver.nodes(matching: association.targets)
        }
        var work = try insert(
            StartedWork.Request(
                command: minted.command,
                document: document,
                comment: "association \(association.name ?? association.id.rawValue)",
                instanceIDs: request.instanceIds ?? [],
                targets: association.targets,
                maxConcurrency: association.maxConcurrency,
                maxErrors: association.maxErrors
            ),
            nodes: nodes,
            at: time
        )
        var execution = ExecutionRecord(
            id: minted.execution,
            association: association.number,
            associationVersion: association.version,
            command: work.command.number,
            createdAt: time,
            status: work.command.status,
            statusDetails: work.command.statusDetails
        )
        execution.number = try insert(execution)
        try beginTargets(NodeSet(nodes.map(\.number)), of: execution)
        try noteExecution(ofAssociation: association.number, at: time)
        work.association = .init(id: id, execution: execution)
        return work
    }
}

extension Sequence where Element: Hashable {
    /// The elements, each once, in the order of their first occurrence.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
