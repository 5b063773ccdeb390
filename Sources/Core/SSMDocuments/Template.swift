// SPDX-License-Identifier: Apache-2.0

/// A text split at its `{{ references }}`.
///
/// *Source*: the interpolation of the agent of AWS: one pass from left to right; what is no
/// reference stays text, such as `{{.ID}}` of Go templates.
struct Template: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        /// `name` is what stands between the braces; `raw` is all of it.
        case reference(name: String, raw: String)
    }

    var parts: [Part]

    init(_ text: String) {
        parts = []
        let bytes = Array(text.utf8)
        var literalStart = 0
        var index = 0
        while index + 1 < bytes.count {
            guard let (name, end) = Self.reference(in: bytes, at: index) else {
                index += 1
                continue
            }
            if literalStart < index {
                parts.append(.text(String(decoding: bytes[literalStart..<index], as: UTF8.self)))
            }
            let raw = String(decoding: bytes[index..<end], as: UTF8.self)
            parts.append(.reference(name: name, raw: raw))
            (index, literalStart) = (end, end)
        }
        if literalStart < bytes.count || parts.isEmpty {
            parts.append(.text(String(decoding: bytes[literalStart...], as: UTF8.self)))
        }
    }

    /// The name, when the whole text is one reference.
    var wholeReference: String? {
        guard parts.count == 1, case .reference(let name, _) = parts[0] else { return nil }
        return name
    }

    var references: [String] {
        parts.compactMap { if case .reference(let name, _) = $0 { name } else { nil } }
    }

    /// The references with their offsets in the text, in UTF-8.
    var placedReferences: [(name: String, range: Range<Int>)] {
        var found: [(name: String, range: Range<Int>)] = []
        var offset = 0
        for part in parts {
            switch part {
            case .text(let text): offset += text.utf8.count
            case .reference(let name, let raw):
                found.append((name, offset..<offset + raw.utf8.count))
                offset += raw.utf8.count
            }
        }
        return found
    }

    /// Whether a name is a reference to AWS's Parameter Store.
    static func isParameterStore(_ name: String) -> Bool {
        name.hasPrefix("ssm:") || name.hasPrefix("ssm-secure:")
    }

    private static func reference(in bytes: [UInt8], at start: Int) -> (name: String, end: Int)? {
        guard bytes[start] == openBrace, bytes[start + 1] == openBrace else { return nil }
        var index = start + 2
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
        let nameStart = index
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
        guard !name.isEmpty, index + 1 < bytes.count, bytes[index] == closeBrace,
            bytes[index + 1] == closeBrace
        else { return nil }
        guard isParameterStore(name) || name.utf8.allSatisfy(isWordByte) else { return nil }
        return (name, index + 2)
    }

    private static let openBrace = UInt8(ascii: "{")
    private static let closeBrace = UInt8(ascii: "}")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) || [45, 46, 47, 58].contains(byte)
    }
}

extension Template {
    /// What looks like a reference and is none: `{{ }}`, `{{ a.b }}`, `{{ a` without its end.
    static func nearMisses(in text: String) -> [(excerpt: String, range: Range<Int>)] {
        var result: [(excerpt: String, range: Range<Int>)] = []
        var offset = 0
        for part in Template(text).parts {
            guard case .text(let literal) = part else {
                if case .reference(_, let raw) = part { offset += raw.utf8.count }
                continue
            }
            let bytes = Array(literal.utf8)
            var index = 0
            while index + 1 < bytes.count {
                defer { index += 1 }
                guard bytes[index] == openBrace, bytes[index + 1] == openBrace else { continue }
                var next = index + 2
                while next < bytes.count, isBlank(bytes[next]) { next += 1 }
                guard next < bytes.count else { continue }
                guard bytes[next] == closeBrace || isWordByte(bytes[next]) else { continue }
                let line = bytes[index...].prefix(200).prefix { $0 != 10 }
                let close = line.indices.dropLast().first { place in
                    place > index + 1 && line[place] == closeBrace && line[place + 1] == closeBrace
                }
                let excerpt = line.prefix(close.map { $0 + 2 - index } ?? line.count)
                let end = offset + excerpt.endIndex
                let shown = String(decoding: excerpt.prefix(40), as: UTF8.self)
                result.append((shown, offset + index..<end))
                index = next
            }
            offset += bytes.count
        }
        return result
    }
}
