// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// Holds a manifest against the definition of its kind, and finds everything wrong with it.
struct FieldChecker {
    enum PathPart { case key(String), index(Int) }

    private(set) var diagnostics: [Diagnostic] = []
    /// Where each value stands, by path; filled on demand only.
    private(set) var sources: [String: SourceRange] = [:]
    private let recordsSources: Bool
    private var path: [PathPart] = []

    init(recordsSources: Bool = false) { self.recordsSources = recordsSources }

    mutating func check(_ node: Node, _ type: FieldType) {
        let place = pathText
        if recordsSources, case .key("spec")? = path.first, path.count > 1 {
            sources[pathText] = node.range
        }
        switch type {
        case .text(let rule):
            if let text = node.string(place, into: &diagnostics) {
                apply(rule, text, at: node.range)
            }
        case .boolean: _ = node.boolean(place, into: &diagnostics)
        case .integer(let range): _ = node.integer(place, in: range, into: &diagnostics)
        case .choice(let choices): checkChoice(node, choices)
        case .rateBound(let least): checkRateBound(node, atLeast: least)
        case .duration(let range): checkDuration(node, range)
        case .list(let element, let least): checkList(node, element, atLeast: least)
        case .map(let keys, let values): checkMap(node, keys: keys, values: values)
        case .object(let fields): checkObject(node, fields)
        case .exactlyOne(let fields):
            checkObject(node, fields)
            checkExactlyOne(node, fields)
        case .parameterValue: checkParameter(node)
        case .patch: checkPatch(node)
        case .freeMapping: _ = node.entries(place, into: &diagnostics)
        }
    }

