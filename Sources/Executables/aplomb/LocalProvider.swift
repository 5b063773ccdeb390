// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetEngine
import FleetModel
import LinuxHost
import SystemPackage

/// Opens the embedded engine with the nodes that this machine hosts.
enum LocalProvider {
    static func open(_ request: ProviderSession.Request) async throws -> ProviderSession {
        let place = HostedEngine.Place(
            directory: request.directory.path,
            store: request.directory.store
        )
        let hosted = try await HostedEngine.open(place, mode: request.mode)
        if request.mode == .readWrite {
            let runner = try ProcessRunner()
            try await SandboxNode.sweep(place.directory.string, runner: runner)
            try await hosted.attach(
                request.desired.hostedNodes,
                of: request.ownership,
                in: place,
                runner
            )
        }
        let engine = hosted.engine
        return ProviderSession(
            manager: engine,
            refreshInventory: { nodes, types in
                _ = await engine.refreshInventory(nodes: nodes, types: types)
            },
            close: { await hosted.close() }
        )
    }
}
