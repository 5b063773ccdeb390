// SPDX-License-Identifier: Apache-2.0

/// A text with marks in it: `①` to `⑨` say where findings are expected, in that order.
package struct MarkedText: Sendable {
    /// The text without its marks.
    package var text: String
    /// `line:column` of each mark, the first mark first.
    package var places: [String]

    package init(_ marked: String) {
        var plain = String.UnicodeScalarView()
        var found: [(mark: UInt32, place: String)] = []
        var (line, column) = (1, 1)
        var isAfterReturn = false
        for scalar in marked.unicodeScalars {
            if (0x2460...0x2468).contains(scalar.value) {
                found.append((scalar.value, "\(line):\(column)"))
                continue
            }
            plain.append(scalar)
            switch scalar {
            case "\n" where isAfterReturn: break
            case "\n", "\r": (line, column) = (line + 1, 1)
            case "\u{FEFF}" where plain.count == 1: break
            default: column += 1
            }
            isAfterReturn = scalar == "\r"
        }
        text = String(plain)
        places = found.sorted { $0.mark < $1.mark }.map(\.place)
    }

    package var bytes: [UInt8] { Array(text.utf8) }
}
