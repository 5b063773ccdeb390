// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FleetModel
import PositionedYAML
import SSMDocuments

/// What one file declares, and everything wrong with it that can be seen in it alone.
///
/// A pure function of path and bytes: a caller may keep it as long as the blob is the same (E2).
/// One that is kept is the same object, so that thousands are passed on and compared at little cost.
package final class ParsedFile: Sendable {
    package let path: String
    /// Findings about the file as text: syntax, encoding, secrets.
    package let textDiagnostics: [Diagnostic]
    let manifests: [Manifest]
    let document: DeclaredDocument?
    /// The file is broken before the kind or name of an object in it: anything may be in it.
    let mayHideObjects: Bool
    let declaresFleet: Bool

    fileprivate init(_ draft: FileDraft) {
        path = draft.path
        textDiagnostics = draft.textDiagnostics
        manifests = draft.manifests
        document = draft.document
        mayHideObjects = draft.mayHideObjects
        declaresFleet = draft.manifests.contains { $0.kind == .fleet }
    }

    /// Every finding of this file alone.
    package var diagnostics: [Diagnostic] {
        textDiagnostics + manifests.flatMap(\.diagnostics) + (document?.diagnostics ?? [])
    }
}

/// A file while it is read.
private struct FileDraft {
    var path: String
    var textDiagnostics: [Diagnostic]
    var manifests: [Manifest] = []
    var document: DeclaredDocument?
    var mayHideObjects = false
}

/// One manifest of a file.
struct Manifest: Sendable {
    /// What a manifest without a mistake says.
    enum Value: Sendable {
        case fleet(FleetSettings)
        case node(DesiredNode)
        case group(DesiredGroup)
        case association(DesiredAssociation)
        /// Checked only.
        case policy(DeclaredPolicy)
        case exception(DeclaredException)
    }

    /// `nil` when it is missing or unknown.
    var kind: ManifestKind?
    var name: String?
    var nameRange: SourceRange
    var node: Node
    var diagnostics: [Diagnostic] = []
    /// `nil` when the manifest has a mistake.
    var value: Value?
}

/// A `Fleet` with what is needed to load it.
struct FleetSettings: Sendable {
    var fleet: DesiredFleet
    /// As written, with their places.
    var resources: [(text: String, range: SourceRange)]
    var patches: [Node]
    /// Which objects are not managed, as written.
    var ownership: Node?
}

/// An SSM document of the repository, with what its own check said.
struct DeclaredDocument: Sendable {
    var name: String
    var range: SourceRange
    var diagnostics: [Diagnostic] = []
    /// `nil` when the document has a mistake.
    var desired: DesiredDocument?
    var model: Document?
}

extension Loader {
    /// Reads one file.
    package static func parseFile(_ path: String, _ bytes: [UInt8]) -> ParsedFile {
        ParsedFile(draftFile(path, bytes))
    }

    private static func draftFile(_ path: String, _ bytes: [UInt8]) -> FileDraft {
        if bytes.starts(with: Array("version https://git-lfs.github.com/spec/".utf8)) {
            let finding = Diagnostic(
                .lfsPointer,
                "the file is a pointer of Git LFS, not the content",
                at: SourceRange(wholeFile: path),
                hint: "take the file out of LFS"
            )
            return FileDraft(path: path, textDiagnostics: [finding], mayHideObjects: true)
        }
        let parsed = parseText(bytes, file: path)
        var file = FileDraft(
            path: path,
            textDiagnostics: parsed.diagnostics + Secrets.find(in: bytes, file: path)
        )
        let whole = parsed.documents + parsed.damaged
        if let root = (whole + parsed.fragments).first(where: { $0["schemaVersion"] != nil }),
            root["apiVersion"] == nil
        {
            file.document = readDocument(root, of: parsed, path: path, bytes: bytes)
            // What stands beside a document is refused, and may be what others refer to.
            file.mayHideObjects = whole.count + parsed.fragments.count > 1
            return file
        }
        for node in parsed.documents { file.manifests.append(readManifest(node)) }
        for node in parsed.damaged {
            var manifest = readManifest(node)
            manifest.value = nil
            file.manifests.append(manifest)
        }
        for node in parsed.fragments {
            guard let kind = node["kind"]?.text, let name = node["metadata"]?["name"]?.text else {
                file.mayHideObjects = true
                continue
            }
            file.manifests.append(
                Manifest(
                    kind: ManifestKind(rawValue: kind),
                    name: name,
                    nameRange: node.range,
                    node: node
                )
            )
        }
        if whole.isEmpty, parsed.fragments.isEmpty, parsed.diagnostics.hasErrors {
            file.mayHideObjects = true
        }
        if parsed.mayHideDocuments { file.mayHideObjects = true }
        return file
    }

