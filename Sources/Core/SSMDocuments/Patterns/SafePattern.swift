// SPDX-License-Identifier: Apache-2.0

/// A regular expression of RE2's kind that is matched in time linear in the text.
///
/// Patterns come from documents of strangers (BI-044), so nothing here backtracks: the pattern
/// becomes a non-deterministic automaton whose states are all followed at once. Look-around and
/// back-references, which no such automaton has, are refused; AWS's agent refuses them too.
///
/// *Source*: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach"; RE2's syntax.
package struct SafePattern: Hashable, Sendable {
    /// The pattern cannot be used.
    ///
    /// *Errors*: `BAD_PATTERN`.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package var message: String
        package var hint: String?

        package init(_ message: String, hint: String? = nil) {
            self.message = message
            self.hint = hint
        }

        package var description: String { message }
    }

    package enum Outcome: Hashable, Sendable {
        case matches
        case doesNotMatch
        /// The work exceeded `budget`: `PATTERN_TOO_SLOW`.
        case tooSlow
    }

    package let text: String
    private let program: PatternProgram
    /// The sets of which a text that matches consists; `nil` when it may hold more than those.
    private let alphabet: [ScalarSet]?

    /// The most steps of work that one match may take.
    ///
    /// A policy: about a tenth of a second.
    package static let budget = 10_000_000
    package static let lengthMax = 4096

    /// Reads a pattern.
    package init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.lengthMax else {
            throw Problem(
                "the pattern has \(text.utf8.count) bytes, and \(Self.lengthMax) are allowed"
            )
        }
        self.text = text
        var parser = PatternParser(text)
        let tree = try parser.parse()
        program = try PatternProgram(tree)
        alphabet = tree.isAnchored ? tree.sets : nil
    }

    /// Looks for a match anywhere in the text, as AWS's agent does: anchors are the author's.
    package func match(_ value: String, budget: Int = SafePattern.budget) -> Outcome {
        program.run(Array(value.unicodeScalars), budget: budget)
    }

    /// Whether every text that matches consists of characters of a kind, all of them in ASCII.
    ///
    /// *Shape*: `false` also where that is not plain to see, as without `^` and `$`.
    func admitsOnly(_ isOfKind: (Unicode.Scalar) -> Bool) -> Bool {
        guard let alphabet else { return false }
        return alphabet.flatMap(\.flattened).allSatisfy { range in
            range.upperBound < 128
                && range.allSatisfy { Unicode.Scalar($0).map(isOfKind) ?? false }
        }
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.text == rhs.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// What a pattern says, as a tree.
indirect enum PatternTree: Sendable {
    case empty
    case scalars(ScalarSet)
    case assertion(Assertion)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    case repetition(PatternTree, min: Int, max: Int?)

    enum Assertion: Hashable, Sendable {
        case textStart, textEnd, lineStart, lineEnd, word, notWord
    }

    /// Whether a match is always the whole text.
    var isAnchored: Bool {
        switch self {
        case .sequence(let items):
            // Flags such as (?i) leave an empty item behind.
            items.first { !$0.isEmpty }?.isAssertion(.textStart) == true
                && items.last { !$0.isEmpty }?.isAssertion(.textEnd) == true
        case .alternatives(let items): items.allSatisfy(\.isAnchored)
        case .empty, .scalars, .assertion, .repetition: false
        }
    }

    private var isEmpty: Bool { if case .empty = self { true } else { false } }

    private func isAssertion(_ wanted: Assertion) -> Bool {
        guard case .assertion(let assertion) = self else { return false }
        return assertion == wanted
    }

    /// Every set of characters in it.
    var sets: [ScalarSet] {
        switch self {
        case .scalars(let set): [set]
        case .sequence(let items), .alternatives(let items): items.flatMap(\.sets)
        case .repetition(let body, _, _): body.sets
        case .empty, .assertion: []
        }
    }
}

/// A set of Unicode scalars: ranges, perhaps negated.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    static let digit = ScalarSet(ranges: [48...57])
    static let word = ScalarSet(ranges: [48...57, 65...90, 95...95, 97...122])
    static let space = ScalarSet(ranges: [9...10, 12...13, 32...32])
    static let anything = ScalarSet(ranges: [0...0x10FFFF])
    static let notNewline = ScalarSet(ranges: [10...10], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    /// The same set without negation.
    var flattened: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// The set with both cases of every ASCII letter in it.
    var ignoringCase: ScalarSet {
        var result = self
        for range in ranges {
            for (letters, distance) in [(UInt32(65)...90, 32), (UInt32(97)...122, -32)] {
                guard range.overlaps(letters) else { continue }
                let common = range.clamped(to: letters)
                let low = UInt32(Int(common.lowerBound) + distance)
                result.ranges.append(low...UInt32(Int(common.upperBound) + distance))
            }
        }
        return result
    }
}
