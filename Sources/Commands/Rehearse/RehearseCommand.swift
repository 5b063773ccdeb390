// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import Git
import Rehearsals
import Reports
import SSMDocuments
import SystemPackage

/// `aplomb rehearse`: a document on a clone of a node, and the exact list of what it would change.
struct RehearseCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Runs a document on a clone of a node, and says what it would change there.",
        discussion: """
            Any document, any script: it runs on a copy-on-write clone of the node, without network \
            and with nothing of the node's that it could reach, and the clone is thrown away. The \
            node is not touched, and nothing is written to the store or the status branch. Needs \
            root. What a rehearsal cannot see stands at the end of its report.

            The content is that of the checked-out commit; --ref names another, --uncommitted takes \
            the files as they are. On a node that is this machine itself ('local: {}') only a \
            revision that a reconcile has accepted is rehearsed, unless --ref or --uncommitted says \
            otherwise: what is rehearsed can read that machine.

            Exit codes: 0 rehearsed; 1 could not be rehearsed; 2 with --detailed-exitcode when \
            something would change; 3 a step failed in rehearsal; 4 the revision is refused; 75 the \
            node is in use by a run.
            Examples:
              aplomb rehearse motd --node web-1
              aplomb rehearse motd --node web-1 --uncommitted --parameters greeting=Hello
              aplomb rehearse Document/AWS-RunShellScript --node web-1 --parameters 'commands=id'
            """
    )

    @Argument(
        help: ArgumentHelp(
            "An association or a document; 'Document/NAME' where both have the name.",
            valueName: "name"
        )
    )
    var name: String

    @Option(help: ArgumentHelp("The node to clone.", valueName: "name"))
    var node: String

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Flag(help: "Take the files of the work tree as they are.")
    var uncommitted = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Parameters as name=value, over those of the association.",
            valueName: "name=value"
        )
    )
    var parameters: [String] = []

    @Option(help: "The network of the clone: none or host.")
    var network: DesiredNode.Sandbox.Network = .none

    @Option(
        name: .customLong("init"),
        help: "What boots in the clone: none or systemd; else what the node has."
    )
    var initializer: DesiredNode.Sandbox.Initializer?

    @Option(help: "How to write the report: text, json or markdown.")
    var output: OutputFormat = .text

    @Flag(help: "List changes in caches, logs and databases of packages, too.")
    var all = false

    @Flag(
        name: .customLong("detailed-exitcode"),
        help: "Exit 2 when something would change."
    )
    var detailedExitCode = false

    func validate() throws {
        if uncommitted, source.ref != nil {
            throw ValidationError("--uncommitted and --ref exclude each other")
        }
    }

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let values = try RehearsedWork.parameters(parameters)
        let stateDirectory = state.directory(in: environment)
        let loaded = try await environment.loader(
            source.selection,
            stateDirectory,
            content: uncommitted ? .workTree : .commit
        ).load()
        if loaded.diagnostics.hasErrors { environment.showDiagnostics(loaded) }
        let desired = try loaded.valid()
        let work = try RehearsedWork(named: name, in: desired, overriding: values)
        let node = try self.node(in: desired)
        let ownership = Ownership(
            repository: loaded.location.description,
            fleet: desired.fleet.name
        )
        let directory = FleetDirectory(stateDirectory: stateDirectory, ownership: ownership)
        if node.host == .local { try await checkAcceptance(loaded, directory) }
        if let association = work.association, !desired.mayApply(association, to: node) {
            environment.console.note(
                "note: association '\(association.name)' does not target node '\(node.name)'"
            )
        }
        let facts = NodeFacts(nodeID: NodeID(hosting: node.name, for: ownership), name: node.name)
        let commandID = CommandID(environment.makeRunID())
        let found = try await environment.rehearse(
            RehearsalRequest(
                subject: RehearsalSubject(
                    fleet: desired.fleet.name,
                    node: node.name,
                    association: work.association?.name,
                    document: work.name,
                    commit: loaded.commit?.id.hex ?? "",
                    dependsOn: work.association?.dependsOn ?? []
                ),
                node: node,
                network: network,
                initializer: initializer ?? node.initializer,
                stateDirectory: stateDirectory,
                directory: directory,
                holder: "rehearsal, process \(environment.processID) since \(environment.now())"
            ) { platformName, platformVersion in
                var facts = facts
                facts.platformName = platformName
                facts.platformVersion = platformVersion
                return try work.resolve(for: facts, commandID: commandID)
            }
        )
        let report = RehearsalReport.make(found, detail: all ? .all : .brief)
        environment.console.write(render(report, environment))
        guard report.status == .success else { return .partial }
        return detailedExitCode && report.changed ? .changed : .success
    }

    private func node(in desired: DesiredState) throws -> DesiredNode {
        guard let node = desired.nodes.first(where: { $0.name == self.node }) else {
            throw CommandError.missing("node", self.node, among: desired.nodes.map(\.name))
        }
        guard node.host != .managed, desired.fleet.provider == .local else {
            throw CommandError(
                .failed,
                "node '\(node.name)' is not on this machine, so it cannot be cloned here",
                hint: "rehearse on a node with 'sandbox: {}' or 'local: {}'"
            )
        }
        return node
    }

    /// What is rehearsed runs as root and can read the machine: not every commit may.
    private func checkAcceptance(_ loaded: LoadedFleet, _ directory: FleetDirectory) async throws {
        guard !uncommitted, source.ref == nil,
            try await !loaded.isAccepted(in: directory)
        else { return }
        throw CommandError(
            .refused,
            "no reconcile has accepted \(loaded.commit?.id.short ?? "this revision") on this "
                + "machine, and node '\(node)' is this machine",
            hint: "to rehearse it all the same, say so with --ref or --uncommitted"
        )
    }

    private func render(_ report: RehearsalReport, _ environment: CommandEnvironment) -> String {
        switch output {
        case .json: RehearsalJSONView.render(report)
        case .markdown: RehearsalMarkdownView.render(report)
        case .text:
            RehearsalTerminalView.render(report, style: environment.console.style(.output))
        }
    }
}

extension DesiredNode {
    /// What boots in it.
    var initializer: Sandbox.Initializer {
        guard case .sandbox(let settings) = host else { return .none }
        return settings.initializer
    }
}

extension DesiredNode.Sandbox.Network: ExpressibleByArgument {}
extension DesiredNode.Sandbox.Initializer: ExpressibleByArgument {}
