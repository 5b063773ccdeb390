// SPDX-License-Identifier: Apache-2.0
import Commands
import Controller
import FleetEngine
import FleetModel
import FleetServer
import Foundation
import LinuxHost
import SystemPackage
import SystemsManagerAPI

/// Serves the embedded engine of a state directory.
enum LocalServer {
    static func run(_ request: ServeRequest) async throws {
        let directory = request.stateDirectory.appending("server")
        try StateFile.makePrivateDirectory(directory)
        let lock = try FleetLock(path: directory.appending("lock"), holder: request.holder)
        defer { withExtendedLifetime(lock) {} }
        let place = HostedEngine.Place(
            directory: directory,
            store: directory.appending("store.sqlite")
        )
        let hosted = try await HostedEngine.open(place, mode: .readWrite)
        do {
            let runner = try ProcessRunner()
            try await SandboxNode.sweep(directory.string, runner: runner)
            for fleet in request.fleets {
                try await hosted.attach(
                    fleet.desired.hostedNodes,
                    of: fleet.ownership,
                    in: place,
                    runner
                )
            }
            try await serve(request, hosted)
        } catch {
            await hosted.close()
            throw error
        }
        await hosted.close()
    }

    private static func serve(_ request: ServeRequest, _ hosted: HostedEngine) async throws {
        let keys = AccessKeyStore(stateDirectory: request.stateDirectory.string)
        let engine = hosted.engine
        let handler = RequestHandler(
            engine: engine,
            configuration: RequestHandler.Configuration(
                findKey: { keys.key($0) },
                now: { Timestamp(Date()) },
                makeRequestID: { UUID().uuidString.lowercased() },
                isReady: { (try? await engine.perform(ListDocuments(maxResults: 1))) != nil },
                report: request.report
            )
        )
        let server = APIServer(
            configuration: APIServer.Configuration(
                host: request.host,
                port: request.port,
                tls: request.tls.map {
                    APIServer.TLSFiles(
                        certificateChain: $0.certificateChain.string,
                        privateKey: $0.privateKey.string
                    )
                },
                allowsInsecure: request.allowsInsecure
            ),
            handler: handler
        )
        let nodes = request.fleets.reduce(0) { $0 + $1.desired.hostedNodes.count }
        try await server.run { port in request.ready(port, nodes) }
    }
}
