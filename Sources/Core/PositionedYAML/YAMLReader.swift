// SPDX-License-Identifier: Apache-2.0
import CLibyaml
import Diagnostics

/// Reads YAML into positioned nodes, strictly.
///
/// No aliases, anchors, merge keys, directives or foreign tags; keys are texts and unique. A text
/// with several documents is read to its end even when one of them is broken (BI-036).
/// *Source*: libyaml's event API; its marks count Unicode scalars.
package func parseYAML(
    _ bytes: [UInt8],
    file: String,
    limits: ParseLimits = ParseLimits()
) -> ParsedText {
    bytes.withUnsafeBufferPointer { buffer in
        let findings = TextCheck(bytes: buffer, file: file, grammar: .yaml).run(limits: limits)
        guard findings.isEmpty else { return ParsedText(diagnostics: findings) }
        var reader = YAMLReader(bytes: buffer, file: file, limits: limits)
        defer { reader.close() }
        reader.readText()
        return reader.result
    }
}

/// The walk over libyaml's events.
///
/// A value on the stack of one call of `parseYAML`.
struct YAMLReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let limits: ParseLimits
    var result = ParsedText()

    let parser: UnsafeMutablePointer<yaml_parser_t>
    let event: UnsafeMutablePointer<yaml_event_t>
    private var isParserOpen = false
    /// The reading of the present document has ended early.
    private(set) var hasFailed = false
    private var isDamaged = false
    private var isExhausted = false
    private var nodeCount = 0
    /// Lines before the segment that libyaml sees now.
    private(set) var lineBase = 0
    let lines: TextLines

    init(bytes: UnsafeBufferPointer<UInt8>, file: String, limits: ParseLimits) {
        self.bytes = bytes
        self.file = file
        self.limits = limits
        lines = TextLines(bytes: bytes)
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
        event.initialize(to: yaml_event_t())
    }

    mutating func close() {
        yaml_event_delete(event)
        if isParserOpen { yaml_parser_delete(parser) }
        event.deallocate()
        parser.deallocate()
    }

    /// Reads segment after segment: a broken document ends one, the next `---` starts another.
    mutating func readText() {
        var cursor = TextCursor(bytes: bytes)
        repeat {
            let resume = readSegment(from: cursor)
            guard let resume, !isExhausted, cursor.seekDocumentStart(fromLine: resume) else {
                break
            }
        } while true
        if result.documents.isEmpty, result.diagnostics.isEmpty, result.damaged.isEmpty {
            result.diagnostics.append(
                Diagnostic(
                    .warning,
                    .emptyManifest,
                    "the file holds no document",
                    at: SourceRange(wholeFile: file)
                )
            )
        }
    }

    /// Reads until the text ends or a document breaks; answers the line from which to resume.
    private mutating func readSegment(from cursor: TextCursor) -> Int? {
        open(from: cursor)
        hasFailed = false
        var documentLine = cursor.line
        while advance() {
            switch event.pointee.type {
            case YAML_STREAM_END_EVENT: return nil
            case YAML_DOCUMENT_START_EVENT:
                isDamaged = false
                documentLine = position(event.pointee.start_mark).line
                checkDirectives()
                documentLine = max(documentLine, position(event.pointee.end_mark).line)
                readDocument()
            default: break
            }
            if hasFailed { return max(documentLine + 1, failureLine) }
        }
        // What broke before its first value left no trace of what it is.
        result.mayHideDocuments = true
        return max(documentLine + 1, failureLine)
    }

    private var failureLine: Int {
        parser.pointee.error == YAML_NO_ERROR ? 0 : position(parser.pointee.problem_mark).line
    }

    private mutating func open(from cursor: TextCursor) {
        yaml_event_delete(event)
        if isParserOpen { yaml_parser_delete(parser) }
        isParserOpen = yaml_parser_initialize(parser) == 1
        guard isParserOpen else { return }
        lineBase = cursor.line - 1
        let rest = UnsafeBufferPointer(rebasing: bytes[cursor.offset...])
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, rest.baseAddress, rest.count)
    }

    private mutating func readDocument() {
        guard advance() else {
            result.mayHideDocuments = true
            return
        }
        let root = readNode(depth: 1)
        guard !hasFailed, advance() else {
            result.fragments.append(root)
            return
        }
        if isDamaged {
            result.damaged.append(root)
        } else if !root.isEmptyPlain {
            result.documents.append(root)
        }
    }

    private mutating func advance() -> Bool {
        yaml_event_delete(event)
        guard isParserOpen, !isExhausted, yaml_parser_parse(parser, event) == 1 else {
            if !isExhausted { reportSyntax() }
            hasFailed = true
            return false
        }
        return true
    }

    private mutating func readNode(depth: Int) -> Node {
        nodeCount += 1
        let range = range(event.pointee.start_mark, event.pointee.end_mark)
        if nodeCount > limits.nodesMax {
            fail(.limitExceeded, "the file has more than \(limits.nodesMax) nodes", at: range)
            return Node(.scalar(.init("")), at: range)
        }
        switch event.pointee.type {
        case YAML_SCALAR_EVENT: return readScalar(at: range)
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
            guard depth <= limits.depthMax else {
                fail(.tooDeep, "values are nested deeper than \(limits.depthMax) levels", at: range)
                return Node(.scalar(.init("")), at: range)
            }
            return event.pointee.type == YAML_SEQUENCE_START_EVENT
                ? readSequence(depth: depth, at: range) : readMapping(depth: depth, at: range)
        default:
            let name = event.pointee.data.alias.anchor.map { String(cString: $0) } ?? ""
            damage(
                .aliasNotAllowed,
                "the alias '*\(name.excerpt)' is not allowed",
                at: range,
                hint: "write the value out; quote the text if it begins with '*'"
            )
            return Node(.scalar(.init("", style: .quoted)), at: range)
        }
    }

    private mutating func readScalar(at range: SourceRange) -> Node {
        let data = event.pointee.data.scalar
        if data.anchor != nil { refuseAnchor(data.anchor, at: range) }
        if data.length > limits.scalarBytesMax {
            fail(
                .limitExceeded,
                "the text has \(data.length) bytes, more than the \(limits.scalarBytesMax) allowed",
                at: range
            )
            return Node(.scalar(.init("", style: .quoted)), at: range)
        }
        let buffer = UnsafeBufferPointer(start: data.value, count: data.length)
        let text = String(decoding: buffer, as: UTF8.self)
        var style: Node.Scalar.Style
        switch data.style {
        case YAML_PLAIN_SCALAR_STYLE: style = .plain
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: style = .block
        default:
            style = .quoted
            if buffer.contains(0) {
                damage(.badEncoding, "the text holds the character NUL", at: range)
            }
        }
        if let tag = data.tag { style = checkScalarTag(String(cString: tag), style, at: range) }
        let isLiteral = data.style == YAML_LITERAL_SCALAR_STYLE && data.tag == nil
        let column = isLiteral ? lines.bodyColumn(of: text, below: range.start.line) : 0
        return Node(.scalar(.init(text, style: style, bodyColumn: column)), at: range)
    }

    private mutating func readSequence(depth: Int, at start: SourceRange) -> Node {
        let data = event.pointee.data.sequence_start
        let isBlock = data.style == YAML_BLOCK_SEQUENCE_STYLE
        checkCollection(
            anchor: data.anchor,
            tag: data.tag,
            core: "tag:yaml.org,2002:seq",
            at: start
        )
        var items: [Node] = []
        var range = start
        while advance() {
            if event.pointee.type == YAML_SEQUENCE_END_EVENT {
                if !isBlock { range.end = position(event.pointee.end_mark) }
                break
            }
            items.append(readNode(depth: depth + 1))
            if hasFailed { break }
        }
        if isBlock, let last = items.last { range.end = last.range.end }
        return Node(.sequence(items), at: range)
    }

    private mutating func readMapping(depth: Int, at start: SourceRange) -> Node {
        let data = event.pointee.data.mapping_start
        let isBlock = data.style == YAML_BLOCK_MAPPING_STYLE
        checkCollection(
            anchor: data.anchor,
            tag: data.tag,
            core: "tag:yaml.org,2002:map",
            at: start
        )
        var entries: [Node.Entry] = []
        var index = KeyIndex()
        var range = start
        while advance() {
            if event.pointee.type == YAML_MAPPING_END_EVENT {
                if !isBlock { range.end = position(event.pointee.end_mark) }
                break
            }
            let keyNode = readNode(depth: depth + 1)
            guard !hasFailed else { break }
            let key = checkKey(keyNode)
            guard !hasFailed, advance() else { break }
            let value = readNode(depth: depth + 1)
            if let key {
                if let first = index.insert(key, into: entries) {
                    damageDuplicate(
                        key,
                        at: keyNode.range,
                        first: entries[first].keyRange,
                        mayBeginDocument: depth == 1 && first == 0 && isBlock
                    )
                } else {
                    entries.append(.init(key: key, keyRange: keyNode.range, value: value))
                }
            }
            if hasFailed { break }
        }
        if isBlock, let last = entries.last { range.end = max(range.end, last.value.range.end) }
        return Node(.mapping(entries), at: range)
    }

    // What the checks need of the reader's state.

    func position(_ mark: yaml_mark_t) -> SourcePosition {
        lines.clamped(
            SourcePosition(line: Int(mark.line) + lineBase + 1, column: Int(mark.column) + 1)
        )
    }

    func range(_ start: yaml_mark_t, _ end: yaml_mark_t) -> SourceRange {
        SourceRange(file: file, start: position(start), end: position(end))
    }

    /// Reports what makes the document useless, and reads on to find more.
    mutating func damage(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String? = nil,
        notes: [Diagnostic.Note] = []
    ) {
        isDamaged = true
        report(Diagnostic(code, message, at: range, hint: hint, notes: notes))
    }

    /// Reports what ends the reading of the document.
    mutating func fail(_ code: DiagnosticCode, _ message: String, at range: SourceRange) {
        hasFailed = true
        if code == .limitExceeded { isExhausted = nodeCount > limits.nodesMax }
        if isExhausted { result.mayHideDocuments = true }
        report(Diagnostic(code, message, at: range))
    }

    mutating func report(_ finding: Diagnostic) {
        guard !isExhausted || result.diagnostics.count < limits.findingsMax else { return }
        result.diagnostics.append(finding)
        guard result.diagnostics.count >= limits.findingsMax else { return }
        isExhausted = true
        result.mayHideDocuments = true
        hasFailed = true
        result.diagnostics.append(
            Diagnostic(
                .limitExceeded,
                "the file has more than \(limits.findingsMax) findings",
                at: finding.range,
                hint: "the rest of the file was not read"
            )
        )
    }
}

/// Finds equal keys: by comparing while there are few, by hashing when there are many.
struct KeyIndex {
    private var places: [String: Int] = [:]

    /// Answers the place of an equal key; otherwise notes that `key` is about to be appended.
    mutating func insert(_ key: String, into entries: [Node.Entry]) -> Int? {
        if entries.count < 16 { return entries.firstIndex { $0.key == key } }
        if places.isEmpty {
            for (place, entry) in entries.enumerated() { places[entry.key] = place }
        }
        if let place = places[key] { return place }
        places[key] = entries.count
        return nil
    }
}
