// SPDX-License-Identifier: Apache-2.0
package import Drifts
import FleetModel
import Planning
import SystemsManagerAPI

extension Reconciler {
    /// Says how the fleet differs from git at this moment and since when, and changes nothing.
    package func drift(_ loaded: LoadedFleet) async throws -> DriftReport {
        let desired = try loaded.valid()
        let request = self.request(for: desired, loaded, mode: .readOnly)
        return try await withProvider(request) { session in
            let input = try await input(loaded, desired, session, request.directory, .hold)
            let plan = try await sound(Planner.plan(input), input, loaded)
            let ledger = try await lookedAt(plan, input, session, request.directory)
            var unread: [String] = []
            if case .incomplete(let reasons) = input.observed.completeness { unread = reasons }
            return DriftReport(plan, ledger, desired.fleet.driftMode, unread: unread)
        }
    }

    /// What is remembered, with what a plan found taken in; writes nothing.
    func lookedAt(
        _ plan: Plan,
        _ input: PlanningInput,
        _ session: ProviderSession,
        _ directory: FleetDirectory,
        afterCutRun: Bool = false
    ) async throws -> DriftLedger {
        var ledger = remembered(directory)
        let moved = ledger.newNodes(in: plan)
        var touches: [String: [NodeTouch]] = [:]
        if !moved.isEmpty, let since = ledger.lookedAt {
            touches = await CommandTrail(session.manager).touches(
                of: input.observed.nodes.filter { moved.contains($0.name) },
                since: since
            )
        }
        ledger.look(
            plan,
            at: input.observed.observedAt,
            isComplete: input.observed.completeness == .complete,
            touches: touches,
            afterCutRun: afterCutRun
        )
        return ledger
    }

    /// What is remembered; a memory that cannot be read is none, and stops no reconcile.
    func remembered(_ directory: FleetDirectory) -> DriftLedger {
        let known = try? StateFile.read(DriftLedger.self, at: directory.drift)
        return known ?? DriftLedger()
    }

    /// Forgets the events that are on the status branch now; where none was written they wait.
    func forget(
        publishedBy publication: StatusPublication,
        _ drift: inout DriftLedger,
        _ directory: FleetDirectory
    ) throws {
        guard publication.isOnBranch, !drift.unpublished.isEmpty else { return }
        drift.forgetUnpublished()
        try StateFile.write(drift, to: directory.drift)
    }
}
