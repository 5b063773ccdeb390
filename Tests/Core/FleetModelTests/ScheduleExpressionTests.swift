// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

private func time(_ text: String) throws -> Timestamp {
    try #require(Timestamp(rfc3339: text))
}

struct ScheduleExpressionTests {
    struct Case: CustomTestStringConvertible {
        var expression: String
        var after: String
        var next: [String]
        var testDescription: String { "\(expression) after \(after)" }

        init(_ expression: String, after: String, _ next: String...) {
            self.expression = expression
            self.after = after
            self.next = next
        }
    }

    @Test(
        "runs follow each other as the calendar has it",
        arguments: [
            Case(
                "cron(0 2 ? * SUN#2 *)",
                after: "2026-11-24T00:00:00Z",
                "2026-12-13T02:00:00Z",
                "2027-01-10T02:00:00Z"
            ),
            Case(
                "cron(0/30 * * * ? *)",
                after: "2026-11-24T23:45:00Z",
                "2026-11-25T00:00:00Z",
                "2026-11-25T00:30:00Z"
            ),
            Case(
                "cron(15 10 29 2 ? *)",
                after: "2023-01-01T00:00:00Z",
                "2024-02-29T10:15:00Z",
                "2028-02-29T10:15:00Z"
            ),
            Case("cron(0 0 29 2 ? *)", after: "2097-01-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            Case(
                "cron(0 0 L * ? *)",
                after: "2024-01-31T00:00:00Z",
                "2024-02-29T00:00:00Z",
                "2024-03-31T00:00:00Z",
                "2024-04-30T00:00:00Z"
            ),
            Case("cron(0 0 L 2 ? *)", after: "2025-01-01T00:00:00Z", "2025-02-28T00:00:00Z"),
            // 1 August 2026 is a Saturday: its nearest weekday in the month is Monday the 3rd.
            Case("cron(0 9 1W 8 ? *)", after: "2026-01-01T00:00:00Z", "2026-08-03T09:00:00Z"),
            // 15 November 2026 is a Sunday, 15 August a Saturday.
            Case("cron(0 9 15W 11 ? *)", after: "2026-01-01T00:00:00Z", "2026-11-16T09:00:00Z"),
            Case("cron(0 9 15W 8 ? *)", after: "2026-01-01T00:00:00Z", "2026-08-14T09:00:00Z"),
            // 31 May 2026 is a Sunday: the nearest weekday of May is Friday the 29th.
            Case("cron(0 9 31W 5 ? *)", after: "2026-01-01T00:00:00Z", "2026-05-29T09:00:00Z"),
            Case("cron(0 9 31W * ? *)", after: "2026-06-01T00:00:00Z", "2026-07-31T09:00:00Z"),
            Case("cron(0 9 LW * ? *)", after: "2026-02-01T00:00:00Z", "2026-02-27T09:00:00Z"),
            Case("cron(0 0 ? * 3L *)", after: "2026-11-01T00:00:00Z", "2026-11-24T00:00:00Z"),
            Case("cron(0 0 ? * TUE#5 *)", after: "2026-11-25T00:00:00Z", "2026-12-29T00:00:00Z"),
            Case("cron(0 0 ? * L *)", after: "2026-11-24T00:00:00Z", "2026-11-28T00:00:00Z"),
            Case(
                "cron(0 8 ? * MON-FRI *)",
                after: "2026-11-27T08:00:00Z",
                "2026-11-30T08:00:00Z"
            ),
            Case(
                "cron(10,40 1-3/2 1,15 JAN,jul ? 2026-2027)",
                after: "2026-07-15T03:40:00Z",
                "2027-01-01T01:10:00Z"
            ),
            Case("cron(30 0 12 1 1 ? 2030)", after: "2026-01-01T00:00:00Z", "2030-01-01T12:00:30Z"),
            Case("rate(30 minutes)", after: "2026-11-24T02:11:07Z", "2026-11-24T02:41:07Z"),
            Case("rate(1 day)", after: "2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z"),
            Case("at(2026-11-24T02:00:00)", after: "2026-11-24T01:59:59Z", "2026-11-24T02:00:00Z"),
        ]
    )
    func next(_ test: Case) throws {
        let schedule = try ScheduleExpression(test.expression)
        var moment = try time(test.after)
        for expected in test.next {
            let next = try #require(schedule.next(after: moment))
            #expect(next.description == expected)
            moment = next
        }
    }

    @Test("what is over has no next run")
    func over() throws {
        let now = try time("2026-11-24T02:00:00Z")
        #expect(try ScheduleExpression("at(2026-11-24T02:00:00)").next(after: now) == nil)
        #expect(try ScheduleExpression("cron(0 0 1 1 ? 2020)").next(after: now) == nil)
        let last = try time("2199-12-31T23:59:59Z")
        #expect(try ScheduleExpression("cron(0 0 * * ? *)").next(after: last) == nil)
    }

