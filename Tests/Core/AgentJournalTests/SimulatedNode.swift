// SPDX-License-Identifier: Apache-2.0
import FleetModel
import TestSupport

@testable import AgentJournal

/// A node as values: an agent, its disk, and the processes of its supervisors.
struct SimulatedNode {
    /// What a supervisor is at; a script is counted when it begins, not when it was meant to.
    enum Process: Equatable {
        case waiting
        case running(stepsLeft: Int, fails: Bool)
        case stopping
    }

    struct Job {
        var supervisor: Supervisor
        var process: Process?
        /// The end that it left on disk.
        var exitRecord: DocumentResult?
    }

    private(set) var journal = JournalFraming.header
    private(set) var jobs: [CommandID: Job] = [:]
    /// How often each script really ran.
    private(set) var runs: [CommandID: Int] = [:]
    /// The ends that scripts really came to.
    private(set) var ends: [CommandID: DocumentResult] = [:]
    private(set) var agent: AgentMachine?
    private(set) var now = BootTime(bootID: "boot-1", seconds: 0)
    private var boots = 1
    private var processes: Int32 = 100
    /// Supervisors that were made and are not told of yet.
    private var ready: [(CommandID, Supervisor)] = []
    /// Messages that the agent has sent.
    var outbox: [AgentMessage] = []
    var random: Seeded

    init(random: Seeded) { self.random = random }

    var isUp: Bool { agent != nil }

    // MARK: - The agent

    /// Starts the agent from what is on the disk.
    mutating func start(mayCrash: Bool) {
        let records: [JournalRecord]
        switch JournalFraming.read(journal) {
        case .records(let read, let validBytes):
            records = read
            journal.removeSubrange(max(validBytes, JournalFraming.header.count)...)
        case .damaged:
            preconditionFailure("a write that was cut short damages nothing before it")
        }
        let jobs = jobs
        let (machine, effects) = AgentMachine.recovering(
            records,
            limits: .init(running: 2),
            now: now
        ) { command, supervisor in
            guard let job = jobs[command], job.supervisor == supervisor else { return .gone([]) }
            if let end = job.exitRecord { return .ended(end) }
            return job.process == nil ? .gone([]) : .alive
        }
        agent = machine
        carryOut(effects, mayCrash: mayCrash)
    }

    mutating func handle(_ event: AgentEvent, mayCrash: Bool) {
        guard var machine = agent else { return }
        let effects = machine.handle(event, now: now)
        agent = machine
        carryOut(effects, mayCrash: mayCrash)
    }

    /// Carries out effects; the plug may be pulled between any two, and in the middle of a write.
    private mutating func carryOut(_ effects: [AgentEffect], mayCrash: Bool) {
        for effect in effects {
            if mayCrash, random.chance(3) { return crash() }
            switch effect {
            case .append(let record):
                if mayCrash, random.chance(3) {
                    let bytes = bytes(of: record)
                    journal += bytes.prefix(random.below(bytes.count))
                    return crash()
                }
                journal += bytes(of: record)
            case .note(let record):
                journal += bytes(of: record)
            case .prepare(let order, _):
                processes += 1
                let supervisor = Supervisor(processID: processes, startTime: UInt64(now.seconds))
                jobs[order.command] = Job(supervisor: supervisor, process: .waiting)
                ready.append((order.command, supervisor))
            case .release(let command):
                runs[command, default: 0] += 1
                jobs[command]?.process = .running(
                    stepsLeft: random.below(6),
                    fails: random.chance(20)
                )
            case .stop(let command):
                if jobs[command]?.process == .waiting {
                    jobs[command]?.process = nil
                } else if jobs[command]?.process != nil {
                    jobs[command]?.process = .stopping
                }
            case .watch: break
            case .discard(let command): jobs[command] = nil
            case .send(let message): outbox.append(message)
            }
        }
    }

    private func bytes(of record: JournalRecord) -> [UInt8] {
        guard let bytes = try? JournalFraming.encode(record) else {
            preconditionFailure("a record can be written")
        }
        return bytes
    }

    /// Puts the state in the place of its history, as one rename.
    mutating func compact() {
        guard let agent else { return }
        journal = agent.state.records.reduce(into: JournalFraming.header) { $0 += bytes(of: $1) }
    }

    /// Ends the agent at once; supervisors that were let go run on, those that wait end with it.
    mutating func crash() {
        agent = nil
        ready = []
        outbox = []
        for (command, job) in jobs where job.process == .waiting { jobs[command]?.process = nil }
    }

    // MARK: - Its machine

    /// Ends everything and boots anew.
    mutating func reboot() {
        crash()
        for command in jobs.keys { jobs[command]?.process = nil }
        boots += 1
        now = BootTime(bootID: "boot-\(boots)", seconds: 0)
    }

    mutating func pass(seconds: Int) { now.seconds += seconds }

    /// Lets time work: supervisors get ready, scripts go on and end, one thing at random.
    mutating func progress(mayCrash: Bool) {
        if !ready.isEmpty, isUp, random.chance(50) {
            let (command, supervisor) = ready.removeFirst()
            return handle(
                random.chance(mayCrash ? 5 : 0)
                    ? failed(command) : .supervisorReady(command, supervisor),
                mayCrash: mayCrash
            )
        }
        guard let command = jobs.keys.sorted().randomElement(using: &random),
            let process = jobs[command]?.process
        else { return handle(.tick, mayCrash: mayCrash) }
        switch process {
        case .waiting: break
        case .running(let left, let fails) where left > 0:
            jobs[command]?.process = .running(stepsLeft: left - 1, fails: fails)
        case .running(_, let fails): end(command, fails ? .failed : .success, mayCrash: mayCrash)
        case .stopping: end(command, .cancelled, mayCrash: mayCrash)
        }
    }

    private mutating func failed(_ command: CommandID) -> AgentEvent {
        jobs[command]?.process = nil
        return .supervisorFailed(command, "no process could be made")
    }

    private mutating func end(_ command: CommandID, _ status: StepResult.Status, mayCrash: Bool) {
        let result = DocumentResult(
            status: status,
            steps: [StepResult(name: "run-\(runs[command] ?? 0)", status: status)]
        )
        jobs[command]?.process = nil
        jobs[command]?.exitRecord = result
        ends[command] = result
        handle(.supervisorEnded(command, result), mayCrash: mayCrash)
    }

    /// Kills a supervisor that runs: it leaves no end.
    mutating func killSupervisor(mayCrash: Bool) {
        let running = jobs.filter { $0.value.process != nil && $0.value.process != .waiting }
        guard let command = running.keys.sorted().randomElement(using: &random) else { return }
        jobs[command]?.process = nil
        handle(.supervisorLost(command, []), mayCrash: mayCrash)
    }
}
