// SPDX-License-Identifier: Apache-2.0

/// Reads the times that reports hold: texts, in whichever standard form a tool writes them.
///
/// *Source*: ISO 8601 and RFC 3339 (`2026-11-24T02:11:00Z`, `20261124T0211+01`, `2026-11-24`),
/// RFC 5322 and RFC 9110 (`Tue, 24 Nov 2026 02:11:00 GMT`), and asctime as openssl writes it
/// (`Nov 24 02:11:00 2026 GMT`). A time without a zone is in UTC; a day is its first moment.
package enum TimeText {
    /// Milliseconds since 1970-01-01T00:00:00Z; `nil` for what is no time.
    package static func milliseconds(_ text: String) -> Int64? {
        var scanner = TimeScanner(text)
        guard let first = scanner.first else { return nil }
        return first.isDigit && !scanner.hasMonthName ? scanner.iso() : scanner.named()
    }
}

/// Takes a time apart from left to right.
private struct TimeScanner {
    private var rest: ArraySlice<UInt8>

    /// Longer than any time.
    private static let bytesMax = 64
    private static let months: [[UInt8]] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ].map { Array($0.utf8) }
    private static let weekdays: Set<[UInt8]> = Set(
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map { Array($0.utf8) }
    )

    init(_ text: String) {
        rest = Array(text.utf8.prefix(Self.bytesMax + 1))[...]
        while rest.first == UInt8(ascii: " ") { rest.removeFirst() }
        while rest.last == UInt8(ascii: " ") { rest.removeLast() }
        if rest.count > Self.bytesMax { rest = [] }
    }

    var first: UInt8? { rest.first }

    /// `24 Nov 2026` begins with a digit as `2026-11-24` does.
    var hasMonthName: Bool {
        rest.drop(while: \.isDigit).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
            .first?.isLetter == true && rest.prefix(while: \.isDigit).count <= 2
    }

    // MARK: - Forms

    /// `2026-11-24T02:11:00.5+01:00` and what may be left out of it.
    mutating func iso() -> Int64? {
        guard let year = digits(4) else { return nil }
        let isSpaced = take("-")
        guard let month = digits(2) else { return nil }
        guard !isSpaced || take("-"), let day = digits(2),
            let midnight = Self.midnight(year, month, day)
        else { return nil }
        if rest.isEmpty { return midnight }
        guard take("T") || take("t") || take(" "), let time = clock(), let offset = zone() else {
            return nil
        }
        return midnight + time - offset
    }

    /// `Tue, 24 Nov 2026 02:11:00 GMT`, `Tue Nov 24 02:11:00 2026`, and either without a weekday.
    mutating func named() -> Int64? {
        if let first = rest.first, first.isLetter, Self.weekdays.contains(peekWord) {
            _ = word()
            _ = take(",")
            spaces()
        }
        if rest.first?.isDigit == true {
            guard let day = number(), day < 100, separator(), let month = month(), separator(),
                let year = digits(4), spaces() > 0, let time = clock(),
                let midnight = Self.midnight(year, month, day)
            else { return nil }
            spaces()
            guard let offset = zone() else { return nil }
            return midnight + time - offset
        }
        guard let month = month(), spaces() > 0, let day = number(), spaces() > 0,
            let time = clock(), spaces() > 0, let year = digits(4),
            let midnight = Self.midnight(year, month, day)
        else { return nil }
        spaces()
        guard let offset = zone() else { return nil }
        return midnight + time - offset
    }

    // MARK: - Parts

    /// Milliseconds since midnight.
    private mutating func clock() -> Int64? {
        guard let hour = digits(2), hour < 24 else { return nil }
        let isSpaced = take(":")
        guard let minute = digits(2), minute < 60 else { return nil }
        var second = 0
        var fraction: Int64 = 0
        if isSpaced ? take(":") : rest.first?.isDigit == true {
            guard let value = digits(2), value <= 60 else { return nil }
            second = value
            if take(".") || take(",") {
                let places = rest.prefix(while: \.isDigit)
                guard !places.isEmpty else { return nil }
                for place in 0..<3 {
                    let digit = place < places.count ? places[places.startIndex + place] : 0x30
                    fraction = fraction * 10 + Int64(digit - 0x30)
                }
                rest = rest.dropFirst(places.count)
            }
        }
        return Int64((hour * 60 + minute) * 60 + second) * 1000 + fraction
    }

    /// How far the zone is ahead of UTC, in milliseconds; what is left must be the zone.
    private mutating func zone() -> Int64? {
        if rest.isEmpty { return 0 }
        if rest.first?.isLetter == true {
            let name = word()
            guard rest.isEmpty,
                ["z", "gmt", "utc", "ut"].contains(where: { name == Array($0.utf8) })
            else { return nil }
            return 0
        }
        let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = digits(2), hours < 24 else { return nil }
        _ = take(":")
        let minutes = rest.isEmpty ? 0 : digits(2)
        guard let minutes, minutes < 60, rest.isEmpty else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60_000
    }

    private mutating func month() -> Int? {
        let name = word()
        return Self.months.firstIndex(of: name).map { $0 + 1 }
    }

    private mutating func digits(_ count: Int) -> Int? {
        let taken = rest.prefix(count)
        guard taken.count == count, taken.allSatisfy(\.isDigit) else { return nil }
        rest = rest.dropFirst(count)
        return taken.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private mutating func number() -> Int? {
        digits(min(rest.prefix(while: \.isDigit).count, 2))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    @discardableResult
    private mutating func spaces() -> Int {
        let count = rest.prefix { $0 == UInt8(ascii: " ") }.count
        rest = rest.dropFirst(count)
        return count
    }

    private mutating func separator() -> Bool { spaces() > 0 || take("-") }

    private var peekWord: [UInt8] { rest.prefix(while: \.isLetter).map { $0 | 0x20 } }

    private mutating func word() -> [UInt8] {
        let word = peekWord
        rest = rest.dropFirst(word.count)
        return word
    }

    /// Milliseconds at the start of a day.
    ///
    /// Howard Hinnant's `days_from_civil`: years that begin in March, so leap days come last.
    private static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), day >= 1, day <= days[month - 1] else { return nil }
        // Four hundred years on, so that no quotient is negative.
        let shifted = year + 400 - (month <= 2 ? 1 : 0)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let number = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear
        return Int64(number - 146_097 - 719_468) * 86_400_000
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isLetter: Bool { (0x41...0x5a).contains(self) || (0x61...0x7a).contains(self) }
}