    @Test("every run that a schedule names is one that its fields allow, for a hundred years")
    func leapYears() throws {
        let schedule = try ScheduleExpression("cron(0 0 29 2 ? *)")
        var moment = try time("1999-12-31T00:00:00Z")
        var years: [String] = []
        while let next = schedule.next(after: moment), next.description < "2101" {
            years.append(String(next.description.prefix(4)))
            moment = next
        }
        #expect(years == (2000..<2100).filter { $0 % 4 == 0 }.map(String.init))
    }

    @Test("a run is due when its time has come since the last run")
    func due() throws {
        let daily = try ScheduleExpression("cron(0 2 * * ? *)")
        let last = try time("2026-11-24T02:00:00Z")
        #expect(daily.isDue(lastRun: last, now: try time("2026-11-25T01:59:59Z")) == false)
        #expect(daily.isDue(lastRun: last, now: try time("2026-11-25T02:00:00Z")))
        #expect(daily.isDue(lastRun: nil, now: last))
        let once = try ScheduleExpression("at(2026-11-24T02:00:00)")
        #expect(once.isDue(lastRun: nil, now: try time("2026-11-24T01:00:00Z")) == false)
        #expect(once.isDue(lastRun: nil, now: last))
        #expect(once.isDue(lastRun: last, now: try time("2026-12-01T00:00:00Z")) == false)
    }

    @Test(
        "schedules read as words",
        arguments: [
            ("rate(30 minutes)", "every 30 minutes"), ("rate(1 hour)", "every hour"),
            ("rate(7 days)", "every 7 days"),
            ("cron(0 2 ? * SUN#2 *)", "at 02:00 UTC on the 2nd Sunday"),
            ("cron(0/30 * * * ? *)", "every 30 minutes"), ("cron(0 0/4 * * ? *)", "every 4 hours"),
            ("cron(0 2 * * ? *)", "at 02:00 UTC every day"),
            ("cron(15 2 ? * MON-FRI *)", "at 02:15 UTC from Monday to Friday"),
            ("cron(0 9,17 ? * SAT *)", "at 09:00 and 17:00 UTC every Saturday"),
            ("cron(0 2 L * ? *)", "at 02:00 UTC on the last day of the month"),
            ("cron(0 2 ? * 3L *)", "at 02:00 UTC on the last Tuesday"),
            ("cron(0 2 1,11 3 ? 2027)", "at 02:00 UTC on the 1st and 11th in March of 2027"),
            ("at(2026-11-24T02:00:00)", "once, on 2026-11-24 at 02:00:00 UTC"),
        ]
    )
    func words(_ expression: String, _ expected: String) throws {
        #expect(try ScheduleExpression(expression).plainLanguage == expected)
    }

    @Test(
        "the shortest interval is known, for the limits of associations",
        arguments: [
            ("rate(30 minutes)", 1800), ("cron(0/30 * * * ? *)", 1800),
            ("cron(0 2 * * ? *)", 86_400),
            ("cron(0 2 ? * SUN *)", 604_800), ("cron(0,10 3 ? * SUN *)", 600),
            ("cron(59 23 * * ? *)", 86_400), ("cron(0 0,23 * * ? *)", 3600),
            ("cron(0 0 29 2 ? *)", 1461 * 86_400), ("at(2026-11-24T02:00:00)", nil),
        ]
    )
    func interval(_ expression: String, _ seconds: Int?) throws {
        #expect(try ScheduleExpression(expression).shortestIntervalSeconds == seconds)
    }

    @Test(
        "BI-043 a bad schedule is refused with words and a hint",
        arguments: [
            ("cron(* * * * * *)", "neither day field is '?'"),
            ("cron(0 2 ? * ? *)", "both day fields"),
            ("cron(0 0 30 2 ? *)", "never comes"), ("cron(0 0 31 4,6 ? *)", "never comes"),
            ("rate(0 minutes)", "never passes"), ("rate(1 hours)", "singular and plural"),
            ("rate(5 hour)", "singular and plural"), ("rate(5 weeks)", "not a unit"),
            ("rate(five minutes)", "not a number"), ("rate(-5 minutes)", "never passes"),
            ("cron(60 * * * ? *)", "'60' is not a minutes"), ("cron(0 2 ? * 0 *)", "day-of-week"),
            ("cron(0 2 ? * FUNDAY *)", "FUNDAY"), ("cron(0 2 * * ?)", "5 fields"),
            ("cron(0 2 ? * 2#6 *)", "2#6"), ("cron(0 2 32W * ? *)", "32W"),
            ("cron(0/0 * * * ? *)", "0/0"), ("cron(5-1 * * * ? *)", "5-1"),
            ("*/5 * * * *", "crontab line"), ("every day", "none of"), ("", "none of"),
            ("at(2026-02-30T00:00:00)", "does not exist"), ("at(2026-11-24)", "yyyy-mm-dd"),
            ("at(2026-11-24T24:00:00)", "does not exist"),
            ("cron(0 2 ? * SUN *) Europe/Berlin", "none of"), ("cron(0 2 ? * SUN 1969)", "1969"),
            ("rate(9999999999999 days)", "hundred years"),
        ]
    )
    func errors(_ expression: String, _ message: String) {
        let error = #expect(throws: ScheduleError.self) { try ScheduleExpression(expression) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
