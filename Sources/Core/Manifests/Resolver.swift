// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML
import SSMDocuments

/// Joins the files of one fleet: scope, patches, names.
///
/// The references come after.
struct Resolver {
    let location: FleetLocation
    var diagnostics: [Diagnostic] = []
    var settings: FleetSettings?
    var table = ObjectTable()
    /// A policy: a search costs as much as there are names, and nobody reads hundreds of hints.
    private var suggestionsLeft = 100
    /// Which queries select some declared node: many associations ask the same ones.
    var selectsSome: [TagQuery: Bool] = [:]
    let files: [ParsedFile]
    /// The manifests that a patch changed, by kind and name.
    private(set) var patchedAssociations: [String: Node] = [:]
    private(set) var hasPatches = false
    /// Where associations give their parameters; `nil` until that is asked for.
    var parameterEntries: [String: Node.Entry]?
    private let allFleets: [FleetLocation]

    init(fleet: FleetLocation, fleets: [FleetLocation], files: [ParsedFile]) {
        location = fleet
        allFleets = fleets
        let nested = Self.nested(in: fleet, fleets)
        let scoped = files.filter { Self.isInScope($0.path, of: fleet, nested: nested) }
        // A snapshot comes sorted, and moving thousands of files to find that out costs.
        let isSorted = zip(scoped, scoped.dropFirst()).allSatisfy { $0.path <= $1.path }
        self.files = isSorted ? scoped : scoped.sorted { $0.path < $1.path }
    }

    /// Whether a fleet reads a file, and not one that lies in its folders.
    static func isInScope(
        _ path: String,
        of fleet: FleetLocation,
        among fleets: [FleetLocation]
    ) -> Bool {
        isInScope(path, of: fleet, nested: nested(in: fleet, fleets))
    }

    private static func nested(in fleet: FleetLocation, _ fleets: [FleetLocation]) -> [String] {
        fleets.map(\.path).filter { path in
            path != fleet.path && !fleet.folders.contains(path)
                && fleet.folders.contains { RepositoryPath.contains($0, path) }
        }
    }

    /// A fleet below another fleet's folder is not part of it.
    private static func isInScope(
        _ path: String,
        of fleet: FleetLocation,
        nested: [String]
    ) -> Bool {
        let folders = fleet.folders.filter { RepositoryPath.contains($0, path) }
        guard !folders.isEmpty else { return false }
        return nested.allSatisfy { other in
            !RepositoryPath.contains(other, path)
                || folders.contains { $0 != other && RepositoryPath.contains(other, $0) }
        }
    }

    /// Goes on from what a former resolve found.
    init(continuing former: ResolvedFleet) {
        location = former.location
        allFleets = former.fleets
        files = []
        table = former.table
        settings = former.settings
        selectsSome = former.selectsSome
    }

    mutating func run() -> LoadResult {
        findSettings()
        checkResources()
        let (patches, patchFiles) = readPatches()
        hasPatches = !patches.isEmpty || !patchFiles.isEmpty
        for file in files {
            diagnostics += file.textDiagnostics
            if file.mayHideObjects { table.mayMissObjects = true }
            guard !patchFiles.contains(file.path) else { continue }
            for manifest in file.manifests { add(manifest, in: file, patches: patches) }
            if let document = file.document { add(document) }
        }
        report(unused: patches)
        checkReferences()
        return LoadResult(desired: desiredState(), diagnostics: inOrder())
    }

    func inOrder() -> [Diagnostic] {
        guard !diagnostics.isEmpty else { return [] }
        var seen = Set<Diagnostic>()
        return diagnostics.filter { seen.insert($0).inserted }.map(\.withoutSecrets)
            .inSourceOrder()
    }

    private func desiredState() -> DesiredState? {
        guard let settings, !diagnostics.hasErrors else { return nil }
        return DesiredState(
            fleet: settings.fleet,
            nodes: table.nodes,
            groups: table.groups,
            documents: table.documents,
            associations: table.associations,
            policies: table.policies.map(\.policy),
            exceptions: table.exceptions.map(\.exception)
        )
    }

    // MARK: Scope

    private mutating func findSettings() {
        for file in files where file.declaresFleet {
            for manifest in file.manifests where manifest.kind == .fleet {
                if manifest.node.range == location.source, case .fleet(let value)? = manifest.value
                {
                    settings = value
                }
            }
        }
    }

    mutating func checkResources() {
        for (text, range) in settings?.resources ?? [] {
            guard let folder = RepositoryPath.resolve(text, in: location.path) else { continue }
            if allFleets.contains(where: { $0.path == folder && folder != location.path }) {
                report(
                    .badPath,
                    "the shared folder '\(folder)' holds a fleet of its own",
                    at: range,
                    hint: "move what is shared to a folder without a Fleet"
                )
            } else if !files.contains(where: { RepositoryPath.contains(folder, $0.path) }) {
                report(
                    .refNotFound,
                    "the shared folder '\(text)' holds no manifest or document",
                    at: range,
                    hint: "it is relative to the folder of the Fleet"
                )
            }
        }
    }

    // MARK: Patches

    private mutating func readPatches() -> (patches: [Patch], files: Set<String>) {
        var patches: [Patch] = []
        var paths: Set<String> = []
        for item in settings?.patches ?? [] {
            guard let reference = item["path"] else {
                if let patch = Patch(item) { patches.append(patch) }
                continue
            }
            guard let text = reference.text,
                let path = RepositoryPath.resolve(text, in: location.path),
                let file = files.first(where: { $0.path == path })
            else {
                report(
                    .refNotFound,
                    "the patch file '\(reference.text ?? "")' is not in the fleet",
                    at: reference.range,
                    hint: "it is relative to the folder of the Fleet"
                )
                continue
            }
            guard paths.insert(path).inserted else { continue }
            for manifest in file.manifests {
                var checker = FieldChecker()
                checker.check(manifest.node, .patch)
                diagnostics += checker.diagnostics
                if let patch = Patch(manifest.node) { patches.append(patch) }
            }
        }
        return (patches, paths)
    }

