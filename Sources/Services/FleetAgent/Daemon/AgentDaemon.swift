// SPDX-License-Identifier: Apache-2.0
package import AgentJournal
package import FleetModel
import LinuxHost

/// An agent: carries out on its node what `AgentMachine` decides.
///
/// Its folder holds the journal and one folder for each command's work. One agent at a time has a
/// folder; after SIGKILL at any moment the next goes on where the last one stopped.
package actor AgentDaemon {
    package struct Configuration: Sendable {
        /// Where the journal and the work are kept.
        package var folder: String
        package var nodeID: NodeID
        package var agentVersion: String
        /// How a supervisor is started: a program, and what comes before the folder of its work.
        package var supervisor: [String]
        package var limits: AgentMachine.Limits
        package var now: @Sendable () -> BootTime
        /// Takes what is to be told to the controller; never waits.
        package var send: @Sendable (AgentMessage) -> Void

        package init(
            folder: String,
            nodeID: NodeID,
            agentVersion: String,
            supervisor: [String],
            limits: AgentMachine.Limits = AgentMachine.Limits(),
            now: @escaping @Sendable () -> BootTime,
            send: @escaping @Sendable (AgentMessage) -> Void
        ) {
            self.folder = folder
            self.nodeID = nodeID
            self.agentVersion = agentVersion
            self.supervisor = supervisor
            self.limits = limits
            self.now = now
            self.send = send
        }
    }

    private let configuration: Configuration
    private let lock: FolderHold
    private let journal: JournalFile
    private let launcher: SupervisorLauncher
    private var machine: AgentMachine
    /// Effects that wait for the disk, in order; while there are any, no work is taken.
    private var pending: [AgentEffect] = []

    /// Goes on where the last agent of the folder stopped.
    ///
    /// *Errors*: `busy` when another agent has the folder; those of the disk.
    package init(_ configuration: Configuration) async throws {
        self.configuration = configuration
        let work = configuration.folder + "/work"
        try FolderHold.makePrivateFolder(configuration.folder)
        try FolderHold.makePrivateFolder(work)
        lock = try FolderHold(configuration.folder)
        journal = try JournalFile(configuration.folder + "/journal")
        let launcher = SupervisorLauncher(
            program: configuration.supervisor,
            folder: work,
            nodeID: configuration.nodeID,
            agentVersion: configuration.agentVersion
        )
        self.launcher = launcher
        let (machine, effects) = AgentMachine.recovering(
            journal.records,
            limits: configuration.limits,
            refusal: journal.isDamaged ? .journalCorrupt : nil,
            now: configuration.now(),
            find: launcher.find
        )
        self.machine = machine
        carryOut(effects)
    }

    /// Takes in what happened, and does what follows from it.
    package func handle(_ event: AgentEvent) {
        retryPending()
        updateRefusal()
        carryOut(machine.handle(event, now: configuration.now()))
        try? journal.compact(machine.state)
    }

    /// Commands that have not ended here.
    package var openCommands: [CommandID] { machine.state.open.keys.sorted() }

    private func updateRefusal() {
        guard !journal.isDamaged else { return }
        machine.refusal = pending.isEmpty && journal.hasRoom() ? nil : .diskFull
    }

    private func retryPending() {
        guard !pending.isEmpty else { return }
        let waiting = pending
        pending = []
        carryOut(waiting)
    }

    /// Carries out effects in order; what the disk refuses waits, and everything behind it.
    private func carryOut(_ effects: [AgentEffect]) {
        var events: [AgentEvent] = []
        for effect in effects {
            guard pending.isEmpty else {
                // A refusal says just that the disk is full: it does not wait for it.
                if case .send(.rejected) = effect {
                    _ = try? perform(effect)
                } else {
                    pending.append(effect)
                }
                continue
            }
            do {
                if let event = try perform(effect) { events.append(event) }
            } catch {
                pending.append(effect)
            }
        }
        for event in events {
            carryOut(machine.handle(event, now: configuration.now()))
        }
    }

    /// Does one thing; answers what follows from it at once.
    private func perform(_ effect: AgentEffect) throws -> AgentEvent? {
        switch effect {
        case .append(let record): try journal.append(record, isDurable: true)
        case .note(let record): try? journal.append(record, isDurable: false)
        case .prepare(let order, let attempt):
            do {
                let supervisor = try launcher.prepare(order, attempt: attempt)
                // One that is never let go ends too, and its place in the process table is freed.
                watch(order.command)
                return .supervisorReady(order.command, supervisor)
            } catch {
                return .supervisorFailed(order.command, "no supervisor could be started: \(error)")
            }
        case .release(let command): launcher.release(command)
        case .watch(let command, _): watch(command)
        case .stop(let command): launcher.stop(command)
        case .discard(let command): launcher.discard(command)
        case .send(let message): configuration.send(message)
        }
        return nil
    }

    private func watch(_ command: CommandID) {
        guard let process = launcher.process(command) else { return }
        Task {
            await process.waitUntilEnd()
            ended(command, process.processID)
        }
    }

    private func ended(_ command: CommandID, _ processID: Int32) {
        // An attempt that was given up is another's business.
        guard machine.state.open[command]?.running?.supervisor.processID == processID else {
            return
        }
        switch launcher.end(of: command) {
        case .ended(let result): handle(.supervisorEnded(command, result))
        case .gone(let steps): handle(.supervisorLost(command, steps))
        case .alive: break
        }
    }
}
