// SPDX-License-Identifier: Apache-2.0
import CLibyaml
import Diagnostics

/// What YAML allows and manifests do not, and what libyaml refuses.
extension YAMLReader {
    mutating func checkDirectives() {
        let data = event.pointee.data.document_start
        guard data.version_directive != nil || data.tag_directives.start != data.tag_directives.end
        else { return }
        refuseDirective(at: position(event.pointee.start_mark))
    }

    private mutating func refuseDirective(at start: SourcePosition) {
        damage(
            .directiveNotAllowed,
            "a directive is not allowed",
            at: SourceRange(file: file, start: start),
            hint: "remove the line that starts with '%'"
        )
    }

    mutating func refuseAnchor(_ anchor: UnsafeMutablePointer<yaml_char_t>?, at range: SourceRange)
    {
        let name = anchor.map { String(cString: $0) } ?? ""
        damage(
            .aliasNotAllowed,
            "the anchor '&\(name)' is not allowed",
            at: range,
            hint: "write the value out where it is needed"
        )
    }

    mutating func checkCollection(
        anchor: UnsafeMutablePointer<yaml_char_t>?,
        tag: UnsafeMutablePointer<yaml_char_t>?,
        core: String,
        at range: SourceRange
    ) {
        if anchor != nil { refuseAnchor(anchor, at: range) }
        guard let tag else { return }
        let name = String(cString: tag)
        if name != core { refuseTag(name, at: range) }
    }

    mutating func checkScalarTag(
        _ tag: String,
        _ style: Node.Scalar.Style,
        at range: SourceRange
    ) -> Node.Scalar.Style {
        switch tag {
        case "!", "tag:yaml.org,2002:str":
            return style == .plain ? .quoted : style
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null",
            "tag:yaml.org,2002:float":
            if style != .plain { refuseTag(tag, at: range) }
        default:
            refuseTag(tag, at: range)
        }
        return style
    }

    private mutating func refuseTag(_ tag: String, at range: SourceRange) {
        let core = "tag:yaml.org,2002:"
        let name = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
        damage(
            .tagNotAllowed,
            "the tag '\(name)' is not allowed here",
            at: range,
            hint: "remove the tag"
        )
    }

    /// Answers the text of a key; reports and answers `nil` for anything that is not one.
    mutating func checkKey(_ node: Node) -> String? {
        guard case .scalar(let scalar) = node.content else {
            damage(.keyNotString, "a sequence or mapping cannot be a key", at: node.range)
            return nil
        }
        if scalar.text.utf8.count > limits.keyBytesMax {
            fail(
                .limitExceeded,
                "the key has \(scalar.text.utf8.count) bytes, more than the"
                    + " \(limits.keyBytesMax) allowed",
                at: node.range
            )
            return nil
        }
        guard scalar.style == .plain else { return scalar.text }
        if scalar.text == "<<" {
            damage(
                .mergeKeyNotAllowed,
                "the merge key '<<' is not allowed",
                at: node.range,
                hint: "write the values out"
            )
            return nil
        }
        let meaning = PlainMeaning(of: scalar.text)
        guard meaning == .text else {
            damage(
                .keyNotString,
                scalar.text.isEmpty
                    ? "the key is empty" : "the key '\(scalar.text)' is read as \(meaning.phrase)",
                at: node.range,
                hint: "quote it: \"\(scalar.text)\""
            )
            return nil
        }
        return scalar.text
    }

    mutating func damageDuplicate(_ key: String, at range: SourceRange, first: SourceRange) {
        damage(
            .duplicateKey,
            "the key '\(key)' is given twice",
            at: range,
            notes: [.init("first given here", at: first)]
        )
    }

    /// Reports why libyaml stopped.
    mutating func reportSyntax() {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "the text cannot be read"
        let place = position(state.problem_mark)
        let directive = [state.problem_mark, state.context_mark].first {
            firstByte(ofLine: $0) == 37
        }
        if let directive, problem.contains("directive") || problem.contains("incompatible YAML") {
            refuseDirective(at: SourcePosition(line: position(directive).line, column: 1))
            return
        }
        let context = state.context.map { " " + String(cString: $0) } ?? ""
        var notes: [Diagnostic.Note] = []
        if state.context != nil, position(state.context_mark) != place {
            notes.append(
                .init(
                    "it starts here",
                    at: SourceRange(file: file, start: position(state.context_mark))
                )
            )
        }
        report(
            Diagnostic(
                .yamlSyntax,
                problem + context,
                at: SourceRange(file: file, start: place),
                hint: hint(for: problem, at: place),
                notes: notes
            )
        )
    }

    private func hint(for problem: String, at place: SourcePosition) -> String? {
        let line = line(place.line)
        if line.prefix(while: { $0 == 32 || $0 == 9 }).contains(9) {
            return "the line is indented with a tab: indent with spaces"
        }
        if problem.contains("mapping values are not allowed") {
            return "quote the value if ': ' is part of it; else check the indentation"
        }
        if problem.contains("cannot start any token") {
            return "quote the value: it starts with a character that has a meaning in YAML"
        }
        return nil
    }

    private func firstByte(ofLine mark: yaml_mark_t) -> UInt8? { line(position(mark).line).first }

    private func line(_ number: Int) -> ArraySlice<UInt8> {
        let text = Array(bytes.drop { _ in false })
        var current = 1
        var start = text.starts(with: TextCheck.byteOrderMark) ? 3 : 0
        while current < number, start < text.count {
            let byte = text[start]
            if byte == 10 || byte == 13 && (start + 1 == text.count || text[start + 1] != 10) {
                current += 1
            }
            start += 1
        }
        return text[start...].prefix { $0 != 10 && $0 != 13 }
    }
}
