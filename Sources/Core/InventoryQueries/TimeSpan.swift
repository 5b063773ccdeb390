// SPDX-License-Identifier: Apache-2.0

/// A span of time as expressions write it: `90s`, `30m`, `12h`, `14d`, `2w`.
struct TimeSpan: Hashable {
    /// Negative for what is past.
    var seconds: Int

    /// By the byte that stands for it.
    static let units: [UInt8: Int] = [
        UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600,
        UInt8(ascii: "d"): 86_400, UInt8(ascii: "w"): 604_800,
    ]
    static let hint = "spans of time end in s, m, h, d or w: now + 14d"
    /// A century: what is longer is a slip, and what is within never overflows.
    private static let secondsMax = 36_525 * 86_400

    init(seconds: Int) { self.seconds = seconds }

    /// Reads a number with its unit.
    init(_ text: String, at range: Range<Int>) throws(ExpressionError) {
        guard let unit = text.utf8.last.flatMap({ Self.units[$0] }),
            text.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.count > 1
        else {
            throw ExpressionError("'\(text)' is no span of time", at: range, hint: Self.hint)
        }
        let (seconds, overflows) =
            Int(text.dropLast())?.multipliedReportingOverflow(by: unit) ?? (0, true)
        guard !overflows, seconds <= Self.secondsMax else {
            throw ExpressionError(
                "'\(text)' is longer than a century",
                at: range,
                hint: Self.hint
            )
        }
        self.seconds = seconds
    }

    /// `now + 14d`: in the largest unit that it is whole in, weeks as days.
    var afterNow: String {
        guard seconds != 0 else { return "now" }
        let size = abs(seconds)
        let (unit, name) =
            [(86_400, "d"), (3600, "h"), (60, "m")].first { size % $0.0 == 0 } ?? (1, "s")
        return "now \(seconds < 0 ? "-" : "+") \(size / unit)\(name)"
    }
}
