// SPDX-License-Identifier: Apache-2.0
import Diagnostics

extension InventoryExpression {
    /// Reads a condition on the entries of a type, as in a policy: `Port = 22 and Protocol = "tcp"`.
    ///
    /// *Errors*: what is wrong and where; an attribute that a known type does not have is an error
    /// with the nearest name.
    package init(parsing text: String, typeName: String) throws(ExpressionError) {
        var parser = try ExpressionParser(text, typeName: typeName)
        self = try parser.parse()
    }
}

extension InventoryQuery {
    /// Reads a whole query: `AWS:Application.Name = "openssl" and Version < "3.0.15"`, a type's name
    /// alone, or the canonical `AWS:Application where Name = "openssl"`.
    ///
    /// *Shape*: the first attribute names the type; the others may, and it is the same one, since a
    /// query is about one entry.
    /// *Errors*: as for a condition; a query that names no type, or two.
    package init(parsing text: String) throws(ExpressionError) {
        let tokens = try ExpressionLexer.tokens(of: text)
        if tokens.count == 2, case .name(let name) = tokens[0].kind, name.contains(":"),
            !name.contains(".")
        {
            self.init(typeName: name)
            return
        }
        if tokens.count > 2, case .name(let name) = tokens[0].kind, !name.contains("."),
            case .name(let word) = tokens[1].kind, word == "where"
        {
            let start = tokens[2].range.lowerBound
            do throws(ExpressionError) {
                let rest = String(decoding: text.utf8.dropFirst(start), as: UTF8.self)
                let condition = try InventoryExpression(parsing: rest, typeName: name)
                self.init(typeName: name, condition: condition)
                return
            } catch {
                let range = (error.range.lowerBound + start)..<(error.range.upperBound + start)
                throw ExpressionError(error.message, at: range, hint: error.hint)
            }
        }
        let names = tokens.compactMap { token -> String? in
            guard case .name(let name) = token.kind else { return nil }
            return ExpressionParser.split(name)?.type
        }
        guard let type = names.first else {
            throw ExpressionError(
                "the query names no inventory type",
                at: 0..<text.utf8.count,
                hint: "begin with one: AWS:Application.Name = \"openssl\""
            )
        }
        self.init(
            typeName: type,
            condition: try InventoryExpression(parsing: text, typeName: type)
        )
    }
}

/// Reads expressions: `or` binds least, then `and`, then `not`.
struct ExpressionParser {
    private let tokens: [ExpressionToken]
    private var place = 0
    private let typeName: String
    private var depth = 0

    /// More than people write, and less than the stack holds.
    private static let depthMax = 64
    private static let textMax = 4096

    init(_ text: String, typeName: String) throws(ExpressionError) {
        guard text.utf8.count <= Self.textMax else {
            throw ExpressionError(
                "an expression has at most \(Self.textMax) bytes",
                at: Self.textMax..<text.utf8.count
            )
        }
        tokens = try ExpressionLexer.tokens(of: text)
        self.typeName = typeName
    }

