// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SSMDocuments
import SystemsManagerAPI

/// A command that the store holds, with a row per target, and that is about to be driven.
struct StartedWork: Sendable {
    /// What is to be run, before it has a row.
    struct Request: Sendable {
        var command: CommandID
        var document: PreparedDocument
        var comment: String
        var instanceIDs: [NodeID]
        var targets: [TargetExpression]
        var maxConcurrency: RateBound?
        var maxErrors: RateBound?
        var timeoutSeconds = Self.timeoutSecondsDefault

        /// *Source*: SendCommand, `TimeoutSeconds` of the API.
        static let timeoutSecondsDefault = 3600
        /// *Source*: SendCommand, defaults of both members.
        static let maxConcurrencyDefault = RateBound.count(50)
        static let maxErrorsDefault = RateBound.count(0)
    }

    struct Association: Sendable {
        var id: AssociationID
        var execution: ExecutionRecord
    }

    var command: CommandRecord
    var document: PreparedDocument
    var nodes: [NodeRecord]
    var association: Association?
}

extension StoreWriter {
    /// Stores a command with a Pending invocation per node.
    func insert(
        _ request: StartedWork.Request,
        nodes: [NodeRecord],
        at time: Timestamp
    ) throws -> StartedWork {
        let state = CommandState.pending
        // *Source*: SSM user guide: the delivery timeout and the default execution timeout.
        let total = request.timeoutSeconds + 3600
        var command = CommandRecord(
            id: request.command,
            document: request.document.name,
            documentVersion: request.document.version,
            comment: request.comment,
            parameters: request.document.parameters,
            instanceIDs: request.instanceIDs,
            targets: request.targets,
            requestedAt: time,
            expiresAt: time.advanced(bySeconds: Int64(total)),
            status: state.status,
            statusDetails: state.rawValue,
            maxConcurrency: request.maxConcurrency ?? StartedWork.Request.maxConcurrencyDefault,
            maxErrors: request.maxErrors ?? StartedWork.Request.maxErrorsDefault,
            timeoutSeconds: request.timeoutSeconds,
            targetCount: nodes.count
        )
        command.number = try insert(command)
        let pending = InvocationState.pending
        for node in nodes {
            try insert(
                InvocationRecord(
                    command: command.number,
                    node: node.number,
                    status: pending.status,
                    statusDetails: pending.rawValue
                )
            )
        }
        return StartedWork(command: command, document: request.document, nodes: nodes)
    }
}

extension EmbeddedEngine {
    /// Gives stored work what it needs to be driven.
    func run(_ work: StartedWork) -> CommandRun {
        CommandRun(
            record: work.command,
            targets: work.nodes.map { node in
                CommandRun.Target(
                    number: node.number,
                    id: node.id,
                    facts: NodeFacts(
                        platformType: node.platformType,
                        nodeID: node.id,
                        name: node.name,
                        platformName: node.platformName,
                        platformVersion: node.platformVersion
                    )
                )
            },
            document: work.document,
            journal: CommandJournal(
                store: store,
                command: work.command.number,
                execution: work.association?.execution,
                now: configuration.now,
                sleep: configuration.sleep
            ),
            directory: directory,
            hub: hub,
            inventory: inventoryExchange,
            sleep: configuration.sleep
        )
    }
}
