// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// The checks that come before any grammar: size, encoding, and what a merge left behind.
///
/// After them the readers may rely on valid UTF-8, and on lines that end in LF, CR LF or CR only.
struct TextCheck {
    enum Grammar { case yaml, json }

    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let grammar: Grammar

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Answers the findings that make the text unreadable; none when it may be parsed.
    func run(limits: ParseLimits) -> [Diagnostic] {
        if bytes.count > limits.bytesMax {
            return [
                Diagnostic(
                    .limitExceeded,
                    "the file has \(bytes.count) bytes, more than the \(limits.bytesMax) allowed",
                    at: SourceRange(wholeFile: file)
                )
            ]
        }
        if bytes.count >= 2,
            (bytes[0], bytes[1]) == (0xFF, 0xFE) || (bytes[0], bytes[1]) == (0xFE, 0xFF)
        {
            return [
                Diagnostic(
                    .badEncoding,
                    "the file is UTF-16 at byte offset 0",
                    at: SourceRange(wholeFile: file),
                    hint: "save it as UTF-8"
                )
            ]
        }
        return scan(findingsMax: limits.findingsMax)
    }

    private func scan(findingsMax: Int) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        var cursor = TextCursor(bytes: bytes)
        var offset = bytes.starts(with: Self.byteOrderMark) ? 3 : 0
        var atLineStart = true
        while offset < bytes.count {
            let byte = bytes[offset]
            if atLineStart, byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">"),
                isConflictMarker(at: offset)
            {
                cursor.advance(to: offset)
                findings.append(conflictMarker(at: cursor.position))
                if findings.count >= findingsMax { return findings }
            }
            atLineStart = byte == 10 || byte == 13
            if byte < 0x80 {
                if byte < 0x20 ? (byte != 9 && byte != 10 && byte != 13) : byte == 0x7F {
                    return [refuseControl(byte, at: offset)]
                }
                offset += 1
                continue
            }
            guard let (scalar, length) = decode(at: offset) else {
                return [refuseBytes(at: offset)]
            }
            if let finding = refuse(scalar, at: offset) { return [finding] }
            offset += length
        }
        return findings
    }

    private func conflictMarker(at start: SourcePosition) -> Diagnostic {
        let end = SourcePosition(line: start.line, column: start.column + 7)
        return Diagnostic(
            .mergeConflictMarker,
            "a conflict marker of a git merge was left in the file",
            at: SourceRange(file: file, start: start, end: end),
            hint: "choose what is to stay, and remove the lines of <<<<<<<, ======= and >>>>>>>"
        )
    }

    /// Decodes one scalar of two bytes or more; `nil` for overlong forms, surrogates and rubbish.
    private func decode(at offset: Int) -> (UInt32, Int)? {
        let first = bytes[offset]
        let (length, minimum): (Int, UInt32)
        switch first {
        case 0xC2...0xDF: (length, minimum) = (2, 0x80)
        case 0xE0...0xEF: (length, minimum) = (3, 0x800)
        case 0xF0...0xF4: (length, minimum) = (4, 0x10000)
        default: return nil
        }
        guard offset + length <= bytes.count else { return nil }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for index in 1..<length {
            let byte = bytes[offset + index]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= minimum, value <= 0x10FFFF, !(0xD800...0xDFFF).contains(value) else {
            return nil
        }
        return (value, length)
    }

    private func refuse(_ scalar: UInt32, at offset: Int) -> Diagnostic? {
        switch scalar {
        case 0xFEFF where grammar == .yaml, 0xFFFE, 0xFFFF, 0x80...0x84, 0x86...0x9F:
            return Diagnostic(
                .badEncoding,
                "the character \(name(scalar)) at byte offset \(offset) is not allowed in a text",
                at: SourceRange(file: file, start: position(of: offset))
            )
        case 0x85, 0x2028, 0x2029:
            // YAML 1.1 ends a line here and YAML 1.2 does not: two readers would see two texts.
            guard grammar == .yaml else { return nil }
            return Diagnostic(
                .yamlSyntax,
                "the line separator \(name(scalar)) is not allowed in a manifest",
                at: SourceRange(file: file, start: position(of: offset)),
                hint: "write it as an escape in a double-quoted text"
            )
        default:
            return nil
        }
    }

    private func refuseControl(_ byte: UInt8, at offset: Int) -> Diagnostic {
        let isUTF16 = byte == 0 && offset < 2
        return Diagnostic(
            .badEncoding,
            "the control character \(name(UInt32(byte))) at byte offset \(offset)"
                + " is not allowed in a text",
            at: SourceRange(file: file, start: position(of: offset)),
            hint: isUTF16 ? "the file looks like UTF-16: save it as UTF-8" : nil
        )
    }

    private func refuseBytes(at offset: Int) -> Diagnostic {
        Diagnostic(
            .badEncoding,
            "the byte 0x\(hex(UInt32(bytes[offset]), width: 2)) at byte offset \(offset)"
                + " is not valid UTF-8",
            at: SourceRange(file: file, start: position(of: offset)),
            hint: "save the file as UTF-8"
        )
    }

    /// Seven of `<` or `>` at the start of a line, then a space or the line's end (BI-045).
    private func isConflictMarker(at offset: Int) -> Bool {
        guard offset + 7 <= bytes.count,
            (offset..<offset + 7).allSatisfy({ bytes[$0] == bytes[offset] })
        else { return false }
        guard offset + 7 < bytes.count else { return true }
        let next = bytes[offset + 7]
        return next == 32 || next == 10 || next == 13
    }

    private func position(of offset: Int) -> SourcePosition {
        var cursor = TextCursor(bytes: bytes)
        cursor.advance(to: offset)
        return cursor.position
    }

    private func name(_ scalar: UInt32) -> String { "U+" + hex(scalar, width: 4).uppercased() }

    private func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Turns byte offsets into lines and columns, going forward only.
///
/// A byte order mark takes no column; CR LF is one line end.
struct TextCursor {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset: Int
    private(set) var line = 1
    private(set) var column = 1

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        offset = bytes.starts(with: TextCheck.byteOrderMark) ? 3 : 0
    }

    var position: SourcePosition { SourcePosition(line: line, column: column) }

    mutating func advance(to target: Int) {
        while offset < min(target, bytes.count) {
            switch bytes[offset] {
            case 13 where offset + 1 < bytes.count && bytes[offset + 1] == 10: break
            case 10, 13:
                line += 1
                column = 1
            case let byte where byte & 0xC0 != 0x80: column += 1
            default: break
            }
            offset += 1
        }
    }

    /// Goes to the next line that starts a YAML document, from `line` on; `false` at the end.
    mutating func seekDocumentStart(fromLine first: Int) -> Bool {
        while offset < bytes.count {
            if column == 1, line >= first, isDocumentStart { return true }
            advance(to: offset + 1)
        }
        return false
    }

    private var isDocumentStart: Bool {
        guard offset + 3 <= bytes.count, (offset..<offset + 3).allSatisfy({ bytes[$0] == 45 })
        else {
            return false
        }
        guard offset + 3 < bytes.count else { return true }
        return [9, 10, 13, 32].contains(bytes[offset + 3])
    }
}
