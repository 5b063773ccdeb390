// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of the kinds, for editors: printed from the definitions that the checker uses.
package enum ManifestSchema {
    /// The names of all kinds.
    package static var kinds: [String] { ManifestKind.allCases.map(\.rawValue) }

    /// Prints the schema of a kind.
    ///
    /// `nil` for an unknown one; letter case does not matter.
    ///
    /// *Shape*: JSON Schema draft-07, indented, with a line end. An array is typed strictly; what a
    /// pattern cannot say, such as that a group exists, is left to `validate`.
    package static func schema(of name: String) -> String? {
        let lower = name.lowercased()
        guard let kind = ManifestKind.allCases.first(where: { $0.rawValue.lowercased() == lower })
        else { return nil }
        let definition = KindDefinition.of(kind)
        var members: [(String, JSONText)] = [
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", .string(kind.rawValue)),
            ("description", .string(definition.summary)),
        ]
        members += objectMembers(definition.fields)
        if definition.fields.contains(where: { $0.type.takesParameterValues }) {
            members.append(("definitions", .object([(parameterValue, parameterValueSchema)])))
        }
        return JSONText.object(members).pretty() + "\n"
    }

    private static let parameterValue = "parameterValue"

    /// A text, a whole number or a boolean, and lists and mappings of them.
    private static var parameterValueSchema: JSONText {
        let itself = JSONText.object([("$ref", .string("#/definitions/\(parameterValue)"))])
        return .object([
            (
                "type",
                .array(["string", "integer", "boolean", "array", "object"].map(JSONText.string))
            ),
            ("items", itself),
            ("additionalProperties", itself),
        ])
    }

    private static func objectMembers(
        _ fields: [Field],
        choice: FieldChoice? = nil
    ) -> [(String, JSONText)] {
        var members: [(String, JSONText)] = [
            ("type", .string("object")),
            ("additionalProperties", .literal("false")),
            ("properties", .object(fields.map { ($0.name, property($0)) })),
        ]
        let required = fields.filter(\.isRequired).map { JSONText.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        if let choice {
            func has(_ names: String...) -> JSONText {
                .object([("required", .array(names.map(JSONText.string)))])
            }
            let names = choice.fields
            let pairs = names.indices.flatMap { place in
                names[(place + 1)...].map { has(names[place], $0) }
            }
            members.append(("not", .object([("anyOf", .array(pairs))])))
            if choice.isRequired { members.append(("anyOf", .array(names.map { has($0) }))) }
        }
        return members
    }

    private static func property(_ field: Field) -> JSONText {
        var summary = field.summary
        if let text = field.defaultText { summary += " Default: \(text)." }
        return .object(
            [("description", .string(summary + " Example: \(field.example)"))]
                + members(of: field.type)
        )
    }

    private static func members(of type: FieldType) -> [(String, JSONText)] {
        switch type {
        case .text(let rule):
            let pattern = rule.pattern.map { [("pattern", JSONText.string($0))] } ?? []
            return [("type", .string("string"))] + pattern
        case .boolean: return [("type", .string("boolean"))]
        case .integer(let range):
            return [
                ("type", .string("integer")), ("minimum", .literal("\(range.lowerBound)")),
                ("maximum", .literal("\(range.upperBound)")),
            ]
        case .choice(let choices): return [("enum", .array(choices.map { .string($0) }))]
        case .rateBound(let least): return rateBound(atLeast: least)
        case .duration:
            return [("type", .string("string")), ("pattern", .string("^[0-9]{1,7}[smhd]$"))]
        case .list(let element, let least):
            let minimum = least > 0 ? [("minItems", JSONText.literal("\(least)"))] : []
            return [("type", .string("array")), ("items", .object(members(of: element)))] + minimum
        case .map(let keys, let values):
            let names =
                keys.pattern.map {
                    [("propertyNames", JSONText.object([("pattern", .string($0))]))]
                } ?? []
            return [
                ("type", .string("object")), ("additionalProperties", .object(members(of: values))),
            ] + names
        case .object(let fields, let choice):
            return objectMembers(fields, choice: choice)
        case .exactlyOne(let fields):
            return objectMembers(fields) + [
                ("minProperties", .literal("1")), ("maxProperties", .literal("1")),
            ]
        case .parameterValue:
            return [("$ref", .string("#/definitions/\(parameterValue)"))]
        case .patch:
            let shapes = [PatchShape.reference, PatchShape.inline].map {
                JSONText.object(objectMembers($0))
            }
            return [("oneOf", .array(shapes))]
        case .freeMapping: return [("type", .string("object"))]
        }
    }

    private static func rateBound(atLeast least: Int) -> [(String, JSONText)] {
        let count = least == 0 ? "0|[1-9][0-9]{0,6}" : "[1-9][0-9]{0,6}"
        let share = least == 0 ? "0|[1-9][0-9]?|100" : "[1-9][0-9]?|100"
        let number = JSONText.object([
            ("type", .string("integer")), ("minimum", .literal("\(least)")),
            ("maximum", .literal("9999999")),
        ])
        let text = JSONText.object([
            ("type", .string("string")), ("pattern", .string("^(\(count)|(\(share))%)$")),
        ])
        return [("anyOf", .array([number, text]))]
    }
}

extension FieldType {
    /// Whether a value for a parameter stands somewhere within.
    fileprivate var takesParameterValues: Bool {
        switch self {
        case .parameterValue: true
        case .list(let element, _): element.takesParameterValues
        case .map(_, let values): values.takesParameterValues
        case .object(let fields, _), .exactlyOne(let fields):
            fields.contains { $0.type.takesParameterValues }
        case .text, .boolean, .integer, .choice, .rateBound, .duration, .patch, .freeMapping: false
        }
    }
}
