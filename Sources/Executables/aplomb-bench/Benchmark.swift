// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// What one round of some work cost.
struct Sample {
    var seconds: Double
    /// Of a whole process, where one was started.
    var peakBytes: Int?
}

/// Something to measure: our way of doing it, and others' ways, in turn.
struct Benchmark {
    /// A peer or a physical floor, and the most that ours may take in its measure.
    struct Floor {
        var name: String
        var goal: Double?
        var work: () async throws -> Sample
    }

    /// What preparing it yields: the work of a round, and of its floors.
    struct Work {
        var ours: () async throws -> Sample
        var floors: [Floor] = []
        /// Lives as long as the work does.
        var scratch: Scratch?
    }

    /// `group/what`; arguments of the program select by what it begins with.
    var name: String
    var size: String
    var rounds: Int
    /// The most seconds that ours may take, where the goal is no ratio.
    var goal: Double?
    var prepare: () async throws -> Work

    init(
        _ name: String,
        size: String,
        rounds: Int,
        goal: Double? = nil,
        prepare: @escaping () async throws -> Work
    ) {
        self.name = name
        self.size = size
        self.rounds = rounds
        self.goal = goal
        self.prepare = prepare
    }

    /// What selects it.
    var title: String { "\(name), \(size)" }

    /// Measures ours and every floor in turn, after one round that does not count.
    func measure() async throws -> Result {
        let work = try await prepare()
        let all = [work.ours] + work.floors.map(\.work)
        var samples = Array(repeating: [Sample](), count: all.count)
        for round in 0...rounds {
            for (index, run) in all.enumerated() {
                let sample = try await run()
                if round > 0 { samples[index].append(sample) }
            }
        }
        return Result(
            name: name,
            size: size,
            goalSeconds: goal,
            ours: Figure(samples[0]),
            floors: zip(work.floors, samples.dropFirst()).map {
                Result.Floor(name: $0.name, goal: $0.goal, figure: Figure($1))
            }
        )
    }

    /// The time that some work takes; what it yields is used, so that it is done.
    static func time(_ work: () async throws -> Int) async rethrows -> Sample {
        let clock = ContinuousClock()
        let start = clock.now
        let yield = try await work()
        let seconds = (clock.now - start) / .seconds(1)
        precondition(yield != .min, "a benchmark yields what it counted")
        return Sample(seconds: seconds)
    }
}

/// Some rounds in three numbers.
struct Figure: Codable {
    var median: Double
    var least: Double
    var most: Double
    var peakBytes: Int?

    init(_ samples: [Sample]) {
        let times = samples.map(\.seconds).sorted()
        median = times.isEmpty ? 0 : times[times.count / 2]
        least = times.first ?? 0
        most = times.last ?? 0
        peakBytes = samples.compactMap(\.peakBytes).max()
    }
}

/// What was measured.
struct Result: Codable {
    struct Floor: Codable {
        var name: String
        var goal: Double?
        var figure: Figure
    }

    var name: String
    var size: String
    var goalSeconds: Double?
    var ours: Figure
    var floors: [Floor]
}
