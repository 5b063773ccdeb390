// SPDX-License-Identifier: Apache-2.0

/// Something to measure: a name, and a preparation that gives the work; its result is used, so that
/// the work is done.
struct Benchmark {
    var name: String
    var runs: Int
    var prepare: () -> () -> Int

    /// Measures, after one run that does not count.
    func row() -> String {
        let work = prepare()
        var sink = work()
        let clock = ContinuousClock()
        let times = (0..<runs).map { _ in clock.measure { sink &+= work() } }.sorted()
        guard let first = times.first, let last = times.last, sink != .min else { return name }
        let padded = name + String(repeating: " ", count: max(1, 56 - name.count))
        return "\(padded)  \(text(times[times.count / 2]))  \(text(first))..\(text(last))"
    }

    private func text(_ time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        return "\(microseconds / 1000).\(String(microseconds % 1000 + 1000).dropFirst()) ms"
    }
}
