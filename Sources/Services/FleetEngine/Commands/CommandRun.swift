// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SSMDocuments
import SystemsManagerAPI

/// Drives one command: performs what its life cycle says, on the store and on the nodes.
///
/// Invariant: an invocation is durably InProgress before its node is asked, and that change is made
/// once only; hence a node is asked at most once (P-01). A result is stored before it is counted.
struct CommandRun: Sendable {
    enum Event: Sendable {
        case ended(Int, InvocationState)
        /// The store failed: nothing more can be promised, so nothing more is started.
        case broken
        case reachable(NodeID)
        case deliveryExpired
        case cancel(Set<NodeID>?)
        /// The engine closes.
        case abandon
    }

    struct Target: Hashable, Sendable {
        var number: Int
        var id: NodeID
        var facts: NodeFacts
    }

    let record: CommandRecord
    let targets: [Target]
    let document: PreparedDocument
    let journal: CommandJournal
    let directory: NodeDirectory
    let hub: ProgressHub
    let inventory: InventoryExchange
    let sleep: @Sendable (Duration) async throws -> Void

    var initialProgress: CommandProgress {
        CommandProgress(
            commandId: record.id,
            status: record.status,
            statusDetails: record.statusDetails,
            targetCount: targets.count
        )
    }

    /// Runs the command to its end.
    func drive(
        _ events: AsyncStream<Event>,
        _ continuation: AsyncStream<Event>.Continuation
    ) async {
        let byID = Dictionary(targets.map { ($0.id, $0.number) }, uniquingKeysWith: { $1 })
        var state = DriveState(
            lifecycle: CommandLifecycle(
                targets: targets.map(\.number),
                unreachable: Set(
                    targets.filter { !directory.isAttached($0.id) }.map(\.number)
                ),
                rates: RateControl(
                    maxConcurrency: record.maxConcurrency,
                    maxErrors: record.maxErrors,
                    targets: targets.count
                )
            ),
            targets: Dictionary(
                targets.map { ($0.number, $0) },
                uniquingKeysWith: { $1 }
            )
        )
        let timeout = Duration.seconds(record.timeoutSeconds)
        let timer = Task { [sleep] in
            guard (try? await sleep(timeout)) != nil else { return }
            continuation.yield(.deliveryExpired)
        }
        await perform(state.lifecycle.start(), &state, continuation)
        // A node may have come between the look at the directory and the start.
        for target in targets where directory.isAttached(target.id) {
            await perform(
                state.lifecycle.becameReachable(target.number),
                &state,
                continuation
            )
        }
        var iterator = events.makeAsyncIterator()
        while !state.isFinished, let event = await iterator.next() {
            await perform(actions(for: event, byID, &state), &state, continuation)
        }
        continuation.finish()
        timer.cancel()
        await timer.value
        for task in state.running.values { await task.value }
        if !state.isStored { hub.finish(record.id, nil) }
    }

    private struct DriveState {
        var lifecycle: CommandLifecycle
        var targets: [Int: Target]
        var running: [Int: Task<Void, Never>] = [:]
        /// The engine closes: what was not sent must be planned again.
        var isAbandoning = false
        var isFinished = false
        var isStored = false
    }

    private func actions(
        for event: Event,
        _ byID: [NodeID: Int],
        _ state: inout DriveState
    ) -> [CommandLifecycle.Action] {
        switch event {
        case .ended(let target, let end):
            state.running[target] = nil
            return state.lifecycle.ended(target, end)
        case .broken:
            for task in state.running.values { task.cancel() }
            state.isFinished = true
            return []
        case .reachable(let id):
            return byID[id].map { state.lifecycle.becameReachable($0) } ?? []
        case .deliveryExpired:
            return state.lifecycle.deliveryExpired()
        case .cancel(let nodes):
            guard let nodes else { return state.lifecycle.cancel() }
            return state.lifecycle.cancel(Set(nodes.compactMap { byID[$0] }))
        case .abandon:
            state.isAbandoning = true
            return state.lifecycle.cancel()
        }
    }

    private func perform(
        _ actions: [CommandLifecycle.Action],
        _ state: inout DriveState,
        _ events: AsyncStream<Event>.Continuation
    ) async {
        for action in actions where !state.isFinished {
            do {
                switch action {
                case .send(let number):
                    guard let target = state.targets[number] else { continue }
                    state.running[number] = Task { await run(target, events) }
                case .stop(let number):
                    state.running[number]?.cancel()
                case .record(let numbers, let new):
                    let forget = state.isAbandoning && new == .cancelled
                    try await journal.record(numbers, new, forgetTargets: forget)
                    hub.move(numbers.compactMap { state.targets[$0]?.id }, of: record.id, to: new)
                case .finish(let end):
                    state.isFinished = true
                    try await journal.finish(end)
                    state.isStored = true
                    hub.finish(record.id, end)
                }
            } catch {
                for task in state.running.values { task.cancel() }
                state.isFinished = true
            }
        }
    }

    private func run(_ target: Target, _ events: AsyncStream<Event>.Continuation) async {
        do {
            let end = try await end(of: target)
            hub.move([target.id], of: record.id, to: end)
            events.yield(.ended(target.number, end))
        } catch {
            events.yield(.broken)
        }
    }

    /// Runs one invocation and stores its end; throws only when the store fails.
    private func end(of target: Target) async throws -> InvocationState {
        let link: any NodeLink
        var work: AgentDocument
        do {
            guard let attached = try await directory.link(target.id) else {
                return try await journal.end(target.number, .undeliverable, "the node left")
            }
            link = attached
        } catch {
            return try await journal.end(
                target.number,
                .undeliverable,
                "the node could not be started: \(error)"
            )
        }
        do {
            work = try document.resolve(for: target.facts, command: record.id)
            try await inventory.prepare(&work, for: target.id)
        } catch {
            return try await journal.end(target.number, .failed, "\(error)")
        }
        guard try await journal.begin(target.number) else {
            return try await journal.end(target.number, .cancelled, "cancelled before it was sent")
        }
        hub.move([target.id], of: record.id, to: .inProgress)
        var result = await link.run(work, for: record.id)
        await inventory.store(&result, of: target.id)
        return try await journal.end(target.number, result)
    }
}
