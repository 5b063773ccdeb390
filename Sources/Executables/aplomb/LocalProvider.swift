// SPDX-License-Identifier: Apache-2.0
import Commands
import Controller
import FleetEngine
import FleetModel
import Foundation
import LinuxHost
import Planning
import SystemPackage

/// Opens the embedded engine with the nodes that this machine hosts.
enum LocalProvider {
    static func open(_ request: ProviderSession.Request) async throws -> ProviderSession {
        let place = HostedEngine.Place(
            directory: request.directory.path,
            store: request.directory.store
        )
        let hosted = try await HostedEngine.open(place, mode: request.mode)
        var rehearse: AssociationRehearser?
        if request.mode == .readWrite {
            let runner = try ProcessRunner()
            try await SandboxNode.sweep(place.directory.string, runner: runner)
            try await hosted.attach(
                request.desired.hostedNodes,
                of: request.ownership,
                in: place,
                runner
            )
            rehearse = { node, rehearsals in
                await rehearsed(rehearsals, on: node, request, hosted, place, runner)
            }
        }
        let engine = hosted.engine
        return ProviderSession(
            manager: engine,
            refreshInventory: { nodes, types in
                _ = await engine.refreshInventory(nodes: nodes, types: types)
            },
            rehearse: rehearse,
            close: { await hosted.close() }
        )
    }

    /// Rehearses on clones of one node, which stands still meanwhile.
    private static func rehearsed(
        _ rehearsals: [PlannedRehearsal],
        on node: DesiredNode,
        _ request: ProviderSession.Request,
        _ hosted: HostedEngine,
        _ place: HostedEngine.Place,
        _ runner: ProcessRunner
    ) async -> [RehearsedOutcome?] {
        let rehearsal = DriftRehearsal(
            request,
            makeID: { UUID().uuidString.lowercased() },
            rehearse: LocalRehearsal.runUnlocked
        )
        await hosted.stop(node)
        var outcomes: [RehearsedOutcome?] = []
        for each in rehearsals { outcomes.append(await rehearsal.outcome(of: each, on: node)) }
        // The engine knows the sandbox that was stopped; the next who asks the node starts another.
        if let id = rehearsals.first?.nodeID {
            try? await hosted.attach(node, id, in: place, runner)
        }
        return outcomes
    }
}
