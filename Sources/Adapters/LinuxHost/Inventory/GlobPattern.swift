// SPDX-License-Identifier: Apache-2.0

/// Matches a file name with a glob of glob(7): `*`, `?`, `[a-z]`, `[!a]`, `\` before a character.
///
/// Works on bytes, in time that is the product of both lengths at most.
struct GlobPattern: Sendable {
    private enum Element: Sendable {
        case byte(UInt8)
        case any
        case star
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let elements: [Element]

    init(_ text: String) {
        var elements: [Element] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): elements.append(.star)
            case UInt8(ascii: "?"): elements.append(.any)
            case UInt8(ascii: "\\"): elements.append(.byte(rest.popFirst() ?? byte))
            case UInt8(ascii: "["):
                if let set = Self.set(&rest) { elements.append(set) } else { fallthrough }
            default: elements.append(.byte(byte))
            }
        }
        self.elements = elements
    }

    private static func set(_ rest: inout ArraySlice<UInt8>) -> Element? {
        var inner = rest
        let isNegated = inner.first == UInt8(ascii: "!") || inner.first == UInt8(ascii: "^")
        if isNegated { inner = inner.dropFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        while let low = inner.popFirst() {
            if low == UInt8(ascii: "]"), !ranges.isEmpty {
                rest = inner
                return .set(ranges, isNegated: isNegated)
            }
            if inner.first == UInt8(ascii: "-"), let high = inner.dropFirst().first,
                high != UInt8(ascii: "]"), low <= high
            {
                inner = inner.dropFirst(2)
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }

    func matches(_ name: [UInt8]) -> Bool {
        var (element, index) = (0, 0)
        var retry: (element: Int, index: Int)?
        while index < name.count {
            if element < elements.count, case .star = elements[element] {
                retry = (element, index)
                element += 1
            } else if element < elements.count, accepts(elements[element], name[index]) {
                element += 1
                index += 1
            } else if let last = retry {
                retry = (last.element, last.index + 1)
                (element, index) = (last.element + 1, last.index + 1)
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { if case .star = $0 { true } else { false } }
    }

    private func accepts(_ element: Element, _ byte: UInt8) -> Bool {
        switch element {
        case .byte(let wanted): wanted == byte
        case .any, .star: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}
