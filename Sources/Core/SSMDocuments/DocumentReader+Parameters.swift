// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

extension DocumentReader {
    mutating func readParameters(_ node: Node) {
        if node.isNull { return }
        guard case .mapping(let entries) = node.content else {
            report("'parameters' is a mapping, not \(node.shape)", at: node.range)
            return
        }
        for entry in entries {
            guard !entry.key.isEmpty, entry.key.utf8.allSatisfy(Self.isAlphanumeric) else {
                report(
                    "the parameter '\(entry.key)' has a name that is not alphanumeric",
                    at: entry.keyRange,
                    hint: Self.hint(forName: entry.key)
                )
                continue
            }
            if let definition = readParameter(entry) { parameters.append(definition) }
        }
    }

    private static func hint(forName name: String) -> String {
        let rule = "use letters and digits only"
        let words = name.split { "_-. ".contains($0) }
        let plain = words.enumerated().map { index, word in
            index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
        guard !plain.isEmpty, plain != name, plain.utf8.allSatisfy(isAlphanumeric) else {
            return rule
        }
        return "did you mean '\(plain)'? \(rule)"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Template.isWordByte(byte) && byte != UInt8(ascii: "_")
    }

    private static let definitionKeys = [
        "type", "description", "default", "allowedValues", "allowedPattern", "displayType",
        "minItems", "maxItems", "minChars", "maxChars", "interpolationType",
    ]

    private mutating func readParameter(_ entry: Node.Entry) -> ParameterDefinition? {
        let name = entry.key
        guard case .mapping(let fields) = entry.value.content else {
            report(
                "the parameter '\(name)' is a mapping, not \(entry.value.shape)",
                at: entry.value.range,
                hint: "at least {type: String}"
            )
            return nil
        }
        for field in fields where !Self.definitionKeys.contains(field.key) {
            warnIgnored(field, "of a parameter", among: Self.definitionKeys)
        }
        guard let typeNode = entry.value["type"], let type = typeNode.text else {
            report(
                "the parameter '\(name)' has no type",
                at: entry.keyRange,
                hint: "such as type: String"
            )
            return nil
        }
        guard let kind = ParameterDefinition.Kind(rawValue: type) else {
            let names = ParameterDefinition.Kind.allCases.map(\.rawValue)
            report(
                "'\(type)' is not a type of a parameter",
                at: typeNode.range,
                hint: nearestName(to: type, among: names).map { "did you mean '\($0)'?" }
                    ?? "the types are \(names.joined(separator: ", "))"
            )
            return nil
        }
        var definition = ParameterDefinition(
            name: name,
            kind: kind,
            description: entry.value["description"]?.text,
            charsRange: bounds(entry.value, "minChars", "maxChars"),
            itemsRange: bounds(entry.value, "minItems", "maxItems"),
            source: entry.keyRange
        )
        readAllowed(entry.value, into: &definition)
        readInterpolation(entry.value, into: &definition)
        readDefault(entry.value, into: &definition)
        return definition
    }

    /// Unparseable and negative bounds are 0 and the greatest 32-bit number, as the agent has it.
    private mutating func bounds(
        _ node: Node,
        _ low: String,
        _ high: String
    ) -> ClosedRange<Int> {
        let greatest = Int(Int32.max)
        func read(_ key: String) -> Int? { node[key]?.text.flatMap(Int.init) }
        let minimum = min(max(read(low) ?? 0, 0), greatest)
        let maximum = min(read(high).map { $0 < 0 ? greatest : $0 } ?? greatest, greatest)
        guard minimum <= maximum else {
            report(
                "\(low) \(minimum) is greater than \(high) \(maximum)",
                at: node[low]?.range ?? node.range
            )
            return minimum...greatest
        }
        return minimum...maximum
    }

    private mutating func readAllowed(_ node: Node, into definition: inout ParameterDefinition) {
        if let values = node["allowedValues"] {
            if case .sequence(let items) = values.content {
                definition.allowedValues = items.map { DocumentValue($0).text }
            } else {
                report("'allowedValues' is a list, not \(values.shape)", at: values.range)
            }
        }
        guard let pattern = node["allowedPattern"] else { return }
        guard let text = pattern.text else {
            report("'allowedPattern' is a text, not \(pattern.shape)", at: pattern.range)
            return
        }
        do throws(SafePattern.Problem) {
            definition.allowedPattern = text.isEmpty ? nil : try SafePattern(text)
        } catch {
            report(
                .badPattern,
                "the allowedPattern of '\(definition.name)' is unusable: \(error)",
                at: pattern.range,
                hint: error.hint
            )
        }
    }

    private mutating func readInterpolation(
        _ node: Node,
        into definition: inout ParameterDefinition
    ) {
        guard let type = node["interpolationType"] else { return }
        guard type.text == "ENV_VAR" else {
            report(
                "'\(type.text ?? type.shape)' is not an interpolationType",
                at: type.range,
                hint: "the only one is ENV_VAR"
            )
            return
        }
        guard definition.kind == .string, schema == .v2_2 else {
            report(
                "interpolationType is for parameters of type String in schema 2.2",
                at: type.range
            )
            return
        }
        definition.isEnvironmentVariable = true
    }

    private mutating func readDefault(_ node: Node, into definition: inout ParameterDefinition) {
        guard let defaultNode = node["default"] else { return }
        let value = DocumentValue(defaultNode)
        guard let typed = definition.kind.typed(value) else {
            report(
                "the default of '\(definition.name)' is \(defaultNode.shape), "
                    + "and its type is \(definition.kind.rawValue)",
                at: defaultNode.range
            )
            return
        }
        definition.defaultValue = typed
        if Self.references(in: typed).contains(where: Template.isParameterStore) { return }
        if let problem = definition.problem(of: typed) {
            warn(
                .invalidParameters,
                "the default of '\(definition.name)' \(problem.why)",
                at: defaultNode.range
            )
        }
    }
}

extension ParameterDefinition.Kind {
    /// The value of a default as its type has it; `nil` when it is of another type.
    func typed(_ value: DocumentValue) -> DocumentValue? {
        switch (self, value) {
        case (.string, .string): value
        case (.string, .number), (.string, .boolean): .string(value.text)
        case (.string, .null): .string("")
        case (.stringList, .list(let items)):
            items.allSatisfy(\.isScalar) ? .list(items.map { .string($0.text) }) : nil
        case (.stringList, .null): .list([])
        case (.stringList, .string(let text)) where Template(text).wholeReference != nil: value
        case (.integer, .number(let digits)): Int(digits) == nil ? nil : value
        case (.integer, .string(let text)): Int(text).map { .number(String($0)) }
        case (.boolean, .boolean): value
        case (.boolean, .string("true")): .boolean(true)
        case (.boolean, .string("false")): .boolean(false)
        case (.mapList, .list(let items)): items.allSatisfy(\.isMap) ? value : nil
        case (.stringMap, .map): value
        case (.stringMap, .null): .map([:])
        default: nil
        }
    }
}

extension DocumentValue {
    var isScalar: Bool {
        switch self {
        case .string, .number, .boolean: true
        case .null, .list, .map: false
        }
    }

    var isMap: Bool { if case .map = self { true } else { false } }
}