    private mutating func report(unused patches: [Patch]) {
        for patch in patches where !table.has(patch.kind, patch.name) {
            let names = table.names(of: patch.kind)
            reportMissing(
                "the patch changes the \(patch.kind.rawValue) '\(patch.name.excerpt)',"
                    + " which is not declared",
                patch.name,
                among: names,
                at: patch.nameRange
            )
        }
    }

    // MARK: Objects

    private mutating func add(_ manifest: Manifest, in file: ParsedFile, patches: [Patch]) {
        var manifest = manifest
        for patch in patches
        where patch.kind == manifest.kind && patch.name == manifest.name {
            manifest.node = patch.applied(to: manifest)
            manifest.diagnostics = []
            manifest.value = nil
            if patch.kind == .association { patchedAssociations[patch.name] = manifest.node }
        }
        if manifest.value == nil, manifest.diagnostics.isEmpty, let kind = manifest.kind,
            !file.textDiagnostics.hasErrors
        {
            manifest.decode(as: kind)
        }
        diagnostics += manifest.diagnostics
        guard let kind = manifest.kind, let name = manifest.name else {
            table.mayMissObjects = true
            return
        }
        if kind == .fleet {
            guard manifest.node.range != location.source else { return }
            report(
                .duplicateObject,
                "a folder holds one Fleet",
                at: manifest.nameRange,
                notes: [.init("the first is here", at: location.source)]
            )
            return
        }
        if let first = table.note(kind.rawValue, name, at: manifest.nameRange) {
            reportDuplicate("the \(kind.rawValue) '\(name)'", at: manifest.nameRange, first: first)
            return
        }
        switch manifest.value {
        case .node(let node)?: table.nodes.append(node)
        case .group(let group)?: table.groups.append(group)
        case .association(let association)?: table.associations.append(association)
        case .policy(let declared)?:
            table.policies.append(declared)
            if let remedy = declared.remedy { add(remedy, of: declared) }
        case .exception(let declared)?: table.exceptions.append(declared)
        case .fleet?, nil: break
        }
    }

    /// The association of a remedy's document is one like any other, by a name of its own.
    private mutating func add(_ remedy: DesiredAssociation, of declared: DeclaredPolicy) {
        let range = declared.place("spec.remedy.document")
        if let first = table.note(ManifestKind.association.rawValue, remedy.name, at: range) {
            reportDuplicate("the Association '\(remedy.name)'", at: range, first: first)
            return
        }
        table.associations.append(remedy)
    }

    private mutating func add(_ document: DeclaredDocument) {
        diagnostics += document.diagnostics
        if let first = table.note(ObjectTable.document, document.name, at: document.range) {
            reportDuplicate("the document '\(document.name)'", at: document.range, first: first)
            return
        }
        if let model = document.model { table.models[document.name] = model }
        if let desired = document.desired { table.documents.append(desired) }
    }

    // MARK: Reporting

    private mutating func reportDuplicate(
        _ what: String,
        at range: SourceRange,
        first: SourceRange
    ) {
        report(
            .duplicateObject,
            "\(what) is declared twice",
            at: range,
            notes: [.init("first declared here", at: first)]
        )
    }

    /// Reports a name that nothing has, unless a broken file may hold it.
    mutating func reportMissing(
        _ message: String,
        _ name: String,
        among names: [String],
        at range: SourceRange,
        otherwise advice: String? = nil
    ) {
        guard !table.mayMissObjects else { return }
        var hint = advice
        if suggestionsLeft > 0 {
            suggestionsLeft -= 1
            let sorted = names.sorted()
            hint = nearestName(to: name, among: sorted).map { "did you mean '\($0)'?" } ?? advice
            if hint == nil, (1...8).contains(sorted.count) {
                hint = "declared are \(sorted.joined(separator: ", "))"
            }
        }
        report(.refNotFound, message, at: range, hint: hint)
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
}

/// The objects of a fleet, by kind and name; those with a mistake by name only.
struct ObjectTable {
    static let document = "Document"

    var nodes: [DesiredNode] = []
    var groups: [DesiredGroup] = []
    var documents: [DesiredDocument] = []
    var associations: [DesiredAssociation] = []
    var policies: [DeclaredPolicy] = []
    var exceptions: [DeclaredException] = []
    var models: [String: Document] = [:]
    /// A broken file may declare objects that are not here.
    var mayMissObjects = false
    private var places: [String: [String: SourceRange]] = [:]

    /// Notes a name; answers the place of one that was noted before.
    mutating func note(
        _ kind: ManifestKind,
        _ name: String,
        at range: SourceRange
    ) -> SourceRange? {
        note(kind.rawValue, name, at: range)
    }

    mutating func forget(_ kind: ManifestKind, _ name: String) {
        places[kind.rawValue]?[name] = nil
    }

    mutating func note(_ kind: String, _ name: String, at range: SourceRange) -> SourceRange? {
        if let first = places[kind]?[name] { return first }
        places[kind, default: [:]][name] = range
        return nil
    }

    func has(_ kind: ManifestKind, _ name: String) -> Bool { has(kind.rawValue, name) }
    func has(_ kind: String, _ name: String) -> Bool { places[kind]?[name] != nil }
    func count(of kind: ManifestKind) -> Int { places[kind.rawValue]?.count ?? 0 }
    func names(of kind: ManifestKind) -> [String] { names(of: kind.rawValue) }
    func names(of kind: String) -> [String] { places[kind].map { Array($0.keys) } ?? [] }
}
