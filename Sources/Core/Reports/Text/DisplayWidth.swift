// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The columns that the text takes in a terminal.
    ///
    /// *Source*: the wide and fullwidth ranges of UAX #11; combining marks take none, a sequence
    /// that asks for emoji presentation takes two.
    package var displayWidth: Int {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return utf8.count }
        return reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to a number of columns, the last of them an ellipsis where something is lost.
    func truncated(toWidth width: Int, ellipsis: String) -> String {
        guard displayWidth > width else { return self }
        var rest = width - ellipsis.displayWidth
        guard rest > 0 else { return String(prefix(max(0, width))) }
        var result = ""
        for character in self {
            rest -= character.displayWidth
            if rest < 0 { break }
            result.append(character)
        }
        return result + ellipsis
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        var width = 0
        for scalar in unicodeScalars {
            if scalar.value == 0xfe0f { return 2 }
            width = max(width, scalar.displayWidth)
        }
        return width
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
            0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
            0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }
}
