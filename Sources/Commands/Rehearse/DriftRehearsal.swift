// SPDX-License-Identifier: Apache-2.0
package import Controller
package import FleetModel
package import Planning
import Rehearsals
import SSMDocuments

/// Rehearses associations of a fleet for the sake of their drift detection.
///
/// Unlike `aplomb rehearse` it is asked by a reconcile, which holds the fleet's lock already.
package struct DriftRehearsal: Sendable {
    private let session: ProviderSession.Request
    private let makeID: @Sendable () -> String
    /// Runs one rehearsal, and takes no lock.
    private let rehearse: Rehearser

    package init(
        _ session: ProviderSession.Request,
        makeID: @escaping @Sendable () -> String,
        rehearse: @escaping Rehearser
    ) {
        self.session = session
        self.makeID = makeID
        self.rehearse = rehearse
    }

    /// Says what an association would change on a node; `nil` when it was interrupted.
    package func outcome(
        of rehearsal: PlannedRehearsal,
        on node: DesiredNode
    ) async -> RehearsedOutcome? {
        do {
            let facts = try await rehearse(try request(rehearsal, node))
            return RehearsedOutcome(RehearsalReport.make(facts))
        } catch {
            let error = CommandError(error)
            return error.status == .interrupted ? nil : .unknown(.unavailable, error.message)
        }
    }

    private func request(
        _ rehearsal: PlannedRehearsal,
        _ node: DesiredNode
    ) throws -> RehearsalRequest {
        let work = try RehearsedWork(
            named: "association/\(rehearsal.association)",
            in: session.desired,
            overriding: [:]
        )
        let facts = NodeFacts(nodeID: rehearsal.nodeID, name: node.name)
        let commandID = CommandID(makeID())
        return RehearsalRequest(
            subject: RehearsalSubject(
                fleet: session.desired.fleet.name,
                node: node.name,
                association: rehearsal.association,
                document: work.name,
                commit: "",
                dependsOn: work.association?.dependsOn ?? []
            ),
            node: node,
            network: .none,
            initializer: node.initializer,
            stateDirectory: session.directory.stateDirectory,
            directory: session.directory,
            holder: ""
        ) { platformName, platformVersion in
            var facts = facts
            facts.platformName = platformName
            facts.platformVersion = platformVersion
            return try work.resolve(for: facts, commandID: commandID)
        }
    }
}
