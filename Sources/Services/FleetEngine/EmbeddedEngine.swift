// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import FleetStore
import Synchronization
package import SystemsManagerAPI

/// Systems Manager in this process: a store, links to nodes, and the work that runs.
///
/// It starts nothing by itself: an association runs when `StartAssociationsOnce` names it.
package final class EmbeddedEngine: SystemsManager, CommandProgressSource {
    /// What the engine takes from outside.
    package struct Configuration: Sendable {
        /// The wall clock: for what people read, never for a deadline.
        package var now: @Sendable () -> Timestamp
        /// Makes a UUID, in lower case.
        package var makeUUID: @Sendable () -> String
        /// Waits on a clock that only goes forward: delivery timeouts are measured with it.
        package var sleep: @Sendable (Duration) async throws -> Void

        package init(
            now: @escaping @Sendable () -> Timestamp,
            makeUUID: @escaping @Sendable () -> String,
            sleep: @escaping @Sendable (Duration) async throws -> Void = {
                try await ContinuousClock().sleep(for: $0)
            }
        ) {
            self.now = now
            self.makeUUID = makeUUID
            self.sleep = sleep
        }
    }

    private struct Work {
        var runs: [CommandID: RunningCommand] = [:]
        var isClosed = false
    }

    let store: FleetStore
    let configuration: Configuration
    let directory = NodeDirectory()
    let hub = ProgressHub()
    private let work = Mutex(Work())

    package let traits = SystemsManagerTraits(associationStart: .onRequest)

    private init(store: FleetStore, configuration: Configuration) {
        self.store = store
        self.configuration = configuration
    }

    /// Makes an engine over an open store, which it owns from then on.
    ///
    /// What an earlier process left unfinished is closed first (see `Recovery`), unless the store
    /// is open for reading only.
    ///
    /// *Errors*: `StoreError`.
    package static func open(
        _ store: FleetStore,
        configuration: Configuration
    ) async throws -> EmbeddedEngine {
        let engine = EmbeddedEngine(store: store, configuration: configuration)
        if store.isWritable { try await engine.recover() }
        return engine
    }

    package func perform<O: Operation>(
        _ request: O
    ) async throws(SystemsManagerError) -> O.Response {
        guard let handled = request as? any EngineOperation else {
            throw SystemsManagerError(
                .unknownOperation,
                "the embedded engine does not know \(O.operationName)"
            )
        }
        do {
            guard let response = try await handled.handle(in: self) as? O.Response else {
                throw SystemsManagerError(
                    .internalServerError,
                    "\(O.operationName) has another response here"
                )
            }
            return response
        } catch {
            throw SystemsManagerError(engineError: error, operation: O.operationName)
        }
    }

    package func progress(of command: CommandID) -> AsyncStream<CommandProgress> {
        hub.follow(command) ?? AsyncStream { $0.finish() }
    }

    /// Waits until a command has ended, and describes it.
    ///
    /// *Errors*: `InvalidCommandId`; `InternalServerError` when its end could not be stored.
    package func waitForCommand(_ id: CommandID) async throws(SystemsManagerError) -> Command {
        for await _ in progress(of: id) {}
        let response = try await perform(ListCommands(commandId: id))
        guard let command = response.commands.first else {
            throw SystemsManagerError(.invalidCommandId, "there is no command \(id)")
        }
        guard CommandState(rawValue: command.statusDetails)?.isTerminal ?? true else {
            throw SystemsManagerError(
                .internalServerError,
                "the end of command \(id) was not seen"
            )
        }
        return command
    }

    /// Begins to drive a command that the store already holds.
    func start(_ command: CommandRun) throws {
        let (events, continuation) = AsyncStream.makeStream(of: CommandRun.Event.self)
        let id = command.record.id
        try work.withLock { work in
            guard !work.isClosed else {
                throw SystemsManagerError(.internalServerError, "the engine is closing")
            }
            hub.begin(command.initialProgress, nodes: command.targets.map(\.id))
            let task = Task { [weak self] in
                await command.drive(events, continuation)
                self?.ended(id)
            }
            work.runs[id] = RunningCommand(events: continuation, task: task)
        }
    }

    /// Tells a running command something; `false` when it does not run.
    func tell(_ id: CommandID, _ event: CommandRun.Event) -> Bool {
        guard let run = work.withLock({ $0.runs[id] }) else { return false }
        run.events.yield(event)
        return true
    }

    /// Tells all running commands something.
    func tellAll(_ event: CommandRun.Event) {
        for run in work.withLock({ Array($0.runs.values) }) { run.events.yield(event) }
    }

    private func ended(_ id: CommandID) { work.withLock { _ = $0.runs.removeValue(forKey: id) } }

    /// Stops all work, waits for its end and closes the store; twice is once.
    ///
    /// What was never sent is as if it had never been planned; what runs is stopped and reported.
    ///
    /// *Errors*: `StoreError`.
    package func close() async throws {
        let runs = work.withLock { work in
            work.isClosed = true
            return Array(work.runs.values)
        }
        for run in runs { run.events.yield(.abandon) }
        for run in runs { await run.task.value }
        try store.close()
    }
}

/// The task that drives a command, and the way to tell it something.
struct RunningCommand {
    var events: AsyncStream<CommandRun.Event>.Continuation
    var task: Task<Void, Never>
}

/// An operation that this engine performs; each conformance is in the file of its noun.
protocol EngineOperation: Operation {
    func handle(in engine: EmbeddedEngine) async throws -> Response
}

extension SystemsManagerError {
    /// Gives any error of the engine a code of the API.
    init(engineError error: any Error, operation: String) {
        switch error {
        case let error as SystemsManagerError: self = error
        case let error as StoreError:
            self.init(.internalServerError, "\(operation): \(error.message)")
        default: self.init(.internalServerError, "\(operation): \(error)")
        }
    }
}
