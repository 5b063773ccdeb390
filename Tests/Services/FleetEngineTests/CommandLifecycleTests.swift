// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import FleetEngine

@Suite("The life of a command")
struct CommandLifecycleTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var targets = 10
        var maxConcurrency = "1"
        var maxErrors = "0"
        /// How the n-th invocation ends; those beyond end with success.
        var ends: [InvocationState] = []
        var sent: Int
        var terminated = 0
        var end: CommandState

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "all succeed", sent: 10, end: .success),
        Case(name: "no targets", targets: 0, sent: 0, end: .noInstancesInTag),
        Case(
            name: "MaxErrors 0 stops at the first error",
            ends: [.success, .failed],
            sent: 2,
            terminated: 8,
            end: .failed
        ),
        Case(
            name: "MaxErrors 3 stops at the fourth error",
            maxErrors: "3",
            ends: [.failed, .failed, .failed, .failed],
            sent: 4,
            terminated: 6,
            end: .failed
        ),
        Case(
            name: "MaxErrors 3 bears three errors",
            maxErrors: "3",
            ends: [.failed, .failed, .failed],
            sent: 10,
            end: .incomplete
        ),
        Case(
            name: "10% of 50 stops at the sixth error",
            targets: 50,
            maxErrors: "10%",
            ends: Array(repeating: .failed, count: 50),
            sent: 6,
            terminated: 44,
            end: .failed
        ),
        Case(
            name: "10% of 5 targets allow no error",
            targets: 5,
            maxErrors: "10%",
            ends: [.failed],
            sent: 1,
            terminated: 4,
            end: .failed
        ),
        Case(
            name: "100% never stops",
            maxErrors: "100%",
            ends: Array(repeating: .failed, count: 10),
            sent: 10,
            end: .incomplete
        ),
        Case(
            name: "what is in flight finishes and may fail too",
            maxConcurrency: "3",
            ends: [.failed, .failed, .failed],
            sent: 3,
            terminated: 7,
            end: .failed
        ),
        Case(
            name: "execution timeouts count as errors",
            ends: [.executionTimedOut],
            sent: 1,
            terminated: 9,
            end: .executionTimedOut
        ),
        Case(
            name: "an interrupted run counts as an error",
            ends: [.interrupted],
            sent: 1,
            terminated: 9,
            end: .failed
        ),
        Case(
            name: "undeliverable does not count",
            ends: [.undeliverable, .undeliverable],
            sent: 10,
            end: .success
        ),
        Case(
            name: "all undeliverable is failed",
            targets: 2,
            ends: [.undeliverable, .undeliverable],
            sent: 2,
            end: .failed
        ),
    ]

    @Test("MaxErrors, MaxConcurrency and the final status", arguments: cases)
    func table(_ test: Case) throws {
        var life = CommandLifecycle(
            targets: Array(0..<test.targets),
            rates: RateControl(
                maxConcurrency: try #require(RateBound(test.maxConcurrency)),
                maxErrors: try #require(RateBound(test.maxErrors)),
                targets: test.targets
            )
        )
        var queue = life.start()
        var inFlight: [Int] = []
        var sent = 0
        var terminated = 0
        var end: CommandState?
        while true {
            for action in queue {
                switch action {
                case .send(let target):
                    inFlight.append(target)
                    sent += 1
                case .record(let targets, .terminated): terminated += targets.count
                case .record, .stop: Issue.record("unexpected \(action)")
                case .finish(let state): end = state
                }
            }
            guard !inFlight.isEmpty else { break }
            let target = inFlight.removeFirst()
            queue = life.ended(target, target < test.ends.count ? test.ends[target] : .success)
        }
        #expect(sent == test.sent)
        #expect(terminated == test.terminated)
        #expect(end == test.end)
    }

    @Test("limits hold in a thousand random lives, and each target ends once")
    func random() {
        for seed in 0..<1000 { life(of: seed) }
    }

    private func life(of seed: Int) {
        var random = Steps(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let count = random.below(40)
        let rates = RateControl(
            maxConcurrency: random.below(2) == 0
                ? .count(1 + random.below(8)) : .percent(1 + random.below(100)),
            maxErrors: random.below(2) == 0 ? .count(random.below(5)) : .percent(random.below(101)),
            targets: count
        )
        let unreachable = Set((0..<count).filter { _ in random.below(5) == 0 })
        var life = CommandLifecycle(
            targets: Array(0..<count),
            unreachable: unreachable,
            rates: rates
        )
        var inFlight: Set<Int> = []
        var sent: Set<Int> = []
        var ended: Set<Int> = []
        var errors = 0
        var finishes = 0
        var queue = life.start()
        for _ in 0..<1000 {
            for action in queue {
                switch action {
                case .send(let target):
                    #expect(sent.insert(target).inserted, "seed \(seed): sent twice")
                    #expect(errors <= rates.errorsAllowed, "seed \(seed): sent after MaxErrors")
                    inFlight.insert(target)
                    #expect(inFlight.count <= rates.concurrencyMax, "seed \(seed)")
                case .stop(let target): #expect(inFlight.contains(target), "seed \(seed)")
                case .record(let targets, let state):
                    guard state.isTerminal else { continue }
                    for target in targets {
                        #expect(!sent.contains(target), "seed \(seed)")
                        #expect(ended.insert(target).inserted, "seed \(seed): ended twice")
                    }
                case .finish: finishes += 1
                }
            }
            guard finishes == 0 else { break }
            switch random.below(12) {
            case 0: queue = life.becameReachable(random.below(max(1, count)))
            case 1 where random.below(20) == 0: queue = life.cancel()
            case 2 where random.below(20) == 0: queue = life.deliveryExpired()
            default:
                guard let target = inFlight.sorted().randomElement(using: &random) else {
                    queue = random.below(10) == 0 ? life.deliveryExpired() : []
                    continue
                }
                inFlight.remove(target)
                ended.insert(target)
                let state = [InvocationState.success, .success, .failed, .undeliverable][
                    random.below(4)
                ]
                if state.isError { errors += 1 }
                queue = life.ended(target, state)
            }
        }
        #expect(finishes == 1, "seed \(seed): finished \(finishes) times")
        #expect(ended.count == count, "seed \(seed)")
    }

    @Test("a node that cannot be reached is waited for until the delivery timeout")
    func delivery() {
        let rates = RateControl(maxConcurrency: .count(1), maxErrors: .count(0), targets: 2)
        var life = CommandLifecycle(targets: [1, 2], unreachable: [1], rates: rates)
        #expect(life.start() == [.record([1], .delayed), .send(2)])
        #expect(life.ended(2, .success) == [])
        #expect(
            life.deliveryExpired() == [
                .record([1], .deliveryTimedOut), .finish(.deliveryTimedOut),
            ]
        )
        #expect(life.becameReachable(1) == [])
    }

    @Test("a node that comes back is sent to")
    func comesBack() {
        let rates = RateControl(maxConcurrency: .count(1), maxErrors: .count(0), targets: 1)
        var life = CommandLifecycle(targets: [1], unreachable: [1], rates: rates)
        #expect(life.start() == [.record([1], .delayed)])
        #expect(life.becameReachable(1) == [.record([1], .pending), .send(1)])
        #expect(life.ended(1, .success) == [.finish(.success)])
    }

    @Test("cancelling ends the pending at once and stops the running")
    func cancel() {
        let rates = RateControl(maxConcurrency: .count(1), maxErrors: .count(0), targets: 2)
        var life = CommandLifecycle(targets: [1, 2], rates: rates)
        #expect(life.start() == [.send(1)])
        #expect(
            life.cancel() == [.record([2], .cancelled), .record([1], .cancelling), .stop(1)]
        )
        #expect(life.ended(1, .cancelled) == [.finish(.cancelled)])
        #expect(life.cancel() == [])
    }
}

/// A small generator whose sequence a seed fixes.
struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func below(_ bound: Int) -> Int { Int(next() >> 11) % bound }
}
