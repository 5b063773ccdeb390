// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import Diagnostics
import FleetModel
import FleetServer
import Git
import SystemPackage

/// `aplomb serve`: the engine as a service that AWS's own clients can use.
struct ServeCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the Systems Manager and Resource Groups API.",
        discussion: """
            The engine's state is in the state directory; one server at a time uses it. The nodes that \
            the fleets of REPO host (sandbox and local) run in this process. What they should be is \
            another's business: a fleet with 'provider: {server: {url: …}}' is reconciled through it.
            Requests are signed with keys of 'aplomb access-key create'.
            Examples:
              aplomb serve /srv/fleet --api 127.0.0.1:8080
              aws --endpoint-url http://127.0.0.1:8080 ssm describe-instance-information
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Fleet repositories whose hosted nodes this server runs.",
            valueName: "repo"
        )
    )
    var repositories: [String] = []

    @Option(
        help: ArgumentHelp("The folder of the fleet within each repository.", valueName: "dir")
    )
    var path: String?

    @Option(help: ArgumentHelp("The branch, tag or commit to read.", valueName: "rev"))
    var ref: String?

    @Option(
        help: ArgumentHelp(
            "Where to listen for the API; port 0 takes any that is free.",
            valueName: "address"
        )
    )
    var api = ListenAddress(host: "127.0.0.1", port: 8080)

    @Option(
        help: ArgumentHelp("The certificate with its chain, in PEM.", valueName: "file")
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "Listen without TLS where other machines can reach it.")
    var insecureListen = false

    @OptionGroup var state: StateOptions
    @OptionGroup(title: "Reaching a remote repository") var remote: RemoteOptions

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let directory = state.directory(in: environment)
        var fleets: [ServeRequest.Fleet] = []
        for repository in repositories {
            fleets.append(try await fleet(repository, directory, environment))
        }
        if AccessKeyStore(stateDirectory: directory.string).keys().isEmpty {
            environment.console.note(
                "note: there is no access key yet; 'aplomb access-key create' makes one"
            )
        }
        let (console, api) = (environment.console, api)
        let scheme = tlsCertificate == nil ? "http" : "https"
        do {
            try await environment.serve(
                ServeRequest(
                    fleets: fleets,
                    stateDirectory: directory,
                    host: api.host,
                    port: api.port,
                    tls: tls(in: environment),
                    allowsInsecure: insecureListen,
                    holder: "process \(environment.processID) since \(environment.now())",
                    ready: { port, nodes in
                        let address = ListenAddress(host: api.host, port: port)
                        console.note(
                            "ready: \(scheme)://\(address) (\(nodes) \(nodes == 1 ? "node" : "nodes"))"
                        )
                    },
                    report: { console.note("error: \($0)") }
                )
            )
        } catch let error as FleetLock.Held {
            throw CommandError(
                .notRun,
                "another server uses the state directory \(directory): \(error.holder)",
                hint: "one server at a time; --state-dir names another directory"
            )
        } catch let error as ServerError {
            throw CommandError(.failed, error.message, hint: error.hint)
        }
        return .success
    }

    private func fleet(
        _ repository: String,
        _ directory: FilePath,
        _ environment: CommandEnvironment
    ) async throws -> ServeRequest.Fleet {
        let selection = SourceSelection(
            repository: repository,
            path: path,
            ref: ref,
            remote: remote
        )
        let loaded = try await environment.loader(selection, directory, content: .commit).load()
        if loaded.diagnostics.hasErrors { environment.showDiagnostics(loaded) }
        let desired = try loaded.valid()
        return ServeRequest.Fleet(
            desired: desired,
            ownership: Ownership(
                repository: loaded.location.description,
                fleet: desired.fleet.name
            )
        )
    }

    private func tls(in environment: CommandEnvironment) -> ServeRequest.TLS? {
        guard let tlsCertificate, let tlsKey else { return nil }
        let base = environment.workingDirectory
        return ServeRequest.TLS(
            certificateChain: base.pushing(FilePath(tlsCertificate)),
            privateKey: base.pushing(FilePath(tlsKey))
        )
    }
}