    /// The type and the attribute of a qualified name.
    static func split(_ name: String) -> (type: String, attribute: String)? {
        guard let colon = name.firstIndex(of: ":"),
            let dot = name[colon...].lastIndex(of: ".")
        else { return nil }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    mutating func parse() throws(ExpressionError) -> InventoryExpression {
        let expression = try alternatives()
        guard current.kind == .end else {
            throw ExpressionError(
                "the expression should end here",
                at: current.range,
                hint: "join conditions with 'and' or 'or'"
            )
        }
        return expression
    }

    private var current: ExpressionToken { tokens[place] }

    private func isWord(_ word: String) -> Bool {
        guard case .name(let name) = current.kind else { return false }
        return name.lowercased() == word
    }

    private mutating func alternatives() throws(ExpressionError) -> InventoryExpression {
        var parts = [try conjunction()]
        while isWord("or") {
            place += 1
            parts.append(try conjunction())
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(ExpressionError) -> InventoryExpression {
        var parts = [try negation()]
        while isWord("and") {
            place += 1
            parts.append(try negation())
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(ExpressionError) -> InventoryExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else {
            throw ExpressionError("the expression is nested too deep", at: current.range)
        }
        if isWord("not") {
            place += 1
            return .not(try negation())
        }
        guard current.kind == .open else { return try comparison() }
        place += 1
        let inner = try alternatives()
        guard current.kind == .close else {
            throw ExpressionError("a ')' is missing", at: current.range)
        }
        place += 1
        return inner
    }

    private mutating func comparison() throws(ExpressionError) -> InventoryExpression {
        let attribute = try attribute()
        if isWord("exists") {
            place += 1
            return .exists(attribute: attribute)
        }
        if isWord("in") {
            place += 1
            return .oneOf(attribute: attribute, try values())
        }
        let comparison: InventoryExpression.Comparison
        if isWord("like") {
            comparison = .like
        } else if case .comparison(let found) = current.kind {
            comparison = found
        } else {
            throw ExpressionError(
                "a comparison should follow '\(attribute)'",
                at: current.range,
                hint: "comparisons are = != < <= > >= like in exists"
            )
        }
        let range = current.range
        place += 1
        let found = current.range
        let wanted = try value()
        if case .now = wanted { try checkTime(attribute, comparison, range, now: found) }
        return .comparison(attribute: attribute, comparison, wanted)
    }

    /// Refuses `now` where there is no time to compare it with.
    private func checkTime(
        _ attribute: String,
        _ comparison: InventoryExpression.Comparison,
        _ range: Range<Int>,
        now: Range<Int>
    ) throws(ExpressionError) {
        guard [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(comparison) else {
            throw ExpressionError(
                "'\(comparison.rawValue)' cannot be asked of 'now'",
                at: range,
                hint: "times are compared by < <= > >="
            )
        }
        guard let type = InventoryType.named(typeName),
            type.attribute(attribute)?.isTime != true
        else { return }
        let times = type.attributes.filter(\.isTime).map(\.name)
        throw ExpressionError(
            "'\(attribute)' is no time, so it cannot be compared with 'now'",
            at: now,
            hint: times.isEmpty
                ? "\(typeName) reports no times"
                : "times of \(typeName): \(times.joined(separator: ", "))"
        )
    }

    private mutating func attribute() throws(ExpressionError) -> String {
        guard case .name(let name) = current.kind else {
            throw ExpressionError(
                current.kind == .end
                    ? "the expression ends too early"
                    : "the name of an attribute should stand here",
                at: current.range
            )
        }
        let range = current.range
        guard name.lowercased() != "now" || InventoryType.named(typeName) == nil else {
            throw ExpressionError(
                "'now' stands on the right of a comparison",
                at: range,
                hint: "for example NotAfter < now + 14d"
            )
        }
        place += 1
        var attribute = name
        if let (type, own) = Self.split(name) {
            guard type == typeName else {
                throw ExpressionError(
                    "one query is about one type, '\(typeName)', and this is '\(type)'",
                    at: range,
                    hint: "combine several types in a resource group"
                )
            }
            attribute = own
        }
        if let known = InventoryType.named(typeName), known.attribute(attribute) == nil {
            let names = known.attributes.map(\.name)
            let nearest = nearestName(to: attribute, among: names)
            throw ExpressionError(
                "\(typeName) has no attribute '\(attribute)'",
                at: range,
                hint: nearest.map { "did you mean '\($0)'?" }
                    ?? "attributes: \(names.joined(separator: ", "))"
            )
        }
        return attribute
    }

    private mutating func values() throws(ExpressionError) -> [InventoryExpression.Value] {
        guard current.kind == .open else {
            throw ExpressionError(
                "a list in parentheses should follow 'in'",
                at: current.range,
                hint: "Name in (\"nginx\", \"apache2\")"
            )
        }
        var values: [InventoryExpression.Value] = []
        repeat {
            place += 1
            let range = current.range
            let value = try value()
            if case .now = value {
                throw ExpressionError(
                    "'in' cannot be asked of 'now'",
                    at: range,
                    hint: "times are compared by < <= > >="
                )
            }
            values.append(value)
        } while current.kind == .comma
        guard current.kind == .close else {
            throw ExpressionError("a ')' is missing", at: current.range)
        }
        place += 1
        return values
    }

    private mutating func value() throws(ExpressionError) -> InventoryExpression.Value {
        let token = current
        place = min(place + 1, tokens.count - 1)
        switch token.kind {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .name(let name) where name.lowercased() == "now": return try sinceNow()
        case .name(let name):
            throw ExpressionError(
                "'\(name)' is no value",
                at: token.range,
                hint: "put texts in quotes: \"\(name)\""
            )
        default:
            throw ExpressionError("a value should stand here", at: token.range)
        }
    }

    /// What may follow `now`: `+ 14d`, `- 90d`, or nothing.
    private mutating func sinceNow() throws(ExpressionError) -> InventoryExpression.Value {
        let sign = current.kind == .plus ? 1 : current.kind == .minus ? -1 : 0
        if case .number = current.kind {
            throw ExpressionError(
                "a span of time should follow 'now'",
                at: current.range,
                hint: TimeSpan.hint
            )
        }
        guard sign != 0 else { return .now(offsetSeconds: 0) }
        place += 1
        guard case .span(let seconds) = current.kind else {
            throw ExpressionError(
                "a span of time should follow",
                at: current.range,
                hint: TimeSpan.hint
            )
        }
        place += 1
        return .now(offsetSeconds: sign * seconds)
    }
}
