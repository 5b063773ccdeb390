// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import FleetModel
import Manifests
package import Planning

/// The manifests of an adoption while it is found out which of them hold.
///
/// What cannot be expressed is refused with a reason and leaves nothing in a file.
package struct AdoptionDraft: Sendable {
    /// The content of a document's default version, as `GetDocument` answers.
    package struct Content: Sendable {
        package var text: String
        package var format: String

        package init(text: String, format: String) {
            self.text = text
            self.format = format
        }
    }

    private struct Entry {
        var path: String
        var text: String
        var warnings: [String] = []
    }

    private var entries: [ObjectReference: Entry] = [:]
    private var refusals: [ObjectReference: [String]] = [:]

    /// Writes the manifests of objects that no fleet owns and git does not declare.
    package init(
        _ objects: [ObjectReference],
        of survey: AdoptionSurvey,
        observed: ObservedState,
        contents: [String: Content],
        layout: AdoptionLayout
    ) {
        for object in objects {
            do throws(Inexpressible) {
                guard !survey.ambiguous.contains(object) else {
                    throw Inexpressible("several of this name exist, and git could mean any")
                }
                entries[object] = try Self.entry(object, observed, contents, layout)
            } catch {
                refusals[object] = [error.reason]
            }
        }
    }

    /// The objects that are still to be adopted.
    package var objects: Set<ObjectReference> { Set(entries.keys) }

    /// Gives an object up.
    package mutating func refuse(_ object: ObjectReference, _ reasons: [String]) {
        entries[object] = nil
        refusals[object, default: []] += reasons
    }

    /// The files, sorted by path; manifests in one file are sorted by kind and name.
    package var files: [AdoptedFile] {
        Dictionary(grouping: entries.sorted { $0.key < $1.key }, by: \.value.path).map {
            path,
            list in
            AdoptedFile(path: path, text: list.map(\.value.text).joined(separator: "---\n"))
        }.sorted { $0.path < $1.path }
    }

    /// The objects of a file.
    package func objects(in path: String) -> [ObjectReference] {
        entries.filter { $0.value.path == path }.keys.sorted()
    }

    /// Gives up what the loader does not accept; answers whether there was any.
    ///
    /// A text that looks like a secret is only a warning to the loader, and not to be written here.
    package mutating func refuse(after diagnostics: [Diagnostic]) -> Bool {
        var isChanged = false
        let places = self
        for diagnostic in diagnostics {
            guard let object = places.object(at: diagnostic.range) else { continue }
            let isSecret = diagnostic.code == .plaintextSecret
            guard diagnostic.severity == .error || isSecret else {
                note(diagnostic.message, on: object)
                continue
            }
            let advice = isSecret ? "git would keep it forever" : diagnostic.hint
            refuse(
                object,
                [([diagnostic.message] + [advice].compactMap(\.self)).joined(separator: "; ")]
            )
            isChanged = true
        }
        return isChanged
    }

    private mutating func note(_ warning: String, on object: ObjectReference) {
        guard entries[object]?.warnings.contains(warning) == false else { return }
        entries[object]?.warnings.append(warning)
    }

    /// The object whose manifest a place is in.
    private func object(at range: SourceRange) -> ObjectReference? {
        var first = 1
        for object in objects(in: range.file) {
            guard let entry = entries[object] else { continue }
            let lines = entry.text.utf8.count { $0 == UInt8(ascii: "\n") }
            if object.kind == .document || range.start.line <= first + lines { return object }
            // The line between two manifests belongs to neither.
            first += lines + 1
        }
        return nil
    }

    /// What has become of every object.
    package func outcome(_ state: AdoptedObject.State) -> [AdoptedObject] {
        entries.map { object, entry in
            AdoptedObject(object, state, file: entry.path, warnings: entry.warnings)
        }
            + refusals.map { object, reasons in
                AdoptedObject(object, .refused, reasons: reasons)
            }
    }

    // MARK: - Entries

    private static func entry(
        _ object: ObjectReference,
        _ observed: ObservedState,
        _ contents: [String: Content],
        _ layout: AdoptionLayout
    ) throws(Inexpressible) -> Entry {
        switch object.kind {
        case .node:
            guard let node = observed.nodes.first(where: { $0.name == object.name }) else { break }
            try check(object, .node)
            return Entry(path: layout.path(of: object), text: ManifestText.node(node))
        case .group:
            guard let group = observed.groups.first(where: { $0.name == object.name }) else {
                break
            }
            try check(object, .resourceGroup)
            return Entry(path: layout.path(of: object), text: ManifestText.group(group))
        case .document:
            guard let document = observed.documents.first(where: { $0.name == object.name }),
                let content = contents[object.name]
            else { break }
            return try entry(document, content, object, layout)
        case .association:
            guard let live = observed.associations.first(where: { $0.name == object.name }) else {
                break
            }
            try check(object, .association)
            return try entry(live, observed, object, layout)
        case .policy: break
        }
        throw Inexpressible("there is no such object")
    }

    private static func check(
        _ object: ObjectReference,
        _ kind: ManifestKind
    ) throws(Inexpressible) {
        if let problem = ManifestName.problem(of: object.name, kind: kind) {
            throw Inexpressible(problem)
        }
        try checkFileName(object.name)
    }

    /// Hidden files are not read.
    private static func checkFileName(_ name: String) throws(Inexpressible) {
        guard name.hasPrefix(".") else { return }
        throw Inexpressible("no file that Aplomb reads is called '\(name)': it begins with a dot")
    }

    private static func entry(
        _ document: ObservedDocument,
        _ content: Content,
        _ object: ObjectReference,
        _ layout: AdoptionLayout
    ) throws(Inexpressible) -> Entry {
        guard Names.isDocumentName(document.name) else {
            throw Inexpressible(
                "a document of git is called otherwise: 3 to 128 letters and digits"
            )
        }
        try checkFileName(document.name)
        let endings = ["YAML": "yaml", "JSON": "json"]
        guard let ending = endings[content.format] else {
            throw Inexpressible("its format is \(content.format), and git's are YAML and JSON")
        }
        let path = layout.path(of: object, extension: ending)
        var entry = Entry(path: path, text: content.text)
        if document.latestVersion != document.defaultVersion {
            entry.warnings.append(
                "git gets the default version \(document.defaultVersion) of"
                    + " \(document.latestVersion)"
            )
        }
        return entry
    }

    private static func entry(
        _ association: ObservedAssociation,
        _ observed: ObservedState,
        _ object: ObjectReference,
        _ layout: AdoptionLayout
    ) throws(Inexpressible) -> Entry {
        let target = try TargetLifting.lift(association.targets, nodes: observed.nodes)
        let document = observed.documents.first { $0.name == association.document }
        let versions = [
            "$DEFAULT", document?.owner == "Self" ? "\(document?.defaultVersion ?? 0)" : "",
        ]
        guard versions.contains(association.documentVersion) else {
            throw Inexpressible(
                "it runs version \(association.documentVersion) of its document, and associations"
                    + " of git run the default one"
            )
        }
        let text = ManifestText.association(association, on: target)
        var entry = Entry(path: layout.path(of: object), text: text)
        if association.name == association.id.nameWithoutOne {
            entry.warnings.append("it has no name at the provider; this one comes from its id")
        }
        for name in association.parameters.keys.sorted() where mayHoldSecret(name) {
            let values = association.parameters[name] ?? []
            guard values.contains(where: { !$0.isEmpty && !$0.hasPrefix("{{") }) else { continue }
            entry.warnings.append("its parameter '\(name)' may hold a secret, and git keeps it")
        }
        return entry
    }

    private static func mayHoldSecret(_ parameter: String) -> Bool {
        let plain = parameter.lowercased().filter { $0 != "_" && $0 != "-" }
        return [
            "password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey",
            "credential",
        ].contains { plain.contains($0) }
    }
}
