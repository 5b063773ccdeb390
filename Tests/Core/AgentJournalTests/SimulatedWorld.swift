// SPDX-License-Identifier: Apache-2.0
import FleetModel
import TestSupport

@testable import AgentJournal

/// A controller, a node, and a network between them that loses, doubles and reorders.
struct SimulatedWorld {
    /// What the controller keeps durably of a command.
    struct Command {
        var order: WorkOrder
        var isCancelled = false
        var outcome: WorkOutcome?
        var refusals = 0
    }

    enum ToNode {
        case order(WorkOrder)
        case cancel(CommandID)
        case acknowledged(Int)
        case final(Int)
    }

    /// How many results a controller that lost its tail may have forgotten.
    private static let tailMax = 3

    private(set) var node: SimulatedNode
    private(set) var commands: [CommandID: Command] = [:]
    /// What was stored of each sequence number; a second, other result is a broken promise.
    private(set) var results: [Int: (CommandID, WorkOutcome)] = [:]
    private(set) var broken: [String] = []
    private var isConnected = false
    private var toNode: [ToNode] = []
    private var toController: [AgentMessage] = []
    private var random: Seeded
    private var mayFail = true
    /// What was declared final is backed up well, and never lost again.
    private var finalThrough = 0

    init(seed: Int) {
        random = Seeded(seed)
        node = SimulatedNode(random: Seeded(seed &+ 1_000_003))
        node.start(mayCrash: false)
    }

    // MARK: - Running it

    /// Lets things happen, faults among them; then ends the faults and waits until all has ended.
    mutating func run(steps: Int, calmStepsMax: Int = 4000) {
        for _ in 0..<steps { step() }
        mayFail = false
        var left = calmStepsMax
        while left > 0, !isQuiet {
            left -= 1
            calmStep()
        }
        check()
    }

    private var isQuiet: Bool {
        commands.values.allSatisfy { $0.outcome != nil } && node.isUp && isConnected
            && toController.isEmpty && node.outbox.isEmpty
    }

    private mutating func step() {
        switch random.below(100) {
        case ..<12: send()
        case ..<15: cancel()
        case ..<22: connect()
        case ..<25: disconnect()
        case ..<30: if !node.isUp { node.start(mayCrash: true) }
        case ..<32: crashNode()
        case ..<33: rebootNode()
        case ..<35: node.killSupervisor(mayCrash: true)
        case ..<37: crashController()
        case ..<38: node.compact()
        case ..<42: node.pass(seconds: random.below(40))
        case ..<65: node.progress(mayCrash: true)
        case ..<85: deliverToNode()
        default: deliverToController()
        }
        flush()
    }

    private mutating func calmStep() {
        if !node.isUp { node.start(mayCrash: false) }
        if !isConnected { connect() }
        node.pass(seconds: 1)
        node.progress(mayCrash: false)
        deliverToNode()
        deliverToController()
        flush()
        // A controller looks again at what it has sent and not heard of.
        if random.chance(5) { dispatch() }
    }

    /// Puts what the agent wrote on the wire; without a stream it is lost.
    private mutating func flush() {
        if !node.isUp { disconnect() }
        if isConnected { toController += node.outbox }
        node.outbox = []
    }

    // MARK: - The controller

    private mutating func send() {
        guard commands.count < 12 else { return }
        let id = CommandID("c\(commands.count + 1)")
        let order = WorkOrder(
            command: id,
            document: AgentDocument(name: "d", version: "1", steps: []),
            startsWithin: 60,
            attemptsMax: random.chance(25) ? 3 : 1
        )
        commands[id] = Command(order: order)
        if isConnected { toNode.append(.order(order)) }
    }

    private mutating func cancel() {
        guard let id = commands.keys.sorted().randomElement(using: &random) else { return }
        commands[id]?.isCancelled = true
        if isConnected { toNode.append(.cancel(id)) }
    }

    private var through: Int {
        var sequence = 0
        while results[sequence + 1] != nil { sequence += 1 }
        return sequence
    }

    /// Sends everything that has not ended: at least once, since the node tells doubles.
    private mutating func dispatch() {
        for (id, command) in commands.sorted(by: { $0.key < $1.key }) where command.outcome == nil {
            if command.isCancelled { toNode.append(.cancel(id)) }
            toNode.append(.order(command.order))
        }
    }

