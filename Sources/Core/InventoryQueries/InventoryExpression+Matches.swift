// SPDX-License-Identifier: Apache-2.0

extension InventoryExpression {
    /// Whether an entry is as the expression says.
    ///
    /// *Shape*: a number without quotes compares as a number, and nothing else does. Texts are
    /// ordered as versions in attributes whose name ends in `Version` or `Release`, in the order of
    /// the entry's package manager; else by their bytes. With `now` they are compared as times,
    /// and what is no time satisfies nothing. An attribute that the entry does not have satisfies
    /// no comparison but `!=`.
    /// *Units*: `now` in milliseconds since 1970-01-01T00:00:00Z.
    package func matches(_ entry: [String: String], at now: Int64) -> Bool {
        switch self {
        case .comparison(let attribute, let comparison, let value):
            Self.compare(entry, attribute, comparison, value, now)
        case .oneOf(let attribute, let values):
            values.contains { Self.compare(entry, attribute, .equal, $0, now) }
        case .exists(let attribute): entry[attribute]?.isEmpty == false
        case .not(let inner): !inner.matches(entry, at: now)
        case .all(let parts): parts.allSatisfy { $0.matches(entry, at: now) }
        case .any(let parts): parts.contains { $0.matches(entry, at: now) }
        }
    }

    private static func compare(
        _ entry: [String: String],
        _ attribute: String,
        _ comparison: Comparison,
        _ value: Value,
        _ now: Int64
    ) -> Bool {
        guard let found = entry[attribute] else { return comparison == .notEqual }
        switch comparison {
        case .like: return found.isLike(value.wire)
        case .equal, .notEqual:
            let isSame: Bool
            if case .number(let wanted) = value {
                isSame = Int(found) == wanted
            } else {
                isSame = found == value.wire
            }
            return isSame == (comparison == .equal)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard let order = order(of: found, value, attribute, entry, now) else { return false }
            return switch comparison {
            case .less: order < 0
            case .lessOrEqual: order <= 0
            case .greater: order > 0
            default: order >= 0
            }
        }
    }

    /// Negative, zero or positive; `nil` where the two cannot be compared.
    private static func order(
        of found: String,
        _ value: Value,
        _ attribute: String,
        _ entry: [String: String],
        _ now: Int64
    ) -> Int? {
        switch value {
        case .now(let offset):
            guard let time = TimeText.milliseconds(found) else { return nil }
            let wanted = now + Int64(offset) * 1000
            return time < wanted ? -1 : time > wanted ? 1 : 0
        case .number(let wanted):
            guard let number = Int(found) else { return nil }
            return number < wanted ? -1 : number > wanted ? 1 : 0
        case .text(let text):
            guard !attribute.hasSuffix("Version"), !attribute.hasSuffix("Release") else {
                // An empty version is no version, rather than the oldest.
                return found.isEmpty ? nil : VersionOrder(of: entry).compare(found, text)
            }
            return found < text ? -1 : found > text ? 1 : 0
        }
    }
}

extension String {
    /// Whether the text is as a pattern of `*` and `?` says, in time linear in both lengths' product.
    func isLike(_ pattern: String) -> Bool {
        let text = Array(unicodeScalars), pattern = Array(pattern.unicodeScalars)
        var (place, wanted) = (0, 0)
        // Where to go on when it fails: behind the last star, one scalar further each time.
        var star: (pattern: Int, text: Int)?
        while place < text.count {
            if wanted < pattern.count, pattern[wanted] == "*" {
                star = (wanted + 1, place)
                wanted += 1
            } else if wanted < pattern.count,
                pattern[wanted] == "?" || pattern[wanted] == text[place]
            {
                place += 1
                wanted += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (place, wanted) = (last.text + 1, last.pattern)
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == "*" }
    }
}
