// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore

/// Writes what happens to one command: invocation, target state and counters in one transaction.
struct CommandJournal: Sendable {
    /// How often a result is offered to a store that refuses it, and how long is waited in between.
    ///
    /// A full disk heals when somebody makes room; the result must not be lost to a short moment.
    private static let attemptsMax = 5
    private static let pause = Duration.milliseconds(200)

    let store: FleetStore
    let command: Int
    let execution: ExecutionRecord?
    let now: @Sendable () -> Timestamp
    let sleep: @Sendable (Duration) async throws -> Void

    /// Marks an invocation as running; `false` when it must not run any more.
    func begin(_ node: Int) async throws -> Bool {
        let (command, execution, time) = (command, execution, now())
        return try await store.write { store in
            let state = InvocationState.inProgress
            let began = try store.update(
                InvocationRecord(
                    command: command,
                    node: node,
                    status: state.status,
                    statusDetails: state.rawValue,
                    startedAt: time
                ),
                ifStatusIn: [
                    InvocationState.pending.status, InvocationState.delayed.status,
                ]
            )
            guard began else { return false }
            if let record = try store.reader.command(number: command),
                record.status == CommandState.pending.status
            {
                let state = CommandState.inProgress
                try store.setStatus(state.status, details: state.rawValue, ofCommand: command)
                try execution.map { try store.update($0.with(state)) }
            }
            try store.moveTargets([node], of: execution, to: state)
            return true
        }
    }

    /// Stores the result of a node.
    func end(_ node: Int, _ result: DocumentResult) async throws -> InvocationState {
        try await end(
            node,
            InvocationState(result.status),
            "",
            steps: result.steps
        )
    }

    /// Stores an end that the node did not report itself.
    func end(
        _ node: Int,
        _ state: InvocationState,
        _ message: String,
        steps: [StepResult] = []
    ) async throws -> InvocationState {
        let (command, execution, time) = (command, execution, now())
        try await persistently {
            try await store.write { store in
                try store.end(
                    command,
                    node,
                    state,
                    message: message,
                    steps: steps,
                    of: execution,
                    at: time
                )
            }
        }
        return state
    }

    /// Stores that nodes are in a state that no node reported.
    ///
    /// With `forgetTargets` the association counts as never run there, so that the next plan
    /// covers these nodes again.
    func record(_ nodes: [Int], _ state: InvocationState, forgetTargets: Bool) async throws {
        let (command, execution, time) = (command, execution, now())
        try await store.write { store in
            if state.isTerminal {
                for node in nodes {
                    try store.end(command, node, state, message: "", steps: [], of: nil, at: time)
                }
            } else {
                for node in nodes {
                    guard var row = try store.reader.invocation(command: command, node: node)
                    else { continue }
                    row.status = state.status
                    row.statusDetails = state.rawValue
                    _ = try store.update(row, ifStatusIn: [row.status] + Self.openStatuses)
                }
            }
            if forgetTargets {
                try execution.map { try store.removeTargets(NodeSet(nodes), of: $0) }
            } else {
                try store.moveTargets(nodes, of: execution, to: state)
            }
        }
    }

    /// Stores how the command ended.
    func finish(_ end: CommandState) async throws {
        let (command, time) = (command, now())
        try await persistently {
            try await store.write { try $0.finish(command, end, at: time) }
        }
    }

    static let openStatuses = InvocationState.allCases.filter { !$0.isTerminal }.map(\.status)

    private func persistently(_ write: () async throws -> Void) async throws {
        for _ in 1..<Self.attemptsMax {
            do {
                return try await write()
            } catch let error as StoreError where error.code == .outOfSpace {
                // A cancelled task cannot wait, but its result is owed all the same.
                try? await sleep(Self.pause)
            }
        }
        try await write()
    }
}

extension ExecutionRecord {
    /// The execution as its command fares.
    func with(_ state: CommandState) -> ExecutionRecord {
        var copy = self
        copy.status = state.status
        copy.statusDetails = state.rawValue
        return copy
    }
}

extension StoreWriter {
    /// Ends an invocation and moves its target and the counters, unless it has ended before.
    func end(
        _ command: Int,
        _ node: Int,
        _ state: InvocationState,
        message: String,
        steps: [StepResult],
        of execution: ExecutionRecord?,
        at time: Timestamp
    ) throws {
        guard var row = try reader.invocation(command: command, node: node) else { return }
        row.status = state.status
        row.statusDetails = state.rawValue
        row.message = message
        row.finishedAt = time
        // Invariant: a result that arrives twice is counted once (P-02).
        guard try update(row, ifStatusIn: CommandJournal.openStatuses) else { return }
        try insert(steps, command: command, node: node)
        try moveTargets([node], of: execution, to: state)
        try count(
            CommandCounts(
                completed: 1,
                errors: state.isError ? 1 : 0,
                deliveryTimedOut: state == .deliveryTimedOut ? 1 : 0
            ),
            forCommand: command
        )
    }

    /// Moves the targets of an execution, if there is one.
    func moveTargets(
        _ nodes: [Int],
        of execution: ExecutionRecord?,
        to state: InvocationState
    ) throws {
        guard let execution else { return }
        let interruptions: InterruptionCount =
            switch state {
            case .interrupted: .increment
            case .success, .failed, .executionTimedOut: .reset
            default: .keep
            }
        try moveTargets(
            NodeSet(nodes),
            of: execution,
            to: state.targetStatus,
            details: state.rawValue,
            interruptions: interruptions
        )
    }

    /// Ends a command and the execution that it serves.
    func finish(_ command: Int, _ end: CommandState, at time: Timestamp) throws {
        try setStatus(end.status, details: end.rawValue, ofCommand: command, finishedAt: time)
        guard var execution = try reader.execution(ofCommand: command) else { return }
        execution = execution.with(end)
        execution.resourceCounts = resourceCountText(
            try reader.invocationCounts(command: command)
        )
        try update(execution)
        if end == .success { try noteSuccess(ofAssociation: execution.association, at: time) }
    }
}

/// Writes counts as AWS does: `{Success=1, Failed=2}`, sorted by name.
func resourceCountText(_ counts: [String: Int]) -> String {
    "{"
        + counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ", ") + "}"
}
