// SPDX-License-Identifier: Apache-2.0

/// Makes bytes from a repository or a server fit to show: one line, bounded, no control characters.
enum DisplayText {
    /// Shows bytes as text; what is not printable UTF-8 becomes `\xNN` or `\u{N}`.
    static func escaped(_ bytes: some Collection<UInt8>, limit: Int = 200) -> String {
        guard let text = String(validating: Array(bytes), as: UTF8.self) else {
            var shown = ""
            for byte in bytes.prefix(limit) {
                if (0x20..<0x7f).contains(byte) {
                    shown.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    shown += "\\x" + hex(UInt32(byte), digits: 2)
                }
            }
            return bytes.count > limit ? shown + "…" : shown
        }
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return shown + "…" }
            count += 1
            if isUnsafe(scalar) {
                shown += "\\u{" + hex(scalar.value, digits: 0) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// Takes control and direction characters out of a text and cuts it.
    static func sanitised(_ text: String, limit: Int) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if shown.count >= limit {
                shown.append("…")
                break
            }
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                shown.append(" ")
            } else {
                shown.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(shown)
    }

    /// Tells whether a scalar could steer a terminal or the direction of text.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: true
        case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
        case 0xe0000...0xe007f, 0x061c: true
        default: false
        }
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
