// SPDX-License-Identifier: Apache-2.0
import Commands
import Controller
import FleetAgent
import FleetEngine
import FleetModel
import FleetStore
import Foundation
import LinuxHost
import SystemPackage
import SystemsManagerAPI

/// The embedded engine, open over a store, with the nodes that this process hosts.
struct HostedEngine: Sendable {
    /// A folder that holds an engine's store and its sandboxes.
    struct Place {
        var directory: FilePath
        var store: FilePath
    }

    let engine: EmbeddedEngine
    private let machines = HostedMachines()

    private init(_ engine: EmbeddedEngine) { self.engine = engine }

    /// Opens the engine; for writing, what an earlier process left of sandboxes is swept away first.
    static func open(_ place: Place, mode: ProviderSession.Mode) async throws -> HostedEngine {
        let isWriting = mode == .readWrite
        if isWriting { try StateFile.makePrivateDirectory(place.directory) }
        let store = try FleetStore.open(
            place.store.string,
            mode: isWriting ? .readWrite : .readOnly
        )
        let engine = try await EmbeddedEngine.open(
            store,
            configuration: EmbeddedEngine.Configuration(
                now: { Timestamp(Date()) },
                makeUUID: { UUID().uuidString.lowercased() }
            )
        )
        return HostedEngine(engine)
    }

    /// Attaches the nodes that a fleet hosts.
    func attach(
        _ nodes: [DesiredNode],
        of ownership: Ownership,
        in place: Place,
        _ runner: ProcessRunner
    ) async throws {
        for node in nodes {
            let id = NodeID(hosting: node.name, for: ownership)
            do {
                try await attach(node, id, in: place, runner)
            } catch let error as SystemsManagerError where error.code == .invalidInstanceId {
                // A node of this name was let go of once. Ids are never used again: a new one.
                try await attach(node, nil, in: place, runner)
            }
        }
    }

    /// Attaches one node, with an id that it had or a new one.
    func attach(
        _ node: DesiredNode,
        _ id: NodeID?,
        in place: Place,
        _ runner: ProcessRunner
    ) async throws {
        let registration = NodeRegistration(
            id: id,
            name: node.name,
            agentVersion: Aplomb.version
        )
        let (machines, directory) = (machines, place.directory.string)
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

    /// Stops a node's machine; the next who asks the node starts another.
    func stop(_ node: DesiredNode) async { await machines.stop(node) }

    func close() async {
        try? await engine.close()
        await machines.stop()
    }
}
