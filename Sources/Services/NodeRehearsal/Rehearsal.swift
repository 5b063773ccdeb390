// SPDX-License-Identifier: Apache-2.0
import FleetAgent
package import FleetModel
package import LinuxHost
package import Rehearsals

/// Runs a document on a copy-on-write clone of a node and reports what it would change there.
///
/// The node is only read; the clone is thrown away, by the next rehearsal if this process is killed.
package struct Rehearsal: Sendable {
    /// The node, as far as a clone of it needs to know.
    package struct Node: Sendable {
        package enum Origin: Sendable {
            /// This machine.
            case machine(hostName: String)
            /// A sandbox on it, kept in a state directory; it need not have run yet.
            case sandbox(stateDirectory: String)
        }

        package var name: String
        package var origin: Origin
        package var network: DesiredNode.Sandbox.Network
        package var initializer: DesiredNode.Sandbox.Initializer

        package init(
            name: String,
            origin: Origin,
            network: DesiredNode.Sandbox.Network = .none,
            initializer: DesiredNode.Sandbox.Initializer = .none
        ) {
            self.name = name
            self.origin = origin
            self.network = network
            self.initializer = initializer
        }
    }

    /// What a document may depend on of the clone.
    package struct Platform: Sendable {
        package var name: String
        package var version: String
    }

    /// What is to be rehearsed.
    package struct Request: Sendable {
        package var subject: RehearsalSubject
        package var node: Node
        /// Fills the document for the platform that the clone has.
        package var makeDocument: @Sendable (Platform) throws -> AgentDocument

        package init(
            subject: RehearsalSubject,
            node: Node,
            makeDocument: @escaping @Sendable (Platform) throws -> AgentDocument
        ) {
            self.subject = subject
            self.node = node
            self.makeDocument = makeDocument
        }
    }

    private let runner: ProcessRunner
    private let stateDirectory: String
    private let makeID: @Sendable () -> String
    private let now: @Sendable () -> Timestamp

    /// Keeps clones in `<stateDirectory>/rehearsals`; clones cannot see the state directory.
    package init(
        stateDirectory: String,
        runner: ProcessRunner,
        makeID: @escaping @Sendable () -> String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.stateDirectory = stateDirectory
        self.runner = runner
        self.makeID = makeID
        self.now = now
    }

    /// Rehearses a document.
    ///
    /// *Errors*: `HostError` when there can be no clone (`busy` while the sandbox runs), whatever
    /// `makeDocument` throws, `CancellationError`. A document that fails is no error.
    package func run(_ request: Request) async throws -> RehearsalFacts {
        let scratch = try await SandboxScratch.make(
            id: makeID(),
            in: stateDirectory + "/rehearsals",
            runner: runner
        )
        let facts: RehearsalFacts
        do {
            facts = try await rehearse(request, in: scratch.path)
        } catch {
            try? await scratch.remove()
            throw error
        }
        try await scratch.remove()
        return facts
    }

    private func rehearse(_ request: Request, in directory: String) async throws -> RehearsalFacts {
        let startedAt = now()
        let configuration = configuration(for: request.node)
        let node = try await SandboxNode.start(configuration, in: directory, runner: runner)
        let clone = RunningClone(node: node, runner: runner)
        let before: MachineRecords
        let baseline: [SandboxChange]
        let result: DocumentResult
        let after: MachineRecords
        do {
            let document = try request.makeDocument(try await clone.platform())
            before = await clone.records()
            baseline = try await node.changes()
            result = await clone.documents(now: now).run(document)
            try Task.checkCancellation()
            after = await clone.records()
        } catch {
            await node.stop()
            throw error
        }
        // Stopped first: what is read then does not move.
        await node.stop()
        let changes = ChangesSince(baseline).of(try await node.changes())
        return RehearsalFacts(
            subject: request.subject,
            clone: describe(request.node),
            startedAt: startedAt,
            finishedAt: now(),
            result: result,
            files: await FileFacts.read(changes.new),
            changesByBoot: changes.oldCount,
            before: before,
            after: after
        )
    }

    private func configuration(for node: Node) -> SandboxConfiguration {
        var configuration = SandboxConfiguration(
            name: node.name,
            network: node.network == .host ? .host : .isolated,
            initSystem: node.initializer == .systemd ? .systemd : .none,
            durability: .untilReboot,
            masks: [stateDirectory]
        )
        switch node.origin {
        case .machine(let hostName):
            configuration.name = "clone"
            configuration.identity = .inherited(hostName: hostName)
        case .sandbox(let directory):
            guard SandboxNode.exists(name: node.name, in: directory) else { break }
            configuration.base = .sandbox(name: node.name, stateDirectory: directory)
            configuration.identity = .inherited(hostName: node.name)
        }
        return configuration
    }

    private func describe(_ node: Node) -> RehearsalClone {
        let origin: RehearsalClone.Origin =
            switch node.origin {
            case .machine: .machine
            case .sandbox: .sandbox
            }
        return RehearsalClone(
            of: origin,
            network: node.network,
            initializer: node.initializer,
            masked: ["/dev", "/run", "/tmp", stateDirectory]
        )
    }
}
