// SPDX-License-Identifier: Apache-2.0
import Commands
import Controller
import FleetAgent
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import LinuxHost
import Planning
import SystemPackage
import SystemsManagerAPI

/// Opens the embedded engine with the nodes that this machine hosts.
enum LocalProvider {
    static func open(_ request: ProviderSession.Request) async throws -> ProviderSession {
        guard request.desired.fleet.provider == .local else {
            throw CommandError(
                .failed,
                "this version reconciles with 'provider: {local: {}}' only",
                hint: "the fleet asks for \(request.desired.fleet.provider)"
            )
        }
        let path = request.directory.store.string
        if request.mode == .readWrite {
            try StateFile.makePrivateDirectory(request.directory.path)
        }
        let store = try FleetStore.open(
            path,
            mode: request.mode == .readWrite ? .readWrite : .readOnly
        )
        let engine = try await EmbeddedEngine.open(
            store,
            configuration: EmbeddedEngine.Configuration(
                now: { Timestamp(Date()) },
                makeUUID: { UUID().uuidString.lowercased() }
            )
        )
        let machines = HostedMachines()
        var rehearse: AssociationRehearser?
        if request.mode == .readWrite {
            let runner = try ProcessRunner()
            try await SandboxNode.sweep(request.directory.path.string, runner: runner)
            try await attach(request, to: engine, machines, runner)
            rehearse = { node, rehearsals in
                await rehearsed(rehearsals, on: node, request, engine, machines, runner)
            }
        }
        return ProviderSession(
            manager: engine,
            refreshInventory: { nodes, types in
                _ = await engine.refreshInventory(nodes: nodes, types: types)
            },
            rehearse: rehearse,
            close: {
                try? await engine.close()
                await machines.stop()
            }
        )
    }

    /// Rehearses on clones of one node, which stands still meanwhile.
    private static func rehearsed(
        _ rehearsals: [PlannedRehearsal],
        on node: DesiredNode,
        _ request: ProviderSession.Request,
        _ engine: EmbeddedEngine,
        _ machines: HostedMachines,
        _ runner: ProcessRunner
    ) async -> [RehearsedOutcome?] {
        let rehearsal = DriftRehearsal(
            request,
            makeID: { UUID().uuidString.lowercased() },
            rehearse: LocalRehearsal.runUnlocked
        )
        await machines.stop(node)
        var outcomes: [RehearsedOutcome?] = []
        for each in rehearsals { outcomes.append(await rehearsal.outcome(of: each, on: node)) }
        // The engine knows the sandbox that was stopped; the next who asks the node starts another.
        if let id = rehearsals.first?.nodeID {
            try? await attach(
                node,
                id,
                to: engine,
                machines,
                runner,
                in: request.directory.path.string
            )
        }
        return outcomes
    }

    private static func attach(
        _ request: ProviderSession.Request,
        to engine: EmbeddedEngine,
        _ machines: HostedMachines,
        _ runner: ProcessRunner
    ) async throws {
        let directory = request.directory.path.string
        for node in request.desired.hostedNodes {
            let id = NodeID(hosting: node.name, for: request.ownership)
            do {
                try await attach(node, id, to: engine, machines, runner, in: directory)
            } catch let error as SystemsManagerError where error.code == .invalidInstanceId {
                // A node of this name was let go of once. Ids are never used again: a new one.
                try await attach(node, nil, to: engine, machines, runner, in: directory)
            }
        }
    }

    private static func attach(
        _ node: DesiredNode,
        _ id: NodeID?,
        to engine: EmbeddedEngine,
        _ machines: HostedMachines,
        _ runner: ProcessRunner,
        in directory: String
    ) async throws {
        let registration = NodeRegistration(
            id: id,
            name: node.name,
            agentVersion: Aplomb.version
        )
        try await engine.attach(registration) { id in
            MachineLink(
                try await machines.machine(for: node, in: directory, runner),
                nodeID: id,
                agentVersion: Aplomb.version,
                runner: runner,
                now: { Timestamp(Date()) }
            )
        }
    }
}
