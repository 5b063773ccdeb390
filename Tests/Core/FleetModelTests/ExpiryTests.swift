// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@Suite("The end of something")
struct ExpiryTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        /// When that is, in RFC 3339; `nil` for what is no end.
        var time: String?
        var words: String?
        var testDescription: String { text }
    }

    @Test(
        "a day lasts until it is over, a time is itself",
        arguments: [
            Case(
                text: "2026-12-24",
                time: "2026-12-25T00:00:00Z",
                words: "the end of 2026-12-24"
            ),
            Case(
                text: "2028-02-29",
                time: "2028-03-01T00:00:00Z",
                words: "the end of 2028-02-29"
            ),
            Case(
                text: "2026-12-31",
                time: "2027-01-01T00:00:00Z",
                words: "the end of 2026-12-31"
            ),
            Case(
                text: "2026-12-24T18:00:00Z",
                time: "2026-12-24T18:00:00Z",
                words: "2026-12-24 18:00 UTC"
            ),
            Case(
                text: "2026-12-24T18:00Z",
                time: "2026-12-24T18:00:00Z",
                words: "2026-12-24 18:00 UTC"
            ),
            Case(
                text: "2026-12-24T18:00:07.5+01:30",
                time: "2026-12-24T16:30:07Z",
                words: "2026-12-24 16:30:07 UTC"
            ),
            Case(
                text: "2026-12-24T23:30-01:00",
                time: "2026-12-25T00:30:00Z",
                words: "2026-12-25 00:30 UTC"
            ),
            Case(
                text: "2026-12-25T00:00Z",
                time: "2026-12-25T00:00:00Z",
                words: "the end of 2026-12-24"
            ),
            Case(text: "2026-02-29"), Case(text: "2026-13-01"), Case(text: "2026-00-01"),
            Case(text: "2026-1-1"), Case(text: "24.12.2026"), Case(text: "never"), Case(text: ""),
            Case(text: "2026-12-24T18:00"), Case(text: "2026-12-24 18:00Z"),
            Case(text: "2026-12-24T24:00Z"), Case(text: "2026-12-24T18:60Z"),
            Case(text: "2026-12-24T18:00:00.Z"), Case(text: "2026-12-24T18:00+1:00"),
            Case(text: "2026-12-24x"), Case(text: "1969-12-31"), Case(text: "2026-12-24T18:00Zx"),
        ]
    )
    func parse(_ test: Case) {
        let found = Expiry.parse(test.text)
        #expect(found?.description == test.time)
        #expect(found.map(Expiry.words) == test.words)
    }
}