    private mutating func connect() {
        guard node.isUp, !isConnected else { return }
        isConnected = true
        node.handle(.connected(resumeFrom: through), mayCrash: mayFail)
        dispatch()
    }

    private mutating func disconnect() {
        guard isConnected else { return }
        isConnected = false
        toNode = []
        toController = []
        node.handle(.disconnected, mayCrash: false)
    }

    /// A controller that starts again from its disk, or from one that lost its newest results.
    private mutating func crashController() {
        disconnect()
        guard random.chance(30) else { return }
        let tail = results.keys.sorted().suffix(random.below(Self.tailMax + 1))
        for sequence in tail where sequence > finalThrough {
            if let (id, _) = results[sequence] { commands[id]?.outcome = nil }
            results[sequence] = nil
        }
    }

    private mutating func deliverToController() {
        guard !toController.isEmpty else { return }
        let place = mayFail && random.chance(15) ? random.below(toController.count) : 0
        let message = toController[place]
        if !(mayFail && random.chance(10)) { toController.remove(at: place) }
        if mayFail, random.chance(10) { return }
        switch message {
        case .accepted: break
        case .rejected(let id, _): commands[id]?.refusals += 1
        case .result(let sequence, let id, _, let outcome):
            store(sequence, id, outcome)
            toNode.append(.acknowledged(through))
            guard random.chance(20), through > Self.tailMax else { return }
            finalThrough = max(finalThrough, through - Self.tailMax)
            toNode.append(.final(finalThrough))
        }
    }

    private mutating func store(_ sequence: Int, _ id: CommandID, _ outcome: WorkOutcome) {
        if let (other, known) = results[sequence], other != id || known != outcome {
            broken.append("result \(sequence) was \(known) of \(other), now \(outcome) of \(id)")
        }
        if let known = commands[id]?.outcome, known != outcome {
            broken.append("\(id) ended as \(known), now as \(outcome)")
        }
        results[sequence] = (id, outcome)
        commands[id]?.outcome = outcome
    }

    // MARK: - The network and the node

    private mutating func deliverToNode() {
        guard !toNode.isEmpty, node.isUp else { return }
        let place = mayFail && random.chance(15) ? random.below(toNode.count) : 0
        let message = toNode[place]
        if !(mayFail && random.chance(10)) { toNode.remove(at: place) }
        if mayFail, random.chance(10) { return }
        switch message {
        case .order(let order): node.handle(.order(order), mayCrash: mayFail)
        case .cancel(let id): node.handle(.cancel(id), mayCrash: mayFail)
        case .acknowledged(let sequence):
            node.handle(.acknowledged(through: sequence), mayCrash: mayFail)
        case .final(let sequence):
            dropOrders(through: sequence)
            node.handle(.finalThrough(sequence), mayCrash: mayFail)
        }
    }

    /// Orders of what is final were sent before the watermark, and no stream brings them after it.
    private mutating func dropOrders(through sequence: Int) {
        let final = Set(results.filter { $0.key <= sequence }.values.map(\.0))
        toNode.removeAll {
            switch $0 {
            case .order(let order): final.contains(order.command)
            case .cancel(let id): final.contains(id)
            case .acknowledged, .final: false
            }
        }
    }

    private mutating func crashNode() {
        node.crash()
        disconnect()
    }

    private mutating func rebootNode() {
        node.reboot()
        disconnect()
    }

    // MARK: - The promises

    private mutating func check() {
        for (id, command) in commands.sorted(by: { $0.key < $1.key }) {
            let runs = node.runs[id] ?? 0
            if runs > command.order.attemptsMax {
                broken.append("I-1: \(id) ran \(runs) times of \(command.order.attemptsMax)")
            }
            guard let outcome = command.outcome else {
                broken.append("I-11: \(id) never ended")
                continue
            }
            if let end = node.ends[id], outcome != .ran(end) {
                broken.append("I-3: \(id) came to \(end.status), and is stored as \(outcome)")
            }
            if case .ran(let result) = outcome, result.status == .success, runs == 0 {
                broken.append("I-3: \(id) is a success and never ran")
            }
        }
        if let agent = node.agent,
            case .records(let records, _) = JournalFraming.read(node.journal),
            JournalState(records).open != agent.state.open
        {
            broken.append("the journal gives another state than the agent has")
        }
    }
}
