// SPDX-License-Identifier: Apache-2.0
import FleetAgent
import FleetModel
import LinuxHost
import Rehearsals

/// Reads of a clone what a report compares as a whole.
struct RunningClone: Sendable {
    private static let accountBytesMax = 8 << 20

    let node: SandboxNode
    let runner: ProcessRunner

    private var inventory: InventoryReader { InventoryReader(.sandbox(node), runner: runner) }

    /// What runs documents in it, as on the node.
    func documents(now: @escaping @Sendable () -> Timestamp) -> DocumentRunner {
        let inventory = InventoryCollector(
            .sandbox(node),
            runner: runner,
            nodeID: NodeID(node.name),
            agentVersion: "",
            now: now
        )
        return DocumentRunner(.sandbox(node), runner: runner, inventory: inventory, now: now)
    }

    func platform() async throws -> Rehearsal.Platform {
        let release = try await inventory.facts().osRelease
        return Rehearsal.Platform(name: release.name, version: release.version)
    }

    func records() async -> MachineRecords {
        MachineRecords(
            packages: try? await inventory.applications()?.item.entries,
            passwd: text("/etc/passwd"),
            group: text("/etc/group"),
            shadow: text("/etc/shadow")
        )
    }

    /// A machine without such a file has no accounts in it.
    private func text(_ path: String) -> String {
        let files = try? HostFiles(.sandbox(node))
        let bytes = try? files?.read(path, bytesMax: Self.accountBytesMax)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }
}
