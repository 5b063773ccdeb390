// SPDX-License-Identifier: Apache-2.0
import FleetModel
import LinuxHost

/// The machines behind the nodes that this process hosts: each started when first asked for.
actor HostedMachines {
    private var sandboxes: [String: Task<SandboxNode, any Error>] = [:]

    /// The machine of a node.
    func machine(
        for node: DesiredNode,
        in directory: String,
        _ runner: ProcessRunner
    ) async throws -> Machine {
        guard case .sandbox(let settings) = node.host else { return .local }
        if let starting = sandboxes[node.name] { return .sandbox(try await starting.value) }
        let configuration = SandboxConfiguration(
            name: node.name,
            network: settings.network == .host ? .host : .isolated,
            initSystem: settings.initializer == .systemd ? .systemd : .none
        )
        let starting = Task { () async throws -> SandboxNode in
            try await SandboxNode.start(configuration, in: directory, runner: runner)
        }
        sandboxes[node.name] = starting
        return .sandbox(try await starting.value)
    }

    /// Ends the sandbox of a node; whoever wants it next has it started again.
    func stop(_ node: DesiredNode) async {
        guard let starting = sandboxes.removeValue(forKey: node.name) else { return }
        await (try? starting.value)?.stop()
    }

    /// Ends every sandbox and waits until it is gone.
    func stop() async {
        for starting in sandboxes.values { await (try? starting.value)?.stop() }
        sandboxes = [:]
    }
}
