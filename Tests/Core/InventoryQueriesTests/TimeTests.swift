// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import InventoryQueries

/// Times of reports, and what compares them with the moment of asking.
@Suite("Times in inventory expressions")
struct TimeTests {
    /// 2026-11-24T02:11:00Z.
    private static let moment: Int64 = 1_795_486_260_000
    private static let day: Int64 = 86_400_000

    @Test(
        "a time is read in every standard form",
        arguments: [
            "2026-11-24T02:11:00Z", "2026-11-24t02:11:00z", "2026-11-24 02:11:00",
            "2026-11-24T02:11Z", "20261124T021100Z", "20261124T0211", "2026-11-24T03:11:00+01:00",
            "2026-11-23T21:41:00-0430", "2026-11-24T02:11:00.000Z", "2026-11-24T03:11+01",
            "Tue, 24 Nov 2026 02:11:00 GMT", "24 Nov 2026 03:11:00 +0100", "24-Nov-2026 02:11:00",
            "Nov 24 02:11:00 2026 GMT", "Tue Nov 24 02:11:00 2026", " 2026-11-24T02:11:00Z ",
        ]
    )
    func reads(text: String) { #expect(TimeText.milliseconds(text) == Self.moment) }

    @Test(
        "the calendar holds at its edges",
        arguments: [
            ("1970-01-01", 0), ("1969-12-31T23:59:59.5Z", -500), ("2000-02-29", 951_782_400_000),
            ("0001-01-01", -62_135_596_800_000), ("0000-03-01", -62_162_035_200_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
            ("2026-11-24T02:11:00.12345Z", 1_795_486_260_123), ("Jan  2 03:04:05 1970", 97_445_000),
        ] as [(String, Int64)]
    )
    func calendar(text: String, milliseconds: Int64) {
        #expect(TimeText.milliseconds(text) == milliseconds)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "now", "never", "2026", "2026-13-01", "2026-02-29", "2026-11-24T25:00:00Z",
            "2026-11-24T02:61:00Z", "2026-11-24T02:11:00 CET", "2026-11-24X02:11", "24/11/2026",
            "2026-1124", "2026-11-24T02:11:00Zz", "2026-11-24T02:11:00+",
            "Foo, 24 Nov 2026 00:00 GMT",
            "24 Nov 26 02:11:00", "Nov 24 2026", "1795486260", "2026-11-24T02:11:00.Z", "24 Nevem",
            String(repeating: "2026-11-24", count: 20),
        ]
    )
    func refuses(text: String) { #expect(TimeText.milliseconds(text) == nil) }

    struct Case: CustomTestStringConvertible {
        var text: String
        var value: String?
        var isTrue: Bool
        var testDescription: String { "\(text) of \(value ?? "nothing")" }
    }

    @Test(
        "a time is before or after now",
        arguments: [
            Case(text: "NotAfter < now + 14d", value: "2026-12-08T02:10:59Z", isTrue: true),
            Case(text: "NotAfter < now + 14d", value: "2026-12-08T02:11:00Z", isTrue: false),
            Case(text: "NotAfter <= now+2w", value: "2026-12-08T03:11:00+01:00", isTrue: true),
            Case(text: "NotAfter > now - 90s", value: "Nov 24 02:09:31 2026 GMT", isTrue: true),
            Case(text: "NotAfter > now-90s", value: "2026-11-24T02:09:30Z", isTrue: false),
            Case(text: "NotAfter >= NOW -90s", value: "2026-11-24T02:09:30Z", isTrue: true),
            Case(text: "NotAfter < now", value: "2026-11-24", isTrue: true),
            Case(text: "NotAfter < now", value: "soon", isTrue: false),
            Case(text: "NotAfter > now", value: "soon", isTrue: false),
            Case(text: "NotAfter > now", value: nil, isTrue: false),
            Case(text: "not NotAfter > now", value: "soon", isTrue: true),
        ]
    )
    func compares(_ test: Case) throws {
        let expression = try InventoryExpression(
            parsing: test.text,
            typeName: "Custom:Certificate"
        )
        let entry = test.value.map { ["NotAfter": $0] } ?? [:]
        #expect(expression.matches(entry, at: Self.moment) == test.isTrue)
        #expect(expression.dependsOnTime)
    }

    @Test(
        "an expression with now has one spelling",
        arguments: [
            ("NotAfter<now+14d", "NotAfter < now + 14d"),
            ("NotAfter < now + 2w", "NotAfter < now + 14d"),
            ("NotAfter > now-36h", "NotAfter > now - 36h"),
            ("NotAfter > now - 48h", "NotAfter > now - 2d"),
            ("NotAfter > now + 0d", "NotAfter > now"),
            ("NotAfter > now + 90m", "NotAfter > now + 90m"),
            (
                "not (NotBefore > now or NotAfter < now + 61s)",
                "not (NotBefore > now or NotAfter < now + 61s)"
            ),
        ]
    )
    func spelling(text: String, canonical: String) throws {
        let expression = try InventoryExpression(parsing: text, typeName: "Custom:Certificate")
        #expect(expression.description == canonical)
        #expect(
            try InventoryExpression(parsing: canonical, typeName: "Custom:Certificate")
                == expression
        )
    }

    @Test("the same moment gives the same answer, and another may give another")
    func determinism() throws {
        let query = try InventoryQuery(parsing: "Custom:Certificate.NotAfter < now + 14d")
        let entry = ["NotAfter": "2026-12-20T00:00:00Z"]
        #expect(!query.selects(entry, at: Self.moment) && !query.selects(entry, at: Self.moment))
        #expect(query.selects(entry, at: Self.moment + 13 * Self.day))
        #expect(try InventoryQuery(parsing: query.description) == query)
        #expect(try !InventoryExpression(parsing: "Port = 1", typeName: "Custom:X").dependsOnTime)
    }

    /// The wrong part stands between the marks.
    @Test(
        "a mistake with now is named where it is, with a hint",
        arguments: [
            ("Path < ‹now› + 1d", "times of Custom:Certificate: NotBefore, NotAfter"),
            ("NotAfter ‹=› now", "times are compared by < <= > >="),
            ("NotAfter ‹like› now", "times are compared by < <= > >="),
            ("NotAfter in (‹now›)", "times are compared by < <= > >="),
            ("NotAfter < now + ‹14›", "spans of time end in s, m, h, d or w: now + 14d"),
            ("NotAfter < now + ‹14y›", "spans of time end in s, m, h, d or w: now + 14d"),
            ("NotAfter < now + ‹1.5d›", "spans of time end in s, m, h, d or w: now + 14d"),
            ("NotAfter < now ‹-5›", "spans of time end in s, m, h, d or w: now + 14d"),
            ("NotAfter < now +‹›", "spans of time end in s, m, h, d or w: now + 14d"),
            ("NotAfter < now + ‹40000d›", "spans of time end in s, m, h, d or w: now + 14d"),
            (
                "NotAfter < now + ‹99999999999999999999d›",
                "spans of time end in s, m, h, d or w: now + 14d"
            ),
            ("‹now› > NotAfter", "for example NotAfter < now + 14d"),
            ("NotAfter < ‹soon›", "put texts in quotes: \"soon\""),
            ("NotAfter < ‹+› 1d", nil),
        ] as [(String, String?)]
    )
    func mistakes(marked: String, hint: String?) {
        let parts = marked.split(separator: "‹", omittingEmptySubsequences: false)
        let tail = parts[1].split(separator: "›", omittingEmptySubsequences: false)
        let error = #expect(throws: ExpressionError.self) {
            _ = try InventoryExpression(
                parsing: String(parts[0] + tail[0] + tail[1]),
                typeName: "Custom:Certificate"
            )
        }
        let range = parts[0].utf8.count..<(parts[0].utf8.count + tail[0].utf8.count)
        #expect(error?.range == range, "\(error?.message ?? "")")
        #expect(error?.hint == hint)
    }

    @Test("a type that reports no times says so, and one that nobody knows may have any")
    func types() throws {
        let error = #expect(throws: ExpressionError.self) {
            try InventoryExpression(parsing: "Name < now", typeName: "AWS:Service")
        }
        #expect(error?.hint == "AWS:Service reports no times")
        let backup = try InventoryExpression(parsing: "At < now - 1d", typeName: "Custom:Backup")
        #expect(backup.matches(["At": "2026-11-22"], at: Self.moment))
        let own = try InventoryExpression(parsing: "now = 1", typeName: "Custom:Backup")
        #expect(own.matches(["now": "1"], at: 0))
    }
}
