// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// Holds a manifest against the definition of its kind, and finds everything wrong with it.
struct FieldChecker {
    private(set) var diagnostics: [Diagnostic] = []
    /// Where each value stands, by path; filled on demand only.
    private(set) var sources: [String: SourceRange] = [:]
    private let recordsSources: Bool
    /// Where the checker is, as messages and `sources` spell it: empty at the root.
    private var path = ""

    init(recordsSources: Bool = false) {
        self.recordsSources = recordsSources
        if recordsSources { sources.reserveCapacity(32) }
    }

    mutating func check(_ node: Node, _ type: FieldType) {
        if recordsSources, path.hasPrefix("spec.") { sources[path] = node.range }
        switch type {
        case .text(let rule):
            if let text = readText(node) { apply(rule, text, at: node.range) }
        case .boolean:
            let place = pathText
            _ = node.boolean(place, into: &diagnostics)
        case .integer(let range):
            let place = pathText
            _ = node.integer(place, in: range, into: &diagnostics)
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
        case .freeMapping: _ = readEntries(node)
        }
    }

    // The three readers spell the path only when they have something to report: spelling it for
    // every value would cost more than checking it.

    private mutating func readText(_ node: Node) -> String? {
        if case .scalar(let scalar) = node.content,
            scalar.style != .plain || PlainMeaning(of: scalar.text) == .text
        {
            return scalar.text
        }
        let place = pathText
        return node.string(place, into: &diagnostics)
    }

    private mutating func readItems(_ node: Node) -> [Node]? {
        if case .sequence(let items) = node.content { return items }
        let place = pathText
        return node.items(place, into: &diagnostics)
    }

    private mutating func readEntries(_ node: Node) -> [Node.Entry]? {
        if case .mapping(let entries) = node.content { return entries }
        let place = pathText
        return node.entries(place, into: &diagnostics)
    }

    /// Goes down to a key or an item; answers how to come back.
    private mutating func enter(_ key: String) -> Int {
        let length = path.utf8.count
        if length > 0 { path += "." }
        path += key
        return length
    }

    private mutating func enter(_ index: Int) -> Int {
        let length = path.utf8.count
        path += "[\(index)]"
        return length
    }

    private mutating func leave(to length: Int) {
        path.removeSubrange(path.utf8.index(path.startIndex, offsetBy: length)...)
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
            guard let index = fields.indices.first(where: { fields[$0].name == entry.key }) else {
                refuseUnknown(entry, among: fields.map(\.name))
                continue
            }
            let length = enter(entry.key)
            check(entry.value, fields[index].type)
            leave(to: length)
        }
        for index in fields.indices
        where fields[index].isRequired && !entries.contains(where: { $0.key == fields[index].name })
        {
            let field = fields[index]
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
        // `none` and `all` are texts; a choice is never a number or boolean, whatever the quotes.
        guard let text = readText(node), !choices.contains(text) else {
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
        guard let text = readText(node) else { return }
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
        guard let items = readItems(node) else { return }
        if items.count < least {
            report(.outOfRange, "'\(pathText)' must have an entry", at: node.range)
        }
        for (index, item) in items.enumerated() {
            let length = enter(index)
            check(item, element)
            leave(to: length)
        }
    }

    private mutating func checkMap(_ node: Node, keys: TextRule, values: FieldType) {
        guard let entries = readEntries(node) else { return }
        for entry in entries {
            let length = enter(entry.key)
            apply(keys, entry.key, at: entry.keyRange)
            check(entry.value, values)
            leave(to: length)
        }
    }

    /// Numbers and booleans keep their text, so only spellings with one meaning are let through.
    private mutating func checkParameter(_ node: Node) {
        switch node.content {
        case .scalar(let scalar):
            let meaning = scalar.style == .plain ? PlainMeaning(of: scalar.text) : .text
            if meaning != .integer, meaning != .boolean { _ = readText(node) }
        case .sequence(let items):
            for (index, item) in items.enumerated() {
                let length = enter(index)
                checkParameter(item)
                leave(to: length)
            }
        case .mapping(let entries):
            for entry in entries {
                let length = enter(entry.key)
                checkParameter(entry.value)
                leave(to: length)
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

    private var pathText: String { path.isEmpty ? "manifest" : path }

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
