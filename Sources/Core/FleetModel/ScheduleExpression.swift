// SPDX-License-Identifier: Apache-2.0

/// When something recurs: `cron(…)`, `rate(…)` or `at(…)`, always in UTC.
///
/// *Source*: the schedule expressions of State Manager and maintenance windows.
package enum ScheduleExpression: Hashable, Sendable {
    case cron(CronSchedule)
    /// *Units*: seconds between one run and the next.
    case rate(seconds: Int)
    case at(Timestamp)

    /// Reads an expression.
    ///
    /// *Errors*: `BAD_SCHEDULE`, which names the field and what is wrong with it (BI-043).
    package init(_ text: String) throws(ScheduleError) {
        let trimmed = text.trimmingBlanks
        guard let open = trimmed.firstIndex(of: "("), trimmed.hasSuffix(")") else {
            throw Self.unknownForm(trimmed)
        }
        let body = String(trimmed[trimmed.index(after: open)...].dropLast()).trimmingBlanks
        switch trimmed[..<open] {
        case "cron": self = .cron(try CronSchedule(body))
        case "rate": self = .rate(seconds: try Self.parseRate(body))
        case "at": self = .at(try Self.parseMoment(body))
        default: throw Self.unknownForm(trimmed)
        }
    }

    /// The first run strictly after a moment; `nil` when there is none any more.
    ///
    /// A rate counts from the run before it, which is the moment given; cron is absolute.
    package func next(after moment: Timestamp) -> Timestamp? {
        switch self {
        case .cron(let schedule): schedule.next(after: moment)
        case .rate(let seconds): moment.advanced(bySeconds: Int64(seconds))
        case .at(let time): time > moment ? time : nil
        }
    }

    /// Whether a run is owed.
    ///
    /// What never ran is due at once, save `at`, which waits for its time: a new association runs
    /// when it is created. One that must wait for its interval passes its creation as `lastRun`.
    package func isDue(lastRun: Timestamp?, now: Timestamp) -> Bool {
        guard let lastRun else {
            if case .at(let time) = self { return time <= now }
            return true
        }
        guard let next = next(after: lastRun) else { return false }
        return next <= now
    }

    /// The shortest time between two runs; `nil` for what runs once.
    ///
    /// *Units*: seconds. Systems Manager wants at least 1800 for associations.
    package var shortestIntervalSeconds: Int? {
        switch self {
        case .cron(let schedule): schedule.shortestIntervalSeconds
        case .rate(let seconds): seconds
        case .at: nil
        }
    }

    private static func unknownForm(_ text: String) -> ScheduleError {
        let fields = text.split(separator: " ")
        if fields.count == 5, fields[0].utf8.allSatisfy({ !(97...122).contains($0 | 32) }) {
            var hinted = fields.map(String.init)
            if hinted[4] == "*" { hinted[4] = "?" } else if hinted[2] == "*" { hinted[2] = "?" }
            return ScheduleError(
                "'\(text)' is a crontab line, not a schedule expression",
                hint: "write cron(\(hinted.joined(separator: " ")) *); Sunday is 1 here"
            )
        }
        return ScheduleError(
            "'\(text)' is none of cron(…), rate(…) and at(…)",
            hint: "for example rate(30 minutes) or cron(0 2 ? * SUN *)"
        )
    }

    private static func parseRate(_ body: String) throws(ScheduleError) -> Int {
        let words = body.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, let value = Int(words[0]), !words[0].hasPrefix("+") else {
            throw ScheduleError(
                "rate(\(body)) is not a number and a unit",
                hint: "for example rate(30 minutes)"
            )
        }
        let units = ["minute": 60, "hour": 3600, "day": 86_400]
        let unit = String(words[1])
        let singular = unit.hasSuffix("s") ? String(unit.dropLast()) : unit
        guard let seconds = units[singular] else {
            throw ScheduleError(
                "'\(unit)' is not a unit of rate",
                hint: "the units are minutes, hours and days"
            )
        }
        guard value > 0 else {
            throw ScheduleError("a rate of \(value) \(unit) never passes", hint: "use at least 1")
        }
        guard (value == 1) == (unit == singular) else {
            throw ScheduleError(
                "rate(\(body)) mixes singular and plural, which Systems Manager refuses",
                hint: "write rate(\(value) \(value == 1 ? singular : singular + "s"))"
            )
        }
        guard value <= 36_500 * 86_400 / seconds else {
            throw ScheduleError("rate(\(body)) is longer than a hundred years")
        }
        return value * seconds
    }

    private static func parseMoment(_ body: String) throws(ScheduleError) -> Timestamp {
        let bytes = Array(body.utf8)
        let shape = Array("dddd-dd-ddTdd:dd:dd".utf8)
        guard bytes.count == shape.count,
            zip(bytes, shape).allSatisfy({ byte, expected in
                expected == UInt8(ascii: "d") ? (48...57).contains(byte) : byte == expected
            })
        else {
            throw ScheduleError(
                "at(\(body)) is not of the form at(yyyy-mm-ddThh:mm:ss)",
                hint: "the time is UTC and carries no zone, for example at(2026-11-24T02:00:00)"
            )
        }
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        guard (1...12).contains(month),
            (1...CivilDay.days(inMonth: month, of: year)).contains(day)
        else { throw ScheduleError("at(\(body)) names a day that does not exist") }
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard hour < 24, minute < 60, second < 60 else {
            throw ScheduleError("at(\(body)) names a time of day that does not exist")
        }
        let days = CivilDay(year: year, month: month, day: day).number
        return Timestamp(seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second))
    }
}

extension String {
    var trimmingBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r"]
        guard let first = firstIndex(where: { !blanks.contains($0) }),
            let last = lastIndex(where: { !blanks.contains($0) })
        else { return "" }
        return String(self[first...last])
    }
}
