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

    mutating func refuseDirective(at start: SourcePosition) {
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
            "the anchor '&\(name.excerpt)' is not allowed",
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
            "the tag '\(name.excerpt)' is not allowed here",
            at: range,
            hint: "remove the tag; quote the text if it begins with '!'"
        )
    }

    /// Answers the text of a key; reports and answers `nil` for anything that is not one.
    mutating func checkKey(_ node: Node) -> String? {
        guard case .scalar(let scalar) = node.content else {
            damage(
                .keyNotString,
                "a list or mapping cannot be a key",
                at: node.range,
                hint: "quote the text if it is one: it begins with '{' or '['"
            )
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
                    ? "the key is empty"
                    : "the key '\(scalar.text.excerpt)' may be read as \(meaning.phrase)",
                at: node.range,
                hint: "quote it: \"\(scalar.text.excerpt)\""
            )
            return nil
        }
        return scalar.text
    }

    /// Reports a key that stands in its mapping already.
    ///
    /// The first key of a document, given again, mostly begins another document.
    mutating func damageDuplicate(
        _ key: String,
        at range: SourceRange,
        first: SourceRange,
        mayBeginDocument: Bool
    ) {
        if mayBeginDocument { result.mayHideDocuments = true }
        damage(
            .duplicateKey,
            "the key '\(key.excerpt)' is given twice",
            at: range,
            hint: mayBeginDocument
                ? "if another object begins here, put a line with --- before it" : nil,
            notes: [.init("first given here", at: first)]
        )
    }
}
