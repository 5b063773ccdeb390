// SPDX-License-Identifier: Apache-2.0

/// A number of targets or a share of them: the value of `MaxConcurrency` and `MaxErrors`.
///
/// *Shape*: written `10` or `10%`. *Source*: SendCommand, patterns of both members.
package enum RateBound: Hashable, Sendable, Codable, CustomStringConvertible {
    case count(Int)
    case percent(Int)

    /// Reads the text of the API; `nil` for anything that the API's pattern refuses.
    package init?(_ text: String) {
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard (1...7).contains(text.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int(digits), String(value) == digits
        else { return nil }
        if text.hasSuffix("%") {
            guard value <= 100 else { return nil }
            self = .percent(value)
        } else {
            self = .count(value)
        }
    }

    package var description: String {
        switch self {
        case .count(let value): "\(value)"
        case .percent(let value): "\(value)%"
        }
    }

    /// How many targets may be in flight at once: never fewer than one.
    ///
    /// AWS does not document the rounding; this is the choice that honours its stated examples.
    package func concurrency(of targets: Int) -> Int { max(1, share(of: targets)) }

    /// How many errors are allowed: the next one stops the command.
    package func allowedErrors(of targets: Int) -> Int { share(of: targets) }

    private func share(of targets: Int) -> Int {
        switch self {
        case .count(let value): value
        case .percent(let value): value * targets / 100
        }
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = RateBound(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "'\(text)' is neither a number nor a percentage"
                )
            )
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
