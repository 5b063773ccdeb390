// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Decides what an agent does about what happens: each invocation at most once, no result lost.
///
/// A value without effects of its own. Whoever drives it carries out the effects in order and
/// crashes between any two of them without harm: what is on disk is enough to go on
/// (reliability, C.0).
package struct AgentMachine: Sendable {
    package struct Limits: Hashable, Sendable {
        /// Documents that run at one time.
        package var running: Int
        /// Results that may wait for the controller before new work is refused.
        package var backlog: Int

        /// *Source*: `CommandWorkersLimit` of the agent of AWS is 5.
        package init(running: Int = 5, backlog: Int = 10_000) {
            self.running = running
            self.backlog = backlog
        }
    }

    /// What is found of a supervisor when an agent starts.
    package enum Finding: Hashable, Sendable {
        /// It left its end on disk.
        case ended(DocumentResult)
        case alive
        /// Neither it nor its end is there; the steps that had ended.
        case gone([StepResult])
    }

    package private(set) var state: JournalState
    /// Why no new work is taken, where the disk or the journal forbids it.
    package var refusal: Refusal?
    private let limits: Limits
    /// Work whose supervisor is being made: it has not begun.
    private var preparing: Set<CommandID> = []
    private var isConnected = false

    package init(limits: Limits = Limits()) {
        state = JournalState()
        self.limits = limits
    }

    /// Goes on where a former agent stopped, by its journal and what is found of its supervisors.
    ///
    /// *Shape*: the effects are carried out before anything else happens.
    package static func recovering(
        _ records: [JournalRecord],
        limits: Limits = Limits(),
        refusal: Refusal? = nil,
        now: BootTime,
        find: (CommandID, Supervisor) -> Finding
    ) -> (machine: AgentMachine, effects: [AgentEffect]) {
        var machine = AgentMachine(limits: limits)
        machine.state = JournalState(records)
        machine.refusal = refusal
        // What is behind the damage nobody knows, the numbers of results among it: none is given.
        guard refusal != .journalCorrupt else { return (machine, []) }
        var effects: [AgentEffect] = []
        for (command, work) in machine.state.open.sorted(by: { $0.value.place < $1.value.place }) {
            guard let running = work.running else { continue }
            switch find(command, running.supervisor) {
            case .ended(let result):
                effects += machine.end(command, .ran(result))
            case .alive where running.startedAt.bootID == now.bootID:
                effects.append(.watch(command, running.supervisor))
                if machine.state.cancelled.contains(command) { effects.append(.stop(command)) }
            case .alive:
                effects += machine.lose(command, [])
            case .gone(let steps):
                effects += machine.lose(command, steps)
            }
        }
        effects += machine.begin(now)
        return (machine, effects)
    }

    /// What is to be done about an event.
    package mutating func handle(_ event: AgentEvent, now: BootTime) -> [AgentEffect] {
        if refusal == .journalCorrupt { return handleDamaged(event) }
        switch event {
        case .connected(let sequence): return connect(resumeFrom: sequence)
        case .disconnected:
            isConnected = false
            return []
        case .order(let order): return take(order, now)
        case .cancel(let command): return cancel(command, now)
        case .acknowledged(let sequence):
            guard sequence > state.acknowledgedThrough else { return [] }
            return [note(.acknowledged(through: sequence))]
        case .finalThrough(let sequence):
            guard sequence > state.finalThrough else { return [] }
            return [note(.finalThrough(sequence))]
        case .supervisorReady(let command, let supervisor):
            return start(command, supervisor, now)
        case .supervisorFailed(let command, let why):
            guard preparing.remove(command) != nil else { return [] }
            return end(command, .notStarted(why)) + begin(now)
        case .supervisorEnded(let command, let result):
            guard state.open[command]?.running != nil else { return [] }
            return end(command, .ran(result)) + begin(now)
        case .supervisorLost(let command, let steps):
            guard state.open[command]?.running != nil else { return [] }
            return lose(command, steps) + begin(now)
        case .tick: return begin(now)
        }
    }

    /// With a damaged journal what can be read is told, and nothing else is done.
    private mutating func handleDamaged(_ event: AgentEvent) -> [AgentEffect] {
        switch event {
        case .connected(let sequence):
            isConnected = true
            return state.ended.keys.filter { $0 > sequence }.sorted().flatMap(tell)
        case .disconnected:
            isConnected = false
            return []
        case .order(let order):
            if let sequence = state.sequence(of: order.command) { return tell(sequence) }
            return [.send(.rejected(order.command, .journalCorrupt))]
        default: return []
        }
    }

    /// Tells again what the controller does not have.
    private mutating func connect(resumeFrom sequence: Int) -> [AgentEffect] {
        isConnected = true
        var effects: [AgentEffect] = []
        if sequence > state.acknowledgedThrough {
            effects.append(note(.acknowledged(through: sequence)))
        }
        for command in state.open.keys.sorted() { effects.append(.send(.accepted(command))) }
        for number in state.ended.keys.filter({ $0 > sequence }).sorted() {
            effects += tell(number)
        }
        return effects
    }

    private mutating func take(_ order: WorkOrder, _ now: BootTime) -> [AgentEffect] {
        let command = order.command
        if let sequence = state.sequence(of: command) { return tell(sequence) }
        if state.open[command] != nil { return [.send(.accepted(command))] }
        if let refusal { return [.send(.rejected(command, refusal))] }
        guard state.unacknowledged + state.open.count < limits.backlog else {
            return [.send(.rejected(command, .backlogFull))]
        }
        let noted = append(.received(order, at: now))
        return [noted, .send(.accepted(command))] + begin(now)
    }

    private mutating func cancel(_ command: CommandID, _ now: BootTime) -> [AgentEffect] {
        if let sequence = state.sequence(of: command) { return tell(sequence) }
        guard !state.cancelled.contains(command) else { return [] }
        let noted = append(.cancelled(command))
        guard let work = state.open[command] else { return [noted] }
        // What is being made ready is ended once it is.
        if preparing.contains(command) { return [noted] }
        if work.running != nil { return [noted, .stop(command)] }
        return [noted] + end(command, .cancelled(work.order.document)) + begin(now)
    }

    private mutating func start(
        _ command: CommandID,
        _ supervisor: Supervisor,
        _ now: BootTime
    ) -> [AgentEffect] {
        guard preparing.remove(command) != nil, let work = state.open[command] else {
            return [.stop(command)]
        }
        guard !state.cancelled.contains(command) else {
            return [.stop(command)] + end(command, .cancelled(work.order.document)) + begin(now)
        }
        let record = JournalRecord.started(
            command,
            attempt: work.attempts + 1,
            supervisor,
            at: now
        )
        return [append(record), .release(command)]
    }

    /// Nobody saw the end: it is run again only where that does no harm.
    private mutating func lose(_ command: CommandID, _ steps: [StepResult]) -> [AgentEffect] {
        guard let work = state.open[command] else { return [] }
        if work.attempts < work.order.attemptsMax, !state.cancelled.contains(command) {
            return [append(.interrupted(command, attempt: work.attempts)), .discard(command)]
        }
        return end(command, .ran(DocumentResult(status: .interrupted, steps: steps)))
    }

    private mutating func end(_ command: CommandID, _ outcome: WorkOutcome) -> [AgentEffect] {
        let sequence = state.nextSequence
        let attempt = state.open[command]?.attempts ?? 0
        let noted = append(.ended(command, attempt: attempt, outcome, sequence: sequence))
        return [noted, .discard(command)] + tell(sequence)
    }

    /// Begins what waits, as many as may run at one time, the earliest first.
    private mutating func begin(_ now: BootTime) -> [AgentEffect] {
        var effects: [AgentEffect] = []
        let waiting = state.open.values
            .filter { $0.running == nil && !preparing.contains($0.order.command) }
            .sorted { $0.place < $1.place }
        for work in waiting {
            let command = work.order.command
            if state.cancelled.contains(command) {
                effects += end(command, .cancelled(work.order.document))
            } else if work.attempts == 0, work.hasExpired(now) {
                effects += end(command, .expired)
            } else if busy < limits.running {
                preparing.insert(command)
                effects.append(.prepare(work.order, attempt: work.attempts + 1))
            }
        }
        return effects
    }

    private var busy: Int {
        preparing.count + state.open.values.count { $0.running != nil }
    }

    private func tell(_ sequence: Int) -> [AgentEffect] {
        guard isConnected, let ended = state.ended[sequence] else { return [] }
        return [
            .send(
                .result(
                    sequence: sequence,
                    ended.command,
                    attempt: ended.attempt,
                    ended.outcome
                )
            )
        ]
    }

    private mutating func append(_ record: JournalRecord) -> AgentEffect {
        state.apply(record)
        return .append(record)
    }

    private mutating func note(_ record: JournalRecord) -> AgentEffect {
        state.apply(record)
        return .note(record)
    }
}

extension JournalState.Open {
    /// Whether it was to begin by now; across a boot nobody knows, and it is not begun.
    fileprivate func hasExpired(_ now: BootTime) -> Bool {
        guard let passed = now.seconds(since: receivedAt) else { return true }
        return passed > order.startsWithin
    }
}

extension WorkOutcome {
    /// The outcome of work that was cancelled before it began.
    fileprivate static func cancelled(_ document: AgentDocument) -> WorkOutcome {
        .ran(
            DocumentResult(
                status: .cancelled,
                steps: document.steps.map { StepResult(name: $0.name, status: .cancelled) }
            )
        )
    }
}
