// SPDX-License-Identifier: Apache-2.0

/// The end of something, as people write it: a day, whose end is meant, or a time of RFC 3339.
package enum Expiry {
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Reads `2026-12-24`, which lasts until that day is over in UTC, or `2026-12-24T18:00:00Z`.
    ///
    /// *Shape*: seconds and their fraction may be left out; the offset may not. `nil` for anything
    /// else, and for a day that no calendar has.
    package static func parse(_ text: String) -> Timestamp? {
        var reader = Reader(text: text.utf8[...])
        guard let year = reader.number(digits: 4), year >= 1970, reader.skip("-"),
            let month = reader.number(digits: 2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(digits: 2), day >= 1,
            day <= CivilDay.days(inMonth: month, of: year)
        else { return nil }
        let number = Int64(CivilDay(year: year, month: month, day: day).number)
        if reader.text.isEmpty {
            return Timestamp(milliseconds: (number + 1) * dayMilliseconds)
        }
        guard reader.skip("T"), let time = reader.timeOfDay(), reader.text.isEmpty else {
            return nil
        }
        return Timestamp(milliseconds: number * dayMilliseconds + time)
    }

    /// `the end of 2026-12-24` for midnight, `2026-12-24 18:00 UTC` for other times.
    ///
    /// To the minute, and to the second where a minute says less than was meant.
    package static func words(_ time: Timestamp) -> String {
        if time.milliseconds % dayMilliseconds == 0 {
            return "the end of \(time.advanced(bySeconds: -1).description.prefix(10))"
        }
        let text = time.description
        let clock = text.dropFirst(11).prefix(time.seconds % 60 == 0 ? 5 : 8)
        return "\(text.prefix(10)) \(clock) UTC"
    }

    private struct Reader {
        var text: Substring.UTF8View

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard text.first == UInt8(ascii: character) else { return false }
            text = text.dropFirst()
            return true
        }

        mutating func number(digits count: Int) -> Int? {
            let digits = text.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else {
                return nil
            }
            text = text.dropFirst(count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        /// Milliseconds since midnight in UTC, which an offset may put below zero or past the day.
        mutating func timeOfDay() -> Int64? {
            guard let hour = number(digits: 2), hour < 24, skip(":"),
                let minute = number(digits: 2), minute < 60
            else { return nil }
            var second = 0
            if skip(":") {
                guard let value = number(digits: 2), value < 60 else { return nil }
                second = value
                if skip(".") {
                    let fraction = text.prefix { (48...57).contains($0) }
                    guard !fraction.isEmpty else { return nil }
                    text = text.dropFirst(fraction.count)
                }
            }
            guard let offset = offsetMinutes() else { return nil }
            return Int64(hour * 3600 + (minute - offset) * 60 + second) * 1000
        }

        private mutating func offsetMinutes() -> Int? {
            if skip("Z") { return 0 }
            let sign = text.first
            guard skip("+") || skip("-"), let hours = number(digits: 2), hours < 24, skip(":"),
                let minutes = number(digits: 2), minutes < 60
            else { return nil }
            return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
