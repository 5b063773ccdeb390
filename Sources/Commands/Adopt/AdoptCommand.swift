// SPDX-License-Identifier: Apache-2.0
import Adoption
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Manifests
import Planning
import Reports
import SystemPackage

/// `aplomb adopt`: from what a provider has to what git says, with a proof that nothing moves.
struct AdoptCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Writes manifests for what the provider has already, and takes it over.",
        discussion: """
            Without names it lists what no fleet owns, and does nothing. Three steps, in this order:
              1. aplomb adopt --all        writes manifests and documents, once a plan has proven \
            that they say exactly what is there
              2. git add and git commit    until then nothing is this fleet's
              3. aplomb adopt --take       tags the objects as this fleet's, and changes nothing else
            Until the third step plans report that the objects were made by someone else, and leave \
            them alone. The tags hold the file, the commit and the digest of what the object is. \
            Only what the commit declares is taken: a reconcile deletes what the fleet owns and git \
            does not declare. What another fleet owns is always refused.
            An object that is only to be watched, or left alone, is named under 'ownership' of the \
            Fleet instead.
            Exit codes: 0 done; 1 something that was asked for was left as it is, and why is shown.
            Examples:
              aplomb adopt
              aplomb adopt Document/motd Association/web-motd
              aplomb adopt --all --output-dir environments/prod/legacy
              aplomb adopt --take --dry-run
            """
    )

    @Argument(help: ArgumentHelp("The objects, such as Document/motd.", valueName: "kind/name"))
    var names: [String] = []

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Flag(help: "Everything that no fleet owns.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Where a file per object is written; 'adopted' in the fleet's folder by default.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var outputDir: String?

    @Option(
        help: ArgumentHelp("Write all manifests to one file instead.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    @Flag(help: "Tag what the commit declares and no fleet owns as this fleet's.")
    var take = false

    @Flag(help: "Prove it and show it, and do nothing.")
    var dryRun = false

    @Flag(help: "Also associations that the next reconcile would run, because they are due.")
    var allowRuns = false

    @Option(help: "How to write the result: text or json.")
    var output: ReconcileCommand.Format = .text

    func validate() throws {
        if all, !names.isEmpty { throw ValidationError("'--all' and names exclude each other") }
        if outputDir != nil, file != nil {
            throw ValidationError("'--output-dir' and '--file' exclude each other")
        }
        if take, outputDir != nil || file != nil {
            throw ValidationError("'--take' writes no files")
        }
        if let file, !file.hasSuffix(".yaml"), !file.hasSuffix(".yml") {
            throw ValidationError("'--file' must end in .yaml or .yml: nothing else is read")
        }
    }

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let objects = try references()
        let directory = state.directory(in: environment)
        let loader = try environment.loader(
            source.selection,
            directory,
            content: take ? .commit : .workTree
        )
        let loaded = try await loader.load()
        guard !loaded.diagnostics.hasErrors else {
            environment.showDiagnostics(loaded)
            _ = try loaded.valid()
            return .refused
        }
        let options = Reconciler.AdoptionOptions(
            objects: objects,
            layout: try layout(loaded, environment),
            mode: take ? .take : all || objects != nil ? .write : .list,
            isDryRun: dryRun,
            dueRuns: allowRuns ? .allow : .refuse
        )
        let reconciler = environment.reconciler(directory)
        let report =
            take
            ? try await reconciler.take(loaded, options)
            : try await reconciler.adopt(loaded, from: loader, options)
        show(report, environment)
        return options.mode != .list && report.leavesSomething ? .failed : .success
    }

    private func references() throws -> [ObjectReference]? {
        guard !names.isEmpty else { return nil }
        return try names.map { text in
            guard let object = ObjectReference(typed: text), object.kind != .policy else {
                throw CommandError(
                    .usage,
                    "'\(text)' names no object that a provider has",
                    hint: "write Kind/name with one of Association, Document, Node, ResourceGroup"
                )
            }
            return object
        }
    }

    /// Where files go; options are relative to the working directory, as everywhere.
    private func layout(
        _ loaded: LoadedFleet,
        _ environment: CommandEnvironment
    ) throws -> AdoptionLayout {
        guard let chosen = outputDir ?? file, let root = loaded.folder else {
            let folder = loaded.desired?.fleet.path ?? ""
            return .folder(folder.isEmpty ? "adopted" : "\(folder)/adopted")
        }
        var path = environment.workingDirectory.pushing(FilePath(chosen)).lexicallyNormalized()
        guard path.removePrefix(root.lexicallyNormalized()) else {
            throw CommandError(
                .usage,
                "'\(chosen)' is outside of the repository '\(root)'",
                hint: "files are read from the folders of the fleet only"
            )
        }
        return outputDir == nil ? .file(path.string) : .folder(path.string)
    }

    private func show(_ report: AdoptionReport, _ environment: CommandEnvironment) {
        guard output == .text else {
            return environment.console.write(AdoptionJSONView.render(report))
        }
        let style = environment.console.style(.output)
        environment.console.write(
            AdoptionTerminalView.render(report, style: style, next: next(report))
        )
    }

    /// The command that carries on from here.
    private func next(_ report: AdoptionReport) -> [String] {
        func command(_ more: String) -> String {
            var words = ["aplomb adopt"]
            if source.location != "." { words.append("--repo \(source.location)") }
            if let path = source.path { words.append("--path \(path)") }
            words.append(more)
            if allowRuns { words.append("--allow-runs") }
            return words.joined(separator: " ")
        }
        func has(_ state: AdoptedObject.State) -> Bool {
            report.objects.contains { $0.state == state }
        }
        if has(.written) {
            // A node is tagged by the next reconcile, as every node that git declares.
            let isTakeable = report.objects.contains {
                $0.state == .written && $0.object.kind != .node
            }
            return isTakeable
                ? ["look at the files and commit them, then", command("--take")]
                : ["look at the files and commit them; the next reconcile tags the nodes"]
        }
        if has(.takeable) { return [command("--take")] }
        if has(.adoptable) {
            var place = ""
            if let outputDir { place = " --output-dir \(outputDir)" }
            if let file { place = " --file \(file)" }
            return [command((names.isEmpty ? "--all" : names.joined(separator: " ")) + place)]
        }
        guard has(.declared) else { return [] }
        return report.commit.isEmpty
            ? ["commit the manifests, then", command("--take")] : [command("--take")]
    }
}
