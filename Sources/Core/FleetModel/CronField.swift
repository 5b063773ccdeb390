// SPDX-License-Identifier: Apache-2.0

/// The grammar of one field of `cron(…)`: lists, ranges, steps and names.
struct CronField: Sendable {
    var name: String
    var bounds: ClosedRange<Int>
    /// Names for the values, the first standing for the lower bound.
    var names: [String] = []

    static let seconds = CronField(name: "seconds", bounds: 0...59)
    static let minutes = CronField(name: "minutes", bounds: 0...59)
    static let hours = CronField(name: "hours", bounds: 0...23)
    static let daysOfMonth = CronField(name: "day-of-month", bounds: 1...31)
    static let months = CronField(
        name: "month",
        bounds: 1...12,
        names: [
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ]
    )
    static let daysOfWeek = CronField(
        name: "day-of-week",
        bounds: 1...7,
        names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    )
    static let years = CronField(name: "year", bounds: CronSchedule.years)

    /// The values that a field allows, ascending and unique.
    func values(_ text: String) throws(ScheduleError) -> [Int] {
        var result: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            result.formUnion(try expand(item, of: text))
        }
        return result.sorted()
    }

    /// One value, as a number or a name; `nil` when it is neither or out of bounds.
    func number(_ text: Substring) -> Int? {
        if let index = names.firstIndex(of: text.uppercased()) { return bounds.lowerBound + index }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text),
            bounds.contains(value)
        else { return nil }
        return value
    }

    func problem(_ text: some StringProtocol, _ hint: String? = nil) -> ScheduleError {
        var expected = "the \(name) field takes \(bounds.lowerBound) to \(bounds.upperBound)"
        if let first = names.first, let last = names.last { expected += " or \(first) to \(last)" }
        if name == "day-of-week", text == "0" { expected += "; Sunday is 1" }
        return ScheduleError("'\(text)' is not a \(name) of cron(…)", hint: hint ?? expected)
    }

    private func expand(_ item: Substring, of text: String) throws(ScheduleError) -> [Int] {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = parts.first, !base.isEmpty else { throw problem(item) }
        var step = 1
        if parts.count == 2 {
            guard let value = Int(parts[1]), value > 0, value <= bounds.upperBound else {
                throw problem(item, "a step is a number from 1, as in 0/30")
            }
            step = value
        }
        var (low, high) = (bounds.lowerBound, bounds.upperBound)
        if base.contains("-") {
            let ends = base.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let from = number(ends[0]), let to = number(ends[1]) else {
                throw problem(item)
            }
            guard from <= to else {
                throw problem(item, "a range goes upwards; write two, separated by a comma")
            }
            (low, high) = (from, to)
        } else if base != "*" {
            guard let value = number(base) else { throw problem(item) }
            low = value
            if parts.count == 1 { high = value }
        }
        return Array(stride(from: low, through: high, by: step))
    }
}
