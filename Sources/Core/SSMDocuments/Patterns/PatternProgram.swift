// SPDX-License-Identifier: Apache-2.0

/// A pattern as instructions for the machine that follows all states at once.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case scalars(ScalarSet)
        case assertion(PatternTree.Assertion)
        case jump(Int)
        case split(Int, Int)
        case match
    }

    private(set) var instructions: [Instruction] = []
    /// Counts every part written out, the empty ones too: `((){1000}){1000}` must not hang.
    private var emitted = 0

    static let instructionsMax = 20_000

    init(_ tree: PatternTree) throws(SafePattern.Problem) {
        try emit(tree)
        instructions.append(.match)
    }

    private mutating func emit(_ tree: PatternTree) throws(SafePattern.Problem) {
        emitted += 1
        guard emitted < Self.instructionsMax * 2, instructions.count < Self.instructionsMax else {
            throw SafePattern.Problem(
                "the pattern is too large once its repetitions are written out",
                hint: "use smaller counts in {n,m}"
            )
        }
        switch tree {
        case .empty: break
        case .scalars(let set): instructions.append(.scalars(set))
        case .assertion(let assertion): instructions.append(.assertion(assertion))
        case .sequence(let items): for item in items { try emit(item) }
        case .alternatives(let items): try emitAlternatives(items)
        case .repetition(let body, let min, let max):
            for _ in 0..<min { try emit(body) }
            if let max {
                for _ in min..<Swift.max(min, max) {
                    let split = instructions.count
                    instructions.append(.split(split + 1, 0))
                    try emit(body)
                    instructions[split] = .split(split + 1, instructions.count)
                }
            } else {
                let split = instructions.count
                instructions.append(.split(split + 1, 0))
                try emit(body)
                instructions.append(.jump(split))
                instructions[split] = .split(split + 1, instructions.count)
            }
        }
    }

    private mutating func emitAlternatives(
        _ items: [PatternTree]
    ) throws(SafePattern.Problem) {
        var jumps: [Int] = []
        for (index, item) in items.enumerated() {
            guard index + 1 < items.count else {
                try emit(item)
                break
            }
            let split = instructions.count
            instructions.append(.split(split + 1, 0))
            try emit(item)
            jumps.append(instructions.count)
            instructions.append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    // MARK: Running

    func run(_ text: [Unicode.Scalar], budget: Int) -> SafePattern.Outcome {
        var current: [Int] = []
        var next: [Int] = []
        // A state is in the list of a position when its mark is that position.
        var marks = Array(repeating: -1, count: instructions.count)
        var work = 0
        for position in 0...text.count {
            // A match may begin anywhere: the start state joins at every position.
            if add(0, to: &current, at: position, text, &marks, &work) { return .matches }
            guard position < text.count else { break }
            next.removeAll(keepingCapacity: true)
            for state in current {
                guard case .scalars(let set) = instructions[state] else { continue }
                work += set.ranges.count
                guard set.contains(text[position]) else { continue }
                if add(state + 1, to: &next, at: position + 1, text, &marks, &work) {
                    return .matches
                }
            }
            guard work <= budget else { return .tooSlow }
            swap(&current, &next)
        }
        return .doesNotMatch
    }

    /// Adds a state and all that follow from it without reading; answers whether that is a match.
    private func add(
        _ start: Int,
        to list: inout [Int],
        at position: Int,
        _ text: [Unicode.Scalar],
        _ marks: inout [Int],
        _ work: inout Int
    ) -> Bool {
        var pending = [start]
        while let state = pending.popLast() {
            work += 1
            guard marks[state] != position else { continue }
            marks[state] = position
            switch instructions[state] {
            case .match: return true
            case .jump(let target): pending.append(target)
            case .split(let first, let second): pending += [second, first]
            case .assertion(let assertion):
                if Self.holds(assertion, at: position, text) { pending.append(state + 1) }
            case .scalars: list.append(state)
            }
        }
        return false
    }

    private static func holds(
        _ assertion: PatternTree.Assertion,
        at position: Int,
        _ text: [Unicode.Scalar]
    ) -> Bool {
        func isWord(_ index: Int) -> Bool {
            text.indices.contains(index) && ScalarSet.word.contains(text[index])
        }
        return switch assertion {
        case .textStart: position == 0
        case .textEnd: position == text.count
        case .lineStart: position == 0 || text[position - 1] == "\n"
        case .lineEnd: position == text.count || text[position] == "\n"
        case .word: isWord(position - 1) != isWord(position)
        case .notWord: isWord(position - 1) == isWord(position)
        }
    }
}
