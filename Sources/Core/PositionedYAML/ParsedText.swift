// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// What a text holds: its documents, and everything wrong with it.
///
/// Parsing never throws. A document with an error is not among `documents`, and the error says so:
/// a broken document never looks like an absent one.
package struct ParsedText: Hashable, Sendable {
    /// The documents without an error, in the order of the text; empty ones are left out.
    package var documents: [Node]
    package var diagnostics: [Diagnostic]
    /// Documents that could be read to their end, and hold an error such as a duplicate key.
    ///
    /// For finding more mistakes in them and for knowing their names, never for use.
    package var damaged: [Node]
    /// What was read of documents before the error that ended the reading.
    package var fragments: [Node]
    /// There may be documents that are in none of these: the text was not read to its end, or two
    /// documents stand in one for want of a `---`.
    package var mayHideDocuments: Bool

    package init(
        documents: [Node] = [],
        diagnostics: [Diagnostic] = [],
        damaged: [Node] = [],
        fragments: [Node] = [],
        mayHideDocuments: Bool = false
    ) {
        self.documents = documents
        self.diagnostics = diagnostics
        self.damaged = damaged
        self.fragments = fragments
        self.mayHideDocuments = mayHideDocuments
    }
}

/// How much of a text is read before the reader gives up (F-11, BI-030, BI-031).
///
/// The budgets bound time and memory for texts of strangers; honest manifests stay far below.
package struct ParseLimits: Hashable, Sendable {
    package var bytesMax: Int
    package var scalarBytesMax: Int
    package var keyBytesMax: Int
    /// Counts scalars, sequences, mappings and keys of the whole text.
    package var nodesMax: Int
    package var depthMax: Int
    /// Findings per text; the reader stops after the last one.
    package var findingsMax: Int

    package init(
        bytesMax: Int = 2 << 20,
        scalarBytesMax: Int = 512 << 10,
        keyBytesMax: Int = 1024,
        nodesMax: Int = 100_000,
        depthMax: Int = 64,
        findingsMax: Int = 100
    ) {
        self.bytesMax = bytesMax
        self.scalarBytesMax = scalarBytesMax
        self.keyBytesMax = keyBytesMax
        self.nodesMax = nodesMax
        self.depthMax = depthMax
        self.findingsMax = findingsMax
    }
}

/// Reads a text by the ending of its file name: `.json` as JSON, anything else as YAML.
package func parseText(
    _ bytes: [UInt8],
    file: String,
    limits: ParseLimits = ParseLimits()
) -> ParsedText {
    file.lowercased().hasSuffix(".json")
        ? parseJSON(bytes, file: file, limits: limits)
        : parseYAML(bytes, file: file, limits: limits)
}

extension DiagnosticCode {
    package static let emptyManifest: Self = "EMPTY_MANIFEST"
    package static let badEncoding: Self = "BAD_ENCODING"
    package static let yamlSyntax: Self = "YAML_SYNTAX"
    package static let jsonSyntax: Self = "JSON_SYNTAX"
    package static let duplicateKey: Self = "DUPLICATE_KEY"
    package static let keyNotString: Self = "KEY_NOT_STRING"
    package static let aliasNotAllowed: Self = "ALIAS_NOT_ALLOWED"
    package static let mergeKeyNotAllowed: Self = "MERGE_KEY_NOT_ALLOWED"
    package static let tagNotAllowed: Self = "TAG_NOT_ALLOWED"
    package static let tooDeep: Self = "TOO_DEEP"
    package static let limitExceeded: Self = "LIMIT_EXCEEDED"
    package static let directiveNotAllowed: Self = "DIRECTIVE_NOT_ALLOWED"
    package static let mergeConflictMarker: Self = "MERGE_CONFLICT_MARKER"
    package static let ambiguousScalar: Self = "AMBIGUOUS_SCALAR"
    package static let typeMismatch: Self = "TYPE_MISMATCH"
    package static let outOfRange: Self = "OUT_OF_RANGE"
}
