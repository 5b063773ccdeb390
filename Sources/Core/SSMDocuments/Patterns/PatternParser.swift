// SPDX-License-Identifier: Apache-2.0

/// Reads RE2's syntax into a tree.
struct PatternParser {
    struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
    }

    var scalars: [Unicode.Scalar]
    var index = 0
    var flags = Flags()
    private var depth = 0

    private static let repetitionMax = 1000
    private static let depthMax = 200

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    mutating func parse() throws(SafePattern.Problem) -> PatternTree {
        let tree = try alternatives()
        guard peek == nil else { throw problem("a ')' has no '('") }
        return tree
    }

    private mutating func alternatives() throws(SafePattern.Problem) -> PatternTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw problem("the groups are nested too deeply") }
        let outer = flags
        defer { flags = outer }
        var items = [try sequence()]
        while take("|") { items.append(try sequence()) }
        return items.count == 1 ? items[0] : .alternatives(items)
    }

    private mutating func sequence() throws(SafePattern.Problem) -> PatternTree {
        var items: [PatternTree] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let atom = try self.atom()
            items.append(try quantified(atom))
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func quantified(
        _ atom: PatternTree
    ) throws(SafePattern.Problem) -> PatternTree {
        var tree = atom
        var count = 0
        while let scalar = peek {
            var bounds: (min: Int, max: Int?)?
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{": bounds = try counts()
            default: return tree
            }
            guard let bounds else { return tree }
            if scalar != "{" { index += 1 }
            count += 1
            guard count == 1 else { throw problem("two repetitions follow each other") }
            // Lazy or greedy makes no difference to whether there is a match.
            _ = take("?")
            if peek == "+" { throw problem("possessive repetition is not supported") }
            if bounds.min == 0, bounds.max == 0 {
                tree = .empty
            } else {
                tree = .repetition(tree, min: bounds.min, max: bounds.max)
            }
        }
        return tree
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; `nil` when the brace is an ordinary character.
    private mutating func counts() throws(SafePattern.Problem) -> (min: Int, max: Int?)? {
        guard let close = scalars[index...].firstIndex(of: "}") else { return nil }
        let body = String(String.UnicodeScalarView(scalars[(index + 1)..<close]))
        let parts = body.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, !first.isEmpty,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        guard let min = Int(first) else { throw problem("'{\(body)}' repeats too often") }
        var max: Int? = min
        if parts.count == 2 { max = parts[1].isEmpty ? nil : Int(parts[1]) ?? .max }
        guard min <= Self.repetitionMax, max ?? 0 <= Self.repetitionMax else {
            throw problem("'{\(body)}' repeats more than \(Self.repetitionMax) times")
        }
        guard max ?? min >= min else { throw problem("'{\(body)}' counts backwards") }
        index = close + 1
        return (min, max)
    }

    private mutating func atom() throws(SafePattern.Problem) -> PatternTree {
        guard let scalar = peek else { return .empty }
        index += 1
        switch scalar {
        case "(": return try group()
        case "[": return .scalars(try bracket())
        case ".": return .scalars(flags.dotMatchesNewline ? .anything : .notNewline)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw problem("'\(scalar)' has nothing to repeat")
        default: return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        let set = ScalarSet(ranges: [scalar.value...scalar.value])
        return .scalars(flags.ignoresCase ? set.ignoringCase : set)
    }

    private mutating func group() throws(SafePattern.Problem) -> PatternTree {
        guard take("?") else { return try closeGroup() }
        if take("P") {
            if peek == "=" { throw problem("back-references are not supported") }
            guard take("<") else { throw problem("'(?P' is not followed by '<'") }
            return try namedGroup()
        }
        if take("<") {
            if peek == "=" || peek == "!" { throw lookaround() }
            return try namedGroup()
        }
        if peek == "=" || peek == "!" { throw lookaround() }
        if peek == ">" { throw problem("atomic groups are not supported") }
        let outer = flags
        var isOn = true
        while let scalar = peek {
            index += 1
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesNewline = isOn
            case "U": break
            case "-": isOn = false
            case ":":
                let tree = try closeGroup()
                flags = outer
                return tree
            case ")": return .empty
            default: throw problem("'(?\(scalar)' is not a group")
            }
        }
        throw problem("a '(' has no ')'")
    }

    private mutating func namedGroup() throws(SafePattern.Problem) -> PatternTree {
        while let scalar = peek, ScalarSet.word.contains(scalar) { index += 1 }
        guard take(">") else { throw problem("the name of a group has no '>'") }
        return try closeGroup()
    }

    private mutating func closeGroup() throws(SafePattern.Problem) -> PatternTree {
        let tree = try alternatives()
        guard take(")") else { throw problem("a '(' has no ')'") }
        return tree
    }

    private func lookaround() -> SafePattern.Problem {
        SafePattern.Problem(
            "look-around is not supported, here or by AWS's agent (RE2)",
            hint: "say what is allowed rather than what is not"
        )
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    func problem(_ message: String) -> SafePattern.Problem { SafePattern.Problem(message) }
}
