// SPDX-License-Identifier: Apache-2.0

/// Durations as manifests write them.
enum Duration {
    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
        let digits = text.dropLast()
        guard (1...7).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int(digits)
        else { return nil }
        return value * unit
    }

    /// In the largest unit that leaves nothing over.
    static func text(_ seconds: Int) -> String {
        let unit = units.filter { seconds % $0.value == 0 }.max { $0.value < $1.value }
        guard let unit, seconds > 0 else { return "\(seconds)s" }
        return "\(seconds / unit.value)\(unit.key)"
    }
}
