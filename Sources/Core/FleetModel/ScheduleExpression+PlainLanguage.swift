// SPDX-License-Identifier: Apache-2.0

extension ScheduleExpression {
    /// The schedule in words: `every 30 minutes`, `at 02:00 UTC on the 2nd Sunday`.
    package var plainLanguage: String {
        switch self {
        case .cron(let schedule): schedule.plainLanguage
        case .rate(let seconds): Self.every(seconds)
        case .at(let time):
            "once, on \(time.description.prefix(10)) at \(time.description.dropFirst(11).prefix(8)) UTC"
        }
    }

    private static func every(_ seconds: Int) -> String {
        for (unit, name) in [(86_400, "day"), (3600, "hour"), (60, "minute")]
        where seconds % unit == 0 {
            let count = seconds / unit
            return count == 1 ? "every \(name)" : "every \(count) \(name)s"
        }
        return "every \(seconds) seconds"
    }
}

extension CronSchedule {
    /// The schedule in words.
    package var plainLanguage: String {
        var text = timesInWords
        if let days = daysInWords { text += " " + days }
        if months.count < 12 {
            let names = months.map { Self.monthNames[$0 - 1] }
            text += " in " + Self.list(names)
        }
        if let years { text += " of " + Self.list(years.map(String.init)) }
        return text
    }

    private var timesInWords: String {
        guard seconds == [0] else {
            return "at second \(Self.list(seconds.map(String.init))) of "
                + "minute \(Self.list(minutes.map(String.init))) of "
                + "hour \(Self.list(hours.map(String.init))) UTC"
        }
        if hours.count == 24 {
            if minutes == [0] { return "every hour" }
            if minutes.count == 60 { return "every minute" }
            if let step = Self.step(minutes, in: 60) { return "every \(step) minutes" }
            return "every hour at minute \(Self.list(minutes.map(String.init)))"
        }
        if minutes == [0], hours.count > 1, let step = Self.step(hours, in: 24) {
            return "every \(step) hours"
        }
        if minutes.count * hours.count <= 6 {
            let times = hours.flatMap { hour in
                minutes.map { Self.twoDigits(hour) + ":" + Self.twoDigits($0) }
            }
            return "at \(Self.list(times)) UTC"
        }
        return "at minute \(Self.list(minutes.map(String.init))) of "
            + "hour \(Self.list(hours.map(String.init))) UTC"
    }

    private var daysInWords: String? {
        switch days {
        case .every: return hours.count == 1 && minutes.count == 1 ? "every day" : nil
        case .daysOfMonth(let days): return "on the " + Self.list(days.map(Self.ordinal))
        case .lastDayOfMonth: return "on the last day of the month"
        case .nearestWeekday(Self.lastDay): return "on the last working day of the month"
        case .nearestWeekday(let day):
            return "on the working day nearest to the \(Self.ordinal(day))"
        case .weekdays([2, 3, 4, 5, 6]): return "from Monday to Friday"
        case .weekdays(let days) where days.count == 7: return "every day"
        case .weekdays(let days):
            return (days.count == 1 ? "every " : "on ")
                + Self.list(days.map { Self.dayNames[$0 - 1] })
        case .nthWeekday(let weekday, let nth):
            return "on the \(Self.ordinal(nth)) \(Self.dayNames[weekday - 1])"
        case .lastWeekday(let weekday): return "on the last \(Self.dayNames[weekday - 1])"
        }
    }

    private static let dayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// The distance of values that divide the whole evenly and begin at zero.
    private static func step(_ values: [Int], in whole: Int) -> Int? {
        guard values.count > 1, values[0] == 0, values[1] * values.count == whole,
            zip(values, values.dropFirst()).allSatisfy({ $1 - $0 == values[1] })
        else { return nil }
        return values[1]
    }

    private static func ordinal(_ value: Int) -> String {
        switch (value % 10, value % 100) {
        case (1, let rest) where rest != 11: "\(value)st"
        case (2, let rest) where rest != 12: "\(value)nd"
        case (3, let rest) where rest != 13: "\(value)rd"
        default: "\(value)th"
        }
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}
