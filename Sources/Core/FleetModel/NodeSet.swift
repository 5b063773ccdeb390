// SPDX-License-Identifier: Apache-2.0

/// A set of nodes by their place in a node table, one bit each.
///
/// Comparing the membership of ten thousand nodes is 157 words of work, which is what lets a plan
/// cost what changed rather than what there is.
package struct NodeSet: Hashable, Sendable {
    private var words: [UInt64]

    package init() { words = [] }

    package init(_ members: some Sequence<Int>) {
        words = []
        for member in members { insert(member) }
    }

    /// All places below `count`.
    package init(below count: Int) {
        words = Array(repeating: .max, count: count / 64)
        if count % 64 != 0 { words.append((1 << UInt64(count % 64)) - 1) }
    }

    // Invariant: the last word is never zero, so that equal sets have equal words.
    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }

    package mutating func insert(_ member: Int) {
        let word = member / 64
        if word >= words.count {
            words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
        }
        words[word] |= 1 << UInt64(member % 64)
    }

    package mutating func remove(_ member: Int) {
        guard member / 64 < words.count else { return }
        words[member / 64] &= ~(1 << UInt64(member % 64))
        trim()
    }

    package func contains(_ member: Int) -> Bool {
        member / 64 < words.count && words[member / 64] & (1 << UInt64(member % 64)) != 0
    }

    package var isEmpty: Bool { words.isEmpty }
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    package mutating func formUnion(_ other: NodeSet) {
        if other.words.count > words.count {
            words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
        }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    package func union(_ other: NodeSet) -> NodeSet {
        var result = self
        result.formUnion(other)
        return result
    }

    package func intersection(_ other: NodeSet) -> NodeSet {
        var result = NodeSet()
        result.words = zip(words, other.words).map { $0 & $1 }
        result.trim()
        return result
    }

    package func subtracting(_ other: NodeSet) -> NodeSet {
        var result = self
        for index in words.indices where index < other.words.count {
            result.words[index] &= ~other.words[index]
        }
        result.trim()
        return result
    }

    /// The members, ascending.
    package var members: [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return result
    }
}