    mutating func checkObject(_ node: Node, _ fields: [Field]) {
        guard case .mapping(let entries) = node.content else {
            let hint: String? = node.isNull ? "write {} for none" : nil
            report(
                .typeMismatch,
                "'\(pathText)' must be a mapping, not \(node.shape)",
                at: node.range,
                hint: hint
            )
            return
        }
        for entry in entries {
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                refuseUnknown(entry, among: fields.map(\.name))
                continue
            }
            path.append(.key(entry.key))
            check(entry.value, field.type)
            path.removeLast()
        }
        for field in fields where field.isRequired && node.entry(field.name) == nil {
            report(
                .missingField,
                "'\(pathText(adding: field.name))' is missing",
                at: node.range,
                hint: "for example \(field.name): \(field.example)"
            )
        }
    }

    private mutating func refuseUnknown(_ entry: Node.Entry, among names: [String]) {
        let nearest = nearestName(to: entry.key, among: names)
        report(
            .unknownField,
            "'\(pathText(adding: entry.key))' is not a field",
            at: entry.keyRange,
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? (names.isEmpty
                    ? "nothing may stand here" : "fields: \(names.joined(separator: ", "))")
        )
    }

    private mutating func checkExactlyOne(_ node: Node, _ fields: [Field]) {
        guard case .mapping(let entries) = node.content else { return }
        let given = entries.filter { entry in fields.contains { $0.name == entry.key } }
        if given.count == 1 || given.isEmpty && !entries.isEmpty { return }
        let names = fields.map(\.name).joined(separator: ", ")
        if given.isEmpty {
            report(.missingField, "'\(pathText)' must have one of \(names)", at: node.range)
        } else {
            report(
                .conflictingFields,
                "'\(pathText)' must have only one of \(names)",
                at: given[1].keyRange,
                notes: [.init("the first is here", at: given[0].keyRange)]
            )
        }
    }

    private mutating func checkChoice(_ node: Node, _ choices: [String]) {
        let place = pathText
        // `none` and `all` are texts; a choice is never a number or boolean, whatever the quotes.
        guard let text = node.string(place, into: &diagnostics), !choices.contains(text) else {
            return
        }
        let upper = choices.first { $0.lowercased() == text.lowercased() }
        let nearest = upper ?? nearestName(to: text, among: choices)
        report(
            .unknownValue,
            "'\(pathText)' cannot be '\(text.prefix(80))'",
            at: node.range,
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? "one of \(choices.joined(separator: ", "))"
        )
    }

    private mutating func checkRateBound(_ node: Node, atLeast least: Int) {
        guard case .scalar(let scalar) = node.content else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a number or a percentage, not \(node.shape)",
                at: node.range
            )
            return
        }
        let number: Int
        switch RateBound(scalar.text) {
        case .count(let value)?, .percent(let value)?: number = value
        case nil:
            let isNumber = PlainMeaning(of: scalar.text) == .integer || scalar.text.hasSuffix("%")
            report(
                isNumber ? .outOfRange : .typeMismatch,
                "'\(pathText)' must be a number such as 10 or a percentage such as 10%",
                at: node.range
            )
            return
        }
        if number < least {
            report(.outOfRange, "'\(pathText)' must be at least \(least)", at: node.range)
        }
    }

    private mutating func checkDuration(_ node: Node, _ range: ClosedRange<Int>) {
        let place = pathText
        guard let text = node.string(place, into: &diagnostics) else { return }
        guard let seconds = Duration.seconds(text) else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a number with a unit, and is '\(text.prefix(80))'",
                at: node.range,
                hint: "for example 30s, 5m, 2h or 1d"
            )
            return
        }
        if !range.contains(seconds) {
            report(
                .outOfRange,
                "'\(pathText)' must be from \(range.lowerBound) to \(range.upperBound) seconds",
                at: node.range
            )
        }
    }

    private mutating func checkList(_ node: Node, _ element: FieldType, atLeast least: Int) {
        let place = pathText
        guard let items = node.items(place, into: &diagnostics) else { return }
        if items.count < least {
            report(.outOfRange, "'\(pathText)' must have an entry", at: node.range)
        }
        for (index, item) in items.enumerated() {
            path.append(.index(index))
            check(item, element)
            path.removeLast()
        }
    }

    private mutating func checkMap(_ node: Node, keys: TextRule, values: FieldType) {
        let place = pathText
        guard let entries = node.entries(place, into: &diagnostics) else { return }
        for entry in entries {
            path.append(.key(entry.key))
            apply(keys, entry.key, at: entry.keyRange)
            check(entry.value, values)
            path.removeLast()
        }
    }

    /// Numbers and booleans keep their text, so only spellings with one meaning are let through.
    private mutating func checkParameter(_ node: Node) {
        let place = pathText
        switch node.content {
        case .scalar(let scalar):
            let meaning = scalar.style == .plain ? PlainMeaning(of: scalar.text) : .text
            if meaning != .integer, meaning != .boolean {
                _ = node.string(place, into: &diagnostics)
            }
        case .sequence(let items):
            for (index, item) in items.enumerated() {
                path.append(.index(index))
                checkParameter(item)
                path.removeLast()
            }
        case .mapping(let entries):
            for entry in entries {
                path.append(.key(entry.key))
                checkParameter(entry.value)
                path.removeLast()
            }
        }
    }

    private mutating func checkPatch(_ node: Node) {
        guard node.entry("path") == nil else {
            return checkObject(node, PatchShape.reference)
        }
        checkObject(node, PatchShape.inline)
        guard let kind = node["kind"]?.text, ManifestKind(rawValue: kind) == .fleet else { return }
        report(
            .unknownValue,
            "a patch cannot change a Fleet",
            at: node.range,
            hint: "edit the Fleet itself"
        )
    }

    private mutating func apply(_ rule: TextRule, _ text: String, at range: SourceRange) {
        guard let refusal = rule.refuse(text, field: pathText) else { return }
        report(refusal.code, refusal.message, at: range, hint: refusal.hint)
    }

    private mutating func report(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Diagnostic.Note] = []
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, hint: hint, notes: notes))
    }

    private var pathText: String {
        var text = ""
        for part in path {
            switch part {
            case .key(let key):
                if !text.isEmpty { text += "." }
                text += key
            case .index(let index): text += "[\(index)]"
            }
        }
        return text.isEmpty ? "manifest" : text
    }

    private func pathText(adding key: String) -> String {
        path.isEmpty ? key : "\(pathText).\(key)"
    }
}

/// The two shapes of an entry of `Fleet.spec.patches`.
enum PatchShape {
    static let reference = [
        Field("path", .text(.path), required: true, example: "patch.yaml", "A file with patches.")
    ]

    /// The spec is checked after the merge, as a part of the object.
    static let inline: [Field] = [
        Field("apiVersion", .choice([apiVersion]), example: apiVersion, "The version."),
        Field(
            "kind",
            .choice(ManifestKind.allCases.map(\.rawValue)),
            required: true,
            example: "Association",
            "The kind of the object."
        ),
        Field(
            "metadata",
            .object([
                Field("name", .text(.nonEmpty), required: true, example: "web-motd", "Its name.")
            ]),
            required: true,
            example: "{name: web-motd}",
            "The name of the object."
        ),
        Field(
            "spec",
            .freeMapping,
            required: true,
            example: "{maxErrors: 1}",
            "What changes."
        ),
    ]
}

/// Durations as manifests write them.
enum Duration {
    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
        let digits = text.dropLast()
        guard (1...7).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int(digits)
        else { return nil }
        return value * unit
    }
}
