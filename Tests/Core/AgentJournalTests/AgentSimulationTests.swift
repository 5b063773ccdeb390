// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import Testing

@testable import AgentJournal

/// P-01, P-02, P-03: each invocation at most once, no result lost, every one ended; FT-01 to FT-03,
/// FT-16, FT-20, FT-22 to FT-26, in worlds drawn from seeds.
@Suite("agent simulation")
struct AgentSimulationTests {
    /// `APLOMB_SEEDS` says how many worlds a long run makes.
    private static let seeds =
        ProcessInfo.processInfo.environment["APLOMB_SEEDS"].flatMap { Int($0) } ?? 2000

    @Test("whatever crashes, is cut, doubled or lost: at most once, never lost, always ended")
    func worlds() {
        var runs = 0, outcomes: Set<String> = []
        for seed in 0..<Self.seeds {
            var world = SimulatedWorld(seed: seed)
            world.run(steps: 400)
            #expect(world.broken.isEmpty, "seed \(seed): \(world.broken.joined(separator: "; "))")
            runs += world.node.runs.values.reduce(0, +)
            for command in world.commands.values { outcomes.insert(command.words) }
        }
        // Worlds in which nothing happens would keep every promise.
        #expect(runs > Self.seeds * 4)
        #expect(
            outcomes.isSuperset(of: ["Success", "Failed", "Cancelled", "Interrupted", "expired"])
        )
    }
}

extension SimulatedWorld.Command {
    fileprivate var words: String {
        switch outcome {
        case .ran(let result): result.status.rawValue
        case .expired: "expired"
        case .notStarted: "not started"
        case nil: "open"
        }
    }
}
