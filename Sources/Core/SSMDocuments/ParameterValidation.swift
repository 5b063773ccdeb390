// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

/// The limits of values: below what a process can receive in one variable (`MAX_ARG_STRLEN`).
enum ParameterLimits {
    static let valueBytesMax = 32 << 10
    static let totalBytesMax = 96 << 10
    static let itemsMax = 5000
}

extension Document {
    /// Finds everything wrong with the values for this document's parameters.
    ///
    /// *Shape*: the wire form, each value a list of texts; sorted by parameter. Empty for runbooks
    /// and sessions, whose parameters are not read here. *Source*: BI-062 to BI-065.
    package func validate(parameters values: [String: [String]]) -> [ParameterProblem] {
        guard schema != nil else { return [] }
        var problems: [ParameterProblem] = []
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let definition = parameter(name) else {
                problems.append(unknown(name))
                continue
            }
            problems += definition.problems(ofWire: value)
        }
        // A misspelt parameter is one mistake, not two.
        let meant = Set(values.keys.filter { parameter($0) == nil }.compactMap(nearestParameter))
        for definition in parameters.sorted(by: { $0.name < $1.name })
        where values[definition.name] == nil && definition.defaultValue == nil
            && !meant.contains(definition.name)
        {
            problems.append(
                ParameterProblem(
                    parameter: definition.name,
                    reason: .missing,
                    message: "the parameter '\(definition.name)' is required and missing"
                )
            )
        }
        let total = values.reduce(0) { sum, entry in
            entry.value.reduce(sum) { $0 + $1.utf8.count }
        }
        if total > ParameterLimits.totalBytesMax {
            problems.append(
                ParameterProblem(
                    parameter: values.keys.sorted().joined(separator: ", "),
                    reason: .tooLarge,
                    message: "the parameters have \(total) bytes together, "
                        + "and \(ParameterLimits.totalBytesMax) are allowed"
                )
            )
        }
        return problems
    }

    /// The declared parameter that someone most likely meant.
    private func nearestParameter(_ name: String) -> String? {
        let names = parameters.map(\.name)
        let sameLetters = names.first { $0.lowercased() == name.lowercased() }
        return sameLetters ?? nearestName(to: name, among: names)
    }

    private func unknown(_ name: String) -> ParameterProblem {
        let names = parameters.map(\.name)
        let hint = nearestParameter(name).map { "did you mean '\($0)'?" }
        return ParameterProblem(
            parameter: name,
            reason: .unknown,
            message: "the document has no parameter '\(name.excerpt)'",
            hint: hint
                ?? (names.isEmpty
                    ? "it has none" : "its parameters are \(names.joined(separator: ", "))")
        )
    }
}

extension ParameterDefinition {
    /// The value that the wire form stands for; `nil` when it is of another type.
    func value(ofWire texts: [String]) -> DocumentValue? {
        switch kind {
        case .stringList: return .list(texts.map { .string($0) })
        case .mapList:
            if texts.count == 1, case .list(let items)? = Self.json(texts[0]) {
                return items.allSatisfy(\.isMap) ? .list(items) : nil
            }
            let items = texts.compactMap(Self.json)
            return items.count == texts.count && items.allSatisfy(\.isMap) ? .list(items) : nil
        case .string, .integer, .boolean, .stringMap: break
        }
        guard texts.count == 1, let text = texts.first else { return nil }
        switch kind {
        case .string: return .string(text)
        case .boolean: return text == "true" || text == "false" ? .boolean(text == "true") : nil
        case .integer:
            guard let value = Int(text), String(value) == text else { return nil }
            return .number(text)
        case .stringMap:
            guard let value = Self.json(text), value.isMap else { return nil }
            return value
        case .stringList, .mapList: return nil
        }
    }

    private static func json(_ text: String) -> DocumentValue? {
        let parsed = parseJSON(Array(text.utf8), file: "")
        guard !parsed.diagnostics.hasErrors else { return nil }
        return parsed.documents.first.map(DocumentValue.init)
    }

    func problems(ofWire texts: [String]) -> [ParameterProblem] {
        for text in texts {
            if let bad = text.unicodeScalars.first(where: { $0 == "\0" || $0 == "\u{FEFF}" }) {
                let what = bad == "\0" ? "a NUL character" : "a byte order mark"
                return [problem(.forbiddenCharacter, "contains \(what)")]
            }
        }
        if kind != .stringList, let long = texts.first(where: { $0.utf8.count > Self.bytesMax }) {
            return [
                problem(
                    .tooLarge,
                    "has \(long.utf8.count) bytes, and \(Self.bytesMax) are allowed"
                )
            ]
        }
        guard texts.count <= ParameterLimits.itemsMax else {
            return [
                problem(
                    .tooLarge,
                    "has \(texts.count) items, and \(ParameterLimits.itemsMax) are allowed"
                )
            ]
        }
        guard let value = value(ofWire: texts) else {
            return [problem(.wrongType, "must be \(kind.phrase)")]
        }
        guard let found = self.problem(of: value) else { return [] }
        return [problem(found.reason, found.why)]
    }

    private static let bytesMax = ParameterLimits.valueBytesMax

    private func problem(_ reason: ParameterProblem.Reason, _ why: String) -> ParameterProblem {
        ParameterProblem(
            parameter: name,
            reason: reason,
            message: "the parameter '\(name)' \(why)"
        )
    }

    /// The first rule of the definition that a typed value breaks.
    func problem(of value: DocumentValue) -> (reason: ParameterProblem.Reason, why: String)? {
        var texts = [value.text]
        if case .list(let items) = value {
            guard itemsRange.contains(items.count) else {
                return (.itemCount, "has \(items.count) items, and must have \(itemsRange.words)")
            }
            texts = items.map(\.text)
        }
        for text in texts {
            if !allowedValues.isEmpty, !allowedValues.contains(text) {
                let nearest = nearestName(to: text, among: allowedValues)
                let listed = "allowed are " + allowedValues.prefix(8).joined(separator: ", ")
                let choices = nearest.map { "did you mean '\($0)'?" } ?? listed
                return (.notAllowed, "is '\(text.excerpt)', which is not allowed; \(choices)")
            }
            if kind == .string || kind == .stringList, !charsRange.contains(text.utf8.count) {
                return (
                    .length,
                    "has \(text.utf8.count) characters, and must have \(charsRange.words)"
                )
            }
            guard let allowedPattern else { continue }
            switch allowedPattern.match(text) {
            case .matches: break
            case .doesNotMatch:
                return (.patternMismatch, "does not match \(allowedPattern.text)")
            case .tooSlow:
                return (.patternTooSlow, "takes too long to match \(allowedPattern.text)")
            }
        }
        return nil
    }
}

extension ParameterDefinition.Kind {
    /// How a message names what is expected.
    var phrase: String {
        switch self {
        case .string: "one text"
        case .stringList: "a list of texts"
        case .integer: "one whole number in decimal"
        case .boolean: "true or false"
        case .mapList: "a list of JSON objects"
        case .stringMap: "one JSON object"
        }
    }
}

extension ClosedRange<Int> {
    fileprivate var words: String {
        if upperBound >= Int(Int32.max) { return "at least \(lowerBound)" }
        return lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
    }
}