    private static func readDocument(
        _ root: Node,
        of parsed: ParsedText,
        path: String,
        bytes: [UInt8]
    ) -> DeclaredDocument {
        let name = RepositoryPath.stem(of: path)
        var document = DeclaredDocument(name: name, range: root.range)
        if !Names.isDocumentName(name) {
            document.diagnostics.append(
                Diagnostic(
                    .badName,
                    "'\(name.excerpt)' cannot be the name of a document",
                    at: SourceRange(wholeFile: path),
                    hint: "name the file with 3 to 128 letters, digits, '_', '-' and '.',"
                        + " not starting with aws or amazon"
                )
            )
        }
        for other in parsed.documents + parsed.damaged where other.range != root.range {
            document.diagnostics.append(
                Diagnostic(
                    .invalidDocumentContent,
                    "an SSM document stands alone in its file",
                    at: other.range,
                    hint: "move this to a file of its own"
                )
            )
        }
        // A fragment ends where the text breaks: what is missing in it says nothing.
        guard !parsed.fragments.contains(root) else { return document }
        let (model, findings) = DocumentLoader.load(node: root, contentBytes: bytes.count)
        document.diagnostics += findings
        if bytes.count > Document.sizeMax {
            document.diagnostics.append(
                Diagnostic(
                    .maxDocumentSizeExceeded,
                    "the document has \(bytes.count) bytes, more than \(Document.sizeMax)",
                    at: SourceRange(wholeFile: path)
                )
            )
        }
        guard let model, !parsed.diagnostics.hasErrors, !document.diagnostics.hasErrors else {
            return document
        }
        document.model = model
        document.desired = DesiredDocument(
            name: name,
            documentType: model.documentType,
            format: path.lowercased().hasSuffix(".json") ? .json : .yaml,
            content: String(decoding: bytes.drop(whileMark: [0xEF, 0xBB, 0xBF]), as: UTF8.self),
            source: root.range
        )
        return document
    }

    private static func readManifest(_ node: Node) -> Manifest {
        var manifest = Manifest(nameRange: node.range, node: node)
        guard case .mapping = node.content else {
            manifest.diagnostics.append(
                Diagnostic(
                    .typeMismatch,
                    "a manifest is a mapping, and this is \(node.shape)",
                    at: node.range,
                    hint: "content that is no manifest must not end in .yaml, .yml or .json"
                )
            )
            return manifest
        }
        if let name = node["metadata"]?["name"] {
            manifest.nameRange = name.range
            manifest.name = name.text
        }
        manifest.diagnostics += checkVersion(node)
        let isVersionKnown = manifest.diagnostics.isEmpty
        manifest.kind = readKind(node, into: &manifest.diagnostics)
        guard let kind = manifest.kind, isVersionKnown else { return manifest }
        manifest.decode(as: kind)
        return manifest
    }

    private static func checkVersion(_ node: Node) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        guard let version = node["apiVersion"] else {
            let hint =
                node["kind"] == nil
                ? "a manifest says apiVersion: \(apiVersion), an SSM document says schemaVersion;"
                    + " a file that is neither must not end in .yaml, .yml or .json"
                : "add apiVersion: \(apiVersion)"
            return [
                Diagnostic(.missingField, "'apiVersion' is missing", at: node.range, hint: hint)
            ]
        }
        guard let text = version.string("apiVersion", into: &findings), text != apiVersion else {
            return findings
        }
        let isNewer = text.hasPrefix("aplomb/v")
        findings.append(
            Diagnostic(
                .unsupportedVersion,
                "the version '\(text.excerpt)' is not one of this program",
                at: version.range,
                hint: isNewer
                    ? "this program reads \(apiVersion); a newer one may read it"
                    : "write apiVersion: \(apiVersion)"
            )
        )
        return findings
    }

    private static func readKind(_ node: Node, into findings: inout [Diagnostic]) -> ManifestKind? {
        guard let entry = node.entry("kind") else {
            if node["apiVersion"] != nil {
                let names = ManifestKind.allCases.map(\.rawValue).joined(separator: ", ")
                findings.append(
                    Diagnostic(
                        .missingField,
                        "'kind' is missing",
                        at: node.range,
                        hint: "kinds: \(names)"
                    )
                )
            }
            return nil
        }
        guard let text = entry.value.string("kind", into: &findings) else { return nil }
        if let kind = ManifestKind(rawValue: text) { return kind }
        if ManifestKind.later.contains(text) {
            findings.append(
                Diagnostic(
                    .unknownKind,
                    "the kind '\(text)' is not read by this version",
                    at: entry.value.range,
                    hint: "take it out of the fleet's folders until a later version reads it"
                )
            )
            return nil
        }
        let names = ManifestKind.allCases.map(\.rawValue)
        findings.append(
            Diagnostic(
                .unknownKind,
                "there is no kind '\(text.excerpt)'",
                at: entry.value.range,
                hint: nearestName(to: text, among: names).map { "did you mean '\($0)'?" }
                    ?? "kinds: \(names.joined(separator: ", "))"
            )
        )
        return nil
    }
}

extension RepositoryPath {
    /// The name of a file without folder and extension.
    static func stem(of path: String) -> String {
        let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
        return String(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
    }
}

extension [UInt8] {
    fileprivate func drop(whileMark mark: [UInt8]) -> ArraySlice<UInt8> {
        starts(with: mark) ? dropFirst(mark.count) : self[...]
    }
}
