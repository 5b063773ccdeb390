// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text with everything that could steer a terminal or mislead a reader made visible.
    ///
    /// Control characters, bidirectional overrides and zero-width characters appear as `\u{…}`.
    /// File names and outputs come from strangers (TH-01, TH-03): nothing of theirs is printed raw.
    package var displayEscaped: String {
        guard unicodeScalars.contains(where: \.isUnsafeToDisplay) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isUnsafeToDisplay {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension String {
    private static let excerptMax = 80

    /// What a message quotes of a text that may be as long as a file.
    package var excerpt: String {
        guard utf8.count > Self.excerptMax, count > Self.excerptMax else { return self }
        return prefix(Self.excerptMax) + "…"
    }

    /// The text cut to a number of characters, saying how many are left out.
    package func capped(at charactersMax: Int) -> String {
        guard utf8.count > charactersMax, count > charactersMax else { return self }
        return prefix(charactersMax) + "… \(count - charactersMax) more characters"
    }
}

extension Unicode.Scalar {
    package var isUnsafeToDisplay: Bool {
        // The tables of Unicode are slow, and nearly every character is one of these.
        if isASCII { return value < 0x20 || value == 0x7F }
        return isUnsafeBeyondASCII
    }

    private var isUnsafeBeyondASCII: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}
