// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

/// Holds a manifest against the definition of its kind, and finds everything wrong with it.
struct FieldChecker {
    enum PathPart { case key(String, SourceRange), index(Int) }

    private(set) var diagnostics: [Diagnostic] = []
    /// Where each value stands, by path; filled on demand only.
    private(set) var sources: [String: SourceRange] = [:]
    private let kind: ManifestKind?
    private let recordsSources: Bool
    private var path: [PathPart] = []

    init(kind: ManifestKind? = nil, recordsSources: Bool = false) {
        self.kind = kind
        self.recordsSources = recordsSources
    }

    mutating func check(_ node: Node, _ type: FieldType) {
        if recordsSources, case .key("spec", _)? = path.first, path.count > 1 {
            sources[pathText] = node.range
        }
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
        case .object(let fields, let choice):
            checkObject(node, fields)
            if let choice { check(choice, fields, in: node) }
        case .exactlyOne(let fields):
            checkObject(node, fields)
            checkExactlyOne(node, fields)
        case .parameterValue: checkParameter(node)
        case .patch: checkPatch(node)
        case .freeMapping: _ = readEntries(node)
        }
    }

    // The readers spell the path only when they have something to report: spelling it for every
    // value would cost more than checking it.

    private mutating func readText(_ node: Node) -> String? {
        if case .scalar(let scalar) = node.content,
            scalar.style != .plain || PlainMeaning(of: scalar.text) == .text
        {
            return scalar.text
        }
        let place = pathText
        return node.string(place, into: &diagnostics)
    }

    private mutating func readEntries(_ node: Node) -> [Node.Entry]? {
        if case .mapping(let entries) = node.content { return entries }
        let place = pathText
        return node.entries(place, into: &diagnostics)
    }

    mutating func checkObject(_ node: Node, _ fields: [Field]) {
        guard case .mapping(let entries) = node.content else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a mapping, not \(node.shape)",
                at: node.range,
                hint: hint(forMapping: node, fields)
            )
            return
        }
        var meant: Set<String> = []
        for entry in entries {
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                if let name = refuseUnknown(entry, among: fields) { meant.insert(name) }
                continue
            }
            check(entry, field)
        }
        // A misspelt field is one mistake, not two.
        for field in fields
        where field.isRequired && node.entry(field.name) == nil && !meant.contains(field.name) {
            report(
                .missingField,
                "'\(pathText(adding: field.name))' is missing",
                at: keyRange ?? node.range,
                hint: "for example \(field.name): \(field.example) (\(field.plainSummary))"
            )
        }
    }

    private mutating func check(_ entry: Node.Entry, _ field: Field) {
        path.append(.key(entry.key, entry.keyRange))
        let before = diagnostics.count
        check(entry.value, field.type)
        path.removeLast()
        // What says nothing of the right form gets an example of it.
        guard diagnostics.count == before + 1, diagnostics[before].hint == nil,
            diagnostics[before].range == entry.value.range, diagnostics[before].notes.isEmpty
        else { return }
        diagnostics[before].hint = "for example \(field.name): \(field.example)"
    }

    private func hint(forMapping node: Node, _ fields: [Field]) -> String? {
        if node.isNull {
            let isFree = !fields.contains(where: \.isRequired)
            return isFree ? "write {} for none" : "for example \(Field.example(of: fields))"
        }
        guard let text = node.text, let field = fields.first(where: { $0.name == text }) else {
            return nil
        }
        return "write {\(field.name): \(field.example)}"
    }

    /// Reports a key that is none; answers the field that was meant, where that is plain.
    private mutating func refuseUnknown(_ entry: Node.Entry, among fields: [Field]) -> String? {
        let names = fields.map(\.name)
        let home = fields.first { field in
            guard case .object(let inner, _) = field.type else { return false }
            return inner.contains { $0.name == entry.key }
        }
        let nearest = home == nil ? nearestName(to: entry.key, among: names) : nil
        let owner = kind.map { " of \($0.rawValue)" } ?? ""
        let hint: String? =
            if let home {
                "it belongs into '\(pathText(adding: home.name))'"
            } else if let nearest {
                "did you mean '\(nearest)'?"
            } else {
                names.isEmpty
                    ? "nothing may stand here" : "fields: \(names.joined(separator: ", "))"
            }
        report(
            .unknownField,
            "'\(pathText(adding: entry.key))' is not a field\(owner)",
            at: entry.keyRange,
            hint: hint
        )
        return home?.name ?? nearest
    }

    private mutating func check(_ choice: FieldChoice, _ fields: [Field], in node: Node) {
        guard case .mapping(let entries) = node.content else { return }
        let given = entries.filter { choice.fields.contains($0.key) }
        // A misspelt field is one mistake, not two.
        let hasStranger = entries.contains { entry in
            !fields.contains { $0.name == entry.key }
        }
        if choice.isRequired, given.isEmpty, !hasStranger {
            let example = fields.first { choice.fields.contains($0.name) }
            report(
                .missingField,
                "'\(pathText)' must have one of \(choice.fields.joined(separator: ", "))",
                at: node.range,
                hint: example.map { "for example {\($0.name): \($0.example)}" }
            )
        }
        for entry in given.dropFirst() {
            report(
                .conflictingFields,
                "'\(given[0].key)' and '\(entry.key)' exclude each other",
                at: entry.keyRange,
                hint: "keep one of them",
                notes: [.init("the first is here", at: given[0].keyRange)]
            )
        }
    }

    private mutating func checkExactlyOne(_ node: Node, _ fields: [Field]) {
        guard case .mapping(let entries) = node.content else { return }
        let given = entries.filter { entry in fields.contains { $0.name == entry.key } }
        if given.count == 1 || given.isEmpty && !entries.isEmpty { return }
        let names = fields.map(\.name).joined(separator: ", ")
        if given.isEmpty {
            report(
                .missingField,
                "'\(pathText)' must have one of \(names)",
                at: node.range,
                hint: fields.first.map { "for example {\($0.name): \($0.example)}" }
            )
        } else {
            report(
                .conflictingFields,
                "'\(pathText)' must have only one of \(names)",
                at: given[1].keyRange,
                hint: listHint,
                notes: [.init("the first is here", at: given[0].keyRange)]
            )
        }
    }

    /// What one entry cannot have, two can.
    private var listHint: String? {
        guard case .index? = path.last else { return "keep one of them" }
        return "write them as two entries of the list"
    }

    private mutating func checkList(_ node: Node, _ element: FieldType, atLeast least: Int) {
        guard case .sequence(let items) = node.content else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a list, not \(node.shape)",
                at: node.range,
                hint: Self.hint(forList: node, of: element)
            )
            return
        }
        if items.count < least {
            report(.outOfRange, "'\(pathText)' must have an entry", at: node.range)
        }
        for (index, item) in items.enumerated() {
            path.append(.index(index))
            check(item, element)
            path.removeLast()
        }
    }

    private static func hint(forList node: Node, of element: FieldType) -> String? {
        switch (node.content, element) {
        case (.mapping, .exactlyOne), (.mapping, .object):
            return "put '- ' before its first key, or [ ] around it"
        case (.scalar(let scalar), .text) where !scalar.text.isEmpty:
            let mark = scalar.style == .plain ? "" : "\""
            return "write [\(mark)\(scalar.text.excerpt)\(mark)]"
        default: return nil
        }
    }

    private mutating func checkMap(_ node: Node, keys: TextRule, values: FieldType) {
        guard let entries = readEntries(node) else { return }
        for entry in entries {
            path.append(.key(entry.key, entry.keyRange))
            apply(keys, entry.key, at: entry.keyRange)
            check(entry.value, values)
            path.removeLast()
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
                path.append(.index(index))
                checkParameter(item)
                path.removeLast()
            }
        case .mapping(let entries):
            for entry in entries {
                path.append(.key(entry.key, entry.keyRange))
                checkParameter(entry.value)
                path.removeLast()
            }
        }
    }

    private mutating func checkPatch(_ node: Node) {
        guard node.entry("path") == nil else {
            return checkObject(node, PatchShape.reference)
        }
        if let kind = node["kind"], kind.text == ManifestKind.fleet.rawValue {
            report(
                .unknownValue,
                "a patch cannot change a Fleet",
                at: kind.range,
                hint: "edit the Fleet itself"
            )
            return
        }
        checkObject(node, PatchShape.inline)
    }

    private mutating func apply(_ rule: TextRule, _ text: String, at range: SourceRange) {
        guard let refusal = rule.refuse(text, field: pathText) else { return }
        report(refusal.code, refusal.message, at: range, hint: refusal.hint)
    }

    mutating func report(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Diagnostic.Note] = []
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, hint: hint, notes: notes))
    }

    /// The path of the value that is being checked, as a message names it.
    var pathText: String {
        var text = ""
        for part in path {
            switch part {
            case .key(let key, _):
                if !text.isEmpty { text += "." }
                text += key.excerpt
            case .index(let index): text += "[\(index)]"
            }
        }
        return text.isEmpty ? "manifest" : text
    }

    private func pathText(adding key: String) -> String {
        path.isEmpty ? key.excerpt : "\(pathText).\(key.excerpt)"
    }

    /// The key of the value that is being checked; `nil` for an entry of a list and for the whole.
    private var keyRange: SourceRange? {
        guard case .key(_, let range)? = path.last else { return nil }
        return range
    }
}
