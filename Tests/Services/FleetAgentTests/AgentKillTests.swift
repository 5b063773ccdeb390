// SPDX-License-Identifier: Apache-2.0
import AgentJournal
import FleetModel
import Foundation
import Testing

/// Real agents and real supervisors, killed at random moments; the scripts count their own runs.
///
/// P-01, P-02, P-13; FT-20, FT-21, FT-22. `APLOMB_KILLS` says how many kills a long run makes.
@Suite("agents that are killed", .serialized, .timeLimit(.minutes(5)))
struct AgentKillTests {
    private static let kills =
        ProcessInfo.processInfo.environment["APLOMB_KILLS"].flatMap { Int($0) } ?? 100

    @Test("whatever is killed, nothing runs twice, no result is lost, everything ends")
    func killLoop() throws {
        let node = try AgentOnPipes()
        var random = SystemRandomNumberGenerator()
        var sent = 0
        for kill in 0..<Self.kills {
            try node.start()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                sent += 1
                try node.send(sent, seconds: Double.random(in: 0...0.08, using: &random))
            }
            if kill.isMultiple(of: 5) { try node.cancel(Int.random(in: 1...sent, using: &random)) }
            node.listen(milliseconds: Int.random(in: 0...60, using: &random))
            // By turns the agent, a supervisor, and both at once.
            if kill % 3 != 0 { node.killSupervisors() }
            if kill % 3 != 1 { node.killAgent() }
        }
        try node.start()
        node.listen(milliseconds: 20_000) { node.outcomes.count == sent }
        try #require(node.outcomes.count == sent, "\(sent - node.outcomes.count) never ended")
        #expect(node.broken.isEmpty, "\(node.broken)")
        var statuses: [String: Int] = [:]
        for command in 1...sent {
            let runs = node.runs(command)
            let outcome = try #require(node.outcomes[node.id(command)])
            statuses[outcome.words, default: 0] += 1
            #expect(runs <= 1, "command \(command) ran \(runs) times")
            if outcome.words == "Success" { #expect(runs == 1, "command \(command) never ran") }
        }
        #expect(statuses["Success"] ?? 0 > 0, "\(statuses)")
        #expect(statuses["Interrupted"] ?? 0 > 0, "\(statuses)")
        node.killAgent()
        #expect(node.supervisorsAlive() == 0)
    }

    @Test("FT-21: an agent that restarts finds its script running, and its result")
    func restart() throws {
        let node = try AgentOnPipes()
        try node.start()
        try node.send(1, seconds: 0.4)
        node.listen(milliseconds: 10_000) { node.runs(1) == 1 }
        node.killAgent()
        #expect(node.supervisorsAlive() > 0)
        try node.start()
        node.listen(milliseconds: 10_000) { node.outcomes.count == 1 }
        #expect(node.outcomes[node.id(1)]?.words == "Success")
        #expect(node.runs(1) == 1)
    }

    @Test("a cancel ends the script and says so, also while no agent ran")
    func cancel() throws {
        let node = try AgentOnPipes()
        try node.start()
        try node.send(1, seconds: 60)
        node.listen(milliseconds: 10_000) { node.runs(1) == 1 }
        node.killAgent()
        try node.start()
        try node.cancel(1)
        node.listen(milliseconds: 20_000) { node.outcomes.count == 1 }
        #expect(node.outcomes[node.id(1)]?.words == "Cancelled")
    }

    @Test("FT-10: a second agent of the same folder is refused")
    func second() throws {
        let node = try AgentOnPipes()
        try node.start()
        node.listen(milliseconds: 200)
        let other = try node.launch()
        var status: Int32 = 0
        waitpid(other.process, &status, 0)
        #expect(status != 0)
        node.killAgent()
    }

    @Test("FT-31: a damaged journal takes no work, and what it still says is told")
    func damaged() throws {
        let node = try AgentOnPipes()
        try node.start()
        try node.send(1, seconds: 0)
        node.listen(milliseconds: 10_000) { node.outcomes.count == 1 }
        try node.send(2, seconds: 0)
        node.listen(milliseconds: 10_000) { node.outcomes.count == 2 }
        node.killAgent()
        // The last records change; what stands before them is whole.
        try node.damageJournal(fromEnd: 900)
        node.forget()
        try node.start()
        try node.send(3, seconds: 0)
        node.listen(milliseconds: 10_000) { !node.refusals.isEmpty }
        #expect(node.refusals.values.contains(.journalCorrupt), "\(node.refusals)")
        #expect(node.outcomes[node.id(1)]?.words == "Success")
        #expect(node.runs(3) == 0)
        node.killAgent()
    }
}

extension WorkOutcome {
    fileprivate var words: String {
        switch self {
        case .ran(let result): result.status.rawValue
        case .expired: "Expired"
        case .notStarted(let why): why
        }
    }
}
