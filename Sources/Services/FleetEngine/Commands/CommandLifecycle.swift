// SPDX-License-Identifier: Apache-2.0

/// The life of one command over its targets, as a state machine.
///
/// Each mutating method notes what happened and returns what to do about it. It knows no time, no
/// node and no store; whoever drives it performs the actions in their order.
///
/// *Shape*: targets are numbers of the caller's choice. An invocation goes Pending, Delayed when its
/// node is not reachable, InProgress when `send` was returned for it, then to one of its ends; it is
/// never sent twice.
package struct CommandLifecycle: Sendable {
    /// What the driver has to do.
    package enum Action: Hashable, Sendable {
        /// Note durably that the target runs, then ask its node.
        case send(Int)
        /// Ask the node of a running target to stop.
        case stop(Int)
        /// Store that targets are in a state that no node reports.
        case record([Int], InvocationState)
        /// All targets have ended.
        case finish(CommandState)
    }

    package private(set) var rates: RateControl
    private var states: [Int: InvocationState]
    private var waiting: [Int]
    private var nextWaiting = 0
    private var unreachable: Set<Int>
    private var unfinished: Int
    private var unsentCount: Int
    private var wasCancelled = false
    private var isFinished = false

    /// Makes the command of some targets, in the order in which they are to be sent to.
    package init(targets: [Int], unreachable: Set<Int> = [], rates: RateControl) {
        self.rates = rates
        self.unreachable = unreachable.intersection(targets)
        waiting = targets
        states = Dictionary(targets.map { ($0, .pending) }, uniquingKeysWith: { $1 })
        unfinished = states.count
        unsentCount = states.count
    }

    /// How a target fares; `nil` for what is none.
    package func state(of target: Int) -> InvocationState? { states[target] }

    /// How many targets are in each state.
    package var counts: [InvocationState: Int] {
        states.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Begins sending.
    package mutating func start() -> [Action] {
        let delayed = waiting.filter(unreachable.contains)
        for target in delayed { states[target] = .delayed }
        return (delayed.isEmpty ? [] : [.record(delayed, .delayed)]) + advance()
    }

    /// Notes how a target that was sent to ended.
    package mutating func ended(_ target: Int, _ state: InvocationState) -> [Action] {
        guard state.isTerminal, let old = states[target], old == .inProgress || old == .cancelling
        else { return [] }
        settle(target, state)
        rates.finish(isError: state.isError)
        return advance()
    }

    /// Notes that the node of a target can be reached again.
    package mutating func becameReachable(_ target: Int) -> [Action] {
        guard unreachable.remove(target) != nil, states[target] == .delayed else { return [] }
        states[target] = .pending
        waiting.append(target)
        return [.record([target], .pending)] + advance()
    }

    /// Notes that the time for delivery is over.
    package mutating func deliveryExpired() -> [Action] {
        endUnsent(.deliveryTimedOut, where: { _ in true }) + advance()
    }

    /// Stops targets: those not sent at once, running ones as soon as their nodes can.
    ///
    /// *Shape*: `nil` means all, which cancels the command.
    package mutating func cancel(_ targets: Set<Int>? = nil) -> [Action] {
        guard !isFinished else { return [] }
        if targets == nil { wasCancelled = true }
        let chosen = { (target: Int) in targets?.contains(target) ?? true }
        var actions = endUnsent(.cancelled, where: chosen)
        let running = states.filter { $0.value == .inProgress && chosen($0.key) }.keys.sorted()
        for target in running { states[target] = .cancelling }
        if !running.isEmpty { actions.append(.record(running, .cancelling)) }
        actions += running.map { .stop($0) }
        return actions + advance()
    }

    private mutating func settle(_ target: Int, _ state: InvocationState) {
        states[target] = state
        unfinished -= 1
    }

    private mutating func endUnsent(
        _ state: InvocationState,
        where isChosen: (Int) -> Bool
    ) -> [Action] {
        guard unsentCount > 0 else { return [] }
        let unsent = states.filter { isUnsent($0.value) && isChosen($0.key) }.keys.sorted()
        for target in unsent { settle(target, state) }
        unsentCount -= unsent.count
        return unsent.isEmpty ? [] : [.record(unsent, state)]
    }

    private func isUnsent(_ state: InvocationState) -> Bool {
        state == .pending || state == .delayed
    }

    private mutating func advance() -> [Action] {
        var actions: [Action] = []
        if rates.isExceeded { actions += endUnsent(.terminated, where: { _ in true }) }
        while rates.mayStart, nextWaiting < waiting.count {
            let target = waiting[nextWaiting]
            nextWaiting += 1
            guard states[target] == .pending else { continue }
            states[target] = .inProgress
            unsentCount -= 1
            rates.start()
            actions.append(.send(target))
        }
        if unfinished == 0, !isFinished {
            isFinished = true
            actions.append(
                .finish(
                    CommandState(
                        finalOf: counts,
                        errorsAllowed: rates.errorsAllowed,
                        wasCancelled: wasCancelled
                    )
                )
            )
        }
        return actions
    }
}
