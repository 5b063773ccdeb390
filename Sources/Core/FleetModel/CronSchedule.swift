// SPDX-License-Identifier: Apache-2.0

/// The fields of `cron(…)`, each reduced to the values that it allows.
///
/// *Shape*: six fields `minutes hours day-of-month month day-of-week year`, or seven with seconds
/// first. Exactly one of the two day fields is `?`. *Source*: Systems Manager's cron grammar.
package struct CronSchedule: Hashable, Sendable {
    /// Which days of a month are meant.
    enum Days: Hashable, Sendable {
        case every
        case daysOfMonth([Int])
        case lastDayOfMonth
        /// The weekday nearest to a day, within its month; 32 stands for the last day.
        case nearestWeekday(Int)
        case weekdays([Int])
        case nthWeekday(weekday: Int, nth: Int)
        case lastWeekday(Int)
    }

    static let lastDay = 32

    var seconds: [Int]
    var minutes: [Int]
    var hours: [Int]
    var days: Days
    var months: [Int]
    /// `nil` for every year.
    var years: [Int]?

    static let years = 1970...2199

    /// Reads the text between the parentheses.
    init(_ body: String) throws(ScheduleError) {
        var fields = body.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard fields.count == 6 || fields.count == 7 else {
            throw ScheduleError(
                "cron(\(body)) has \(fields.count) fields, not 6",
                hint: "the fields are minutes hours day-of-month month day-of-week year, "
                    + "for example cron(0 2 ? * SUN *)"
            )
        }
        seconds = fields.count == 7 ? try CronField.seconds.values(fields.removeFirst()) : [0]
        minutes = try CronField.minutes.values(fields[0])
        hours = try CronField.hours.values(fields[1])
        months = try CronField.months.values(fields[3])
        years = fields[5] == "*" ? nil : try CronField.years.values(fields[5])
        days = try Self.parseDays(ofMonth: fields[2], ofWeek: fields[4])
        guard next(after: Timestamp(milliseconds: -1)) != nil else {
            throw ScheduleError(
                "cron(\(body)) never comes: no month that it names has that day",
                hint: "L in the day-of-month field is the last day of any month"
            )
        }
    }

    private static func parseDays(
        ofMonth: String,
        ofWeek: String
    ) throws(ScheduleError) -> Days {
        guard (ofMonth == "?") != (ofWeek == "?") else {
            let what = ofMonth == "?" ? "both day fields are '?'" : "neither day field is '?'"
            throw ScheduleError(
                "\(what): exactly one of day-of-month and day-of-week must be",
                hint: "for example cron(0 2 * * ? *) or cron(0 2 ? * MON *)"
            )
        }
        return ofWeek == "?" ? try parseDayOfMonth(ofMonth) : try parseDayOfWeek(ofWeek)
    }

    private static func parseDayOfMonth(_ text: String) throws(ScheduleError) -> Days {
        switch text.uppercased() {
        case "*": return .every
        case "L": return .lastDayOfMonth
        case "LW", "WL": return .nearestWeekday(lastDay)
        case let upper where upper.hasSuffix("W"):
            guard let day = Int(upper.dropLast()), (1...31).contains(day) else {
                throw CronField.daysOfMonth.problem(
                    text,
                    "W follows one day from 1 to 31, as in 15W"
                )
            }
            return .nearestWeekday(day)
        default: return .daysOfMonth(try CronField.daysOfMonth.values(text))
        }
    }

    private static func parseDayOfWeek(_ text: String) throws(ScheduleError) -> Days {
        let field = CronField.daysOfWeek
        if text == "*" { return .every }
        if text.uppercased() == "L" { return .weekdays([7]) }
        if let hash = text.firstIndex(of: "#") {
            guard let weekday = field.number(text[..<hash]),
                let nth = Int(text[text.index(after: hash)...]), (1...5).contains(nth)
            else {
                throw field.problem(text, "# stands between a weekday and 1 to 5, as in TUE#2")
            }
            return .nthWeekday(weekday: weekday, nth: nth)
        }
        if text.uppercased().hasSuffix("L"), !text.contains(",") {
            guard let weekday = field.number(text.dropLast()) else {
                throw field.problem(text, "L follows a weekday, as in 3L for the last Tuesday")
            }
            return .lastWeekday(weekday)
        }
        return .weekdays(try field.values(text))
    }

    // MARK: Finding runs

    package func next(after moment: Timestamp) -> Timestamp? {
        let second = Int(moment.milliseconds.flooredSeconds) + 1
        var dayNumber = second.flooredQuotient(86_400)
        var secondOfDay = second - dayNumber * 86_400
        let first = CivilDay(year: Self.years.lowerBound, month: 1, day: 1).number
        if dayNumber < first { (dayNumber, secondOfDay) = (first, 0) }

        var day = CivilDay(number: dayNumber)
        while let month = nextMonth(year: day.year, month: day.month) {
            let isSame = month == (day.year, day.month)
            for candidate in matchingDays(year: month.year, month: month.month) {
                guard !isSame || candidate >= day.day else { continue }
                let from = isSame && candidate == day.day ? secondOfDay : 0
                guard let time = firstTime(from: from) else { continue }
                let number = CivilDay(year: month.year, month: month.month, day: candidate).number
                return Timestamp(seconds: Int64(number * 86_400 + time))
            }
            day = CivilDay(
                year: month.month == 12 ? month.year + 1 : month.year,
                month: month.month == 12 ? 1 : month.month + 1,
                day: 1
            )
            secondOfDay = 0
        }
        return nil
    }

    /// The first month, this one included, that the month and year fields allow.
    private func nextMonth(year: Int, month: Int) -> (year: Int, month: Int)? {
        var year = year
        if let later = months.first(where: { $0 >= month }), allows(year) { return (year, later) }
        year += 1
        while year <= Self.years.upperBound {
            if allows(year), let first = months.first { return (year, first) }
            year += 1
        }
        return nil
    }

    private func allows(_ year: Int) -> Bool {
        Self.years.contains(year) && years?.contains(year) ?? true
    }

    /// The days of one month that the day fields allow, ascending.
    func matchingDays(year: Int, month: Int) -> [Int] {
        let count = CivilDay.days(inMonth: month, of: year)
        let firstWeekday = CivilDay(year: year, month: month, day: 1).weekday
        func first(_ weekday: Int) -> Int { (weekday - firstWeekday + 7) % 7 + 1 }
        switch days {
        case .every: return Array(1...count)
        case .daysOfMonth(let days): return days.filter { $0 <= count }
        case .lastDayOfMonth: return [count]
        case .weekdays(let weekdays):
            return (1...count).filter { weekdays.contains((firstWeekday + $0 - 2) % 7 + 1) }
        case .nthWeekday(let weekday, let nth):
            let day = first(weekday) + (nth - 1) * 7
            return day <= count ? [day] : []
        case .lastWeekday(let weekday):
            return [first(weekday) + (count - first(weekday)) / 7 * 7]
        case .nearestWeekday(let wanted):
            let day = wanted == Self.lastDay ? count : wanted
            guard day <= count else { return [] }
            switch CivilDay(year: year, month: month, day: day).weekday {
            case 7: return [day > 1 ? day - 1 : day + 2]
            case 1: return [day < count ? day + 1 : day - 2]
            default: return [day]
            }
        }
    }

    private func firstTime(from secondOfDay: Int) -> Int? {
        let (hour, minute) = (secondOfDay / 3600, secondOfDay / 60 % 60)
        for candidateHour in hours where candidateHour >= hour {
            for candidateMinute in minutes
            where candidateHour > hour || candidateMinute >= minute {
                let base = candidateHour * 3600 + candidateMinute * 60
                if let second = seconds.first(where: { base + $0 >= secondOfDay }) {
                    return base + second
                }
            }
        }
        return nil
    }

    /// The shortest gap between two runs that follow each other; `nil` when there is one run only.
    package var shortestIntervalSeconds: Int? {
        let times = hours.flatMap { hour in
            minutes.flatMap { minute in seconds.map { hour * 3600 + minute * 60 + $0 } }
        }
        let within = zip(times, times.dropFirst()).map { $1 - $0 }.min()
        // Between days: thirty years hold every pattern of days that the grammar can say.
        var across: Int?
        var last: Timestamp?
        var moment = Timestamp(milliseconds: -1)
        for _ in 0..<(400 * times.count) {
            guard let run = next(after: moment) else { break }
            if let last {
                across = min(across ?? .max, Int(run.seconds - last.seconds))
                if let within, let across, across <= within { break }
            }
            if run.seconds > 30 * 366 * 86_400, across != nil { break }
            (last, moment) = (run, run)
            if times.count > 1, let end = times.last {
                // Within one day nothing new is learnt: go on with its last run.
                let day = Int(run.seconds).flooredQuotient(86_400)
                let endOfDay = Timestamp(seconds: Int64(day * 86_400 + end))
                (last, moment) = (endOfDay, endOfDay)
            }
        }
        guard let within else { return across }
        return min(within, across ?? .max)
    }
}

extension Int64 {
    fileprivate var flooredSeconds: Int64 { self >= 0 ? self / 1000 : -((-self + 999) / 1000) }
}
