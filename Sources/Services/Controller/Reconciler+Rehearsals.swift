// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning

extension Reconciler {
    /// A reconcile is no place to wait for long: what is left comes with the next ones.
    private static let rehearsalsMax = 20
    /// Clones run scripts: more at once would compete for the machine that they share.
    private static let nodesAtOnce = 4

    /// The input, once what is due has been rehearsed.
    func rehearsed(
        _ input: PlanningInput,
        _ session: ProviderSession,
        _ directory: FleetDirectory
    ) async throws -> PlanningInput {
        guard session.rehearse != nil else { return input }
        let due = Planner.rehearsalsDue(input)
        return try await rehearse(due, input, .anyTime, session, directory)
    }

    /// The input after a run, once it was looked at whether the run left anything to change.
    ///
    /// What a document changes right after it ran is no drift: such a document cannot tell any.
    func verified(
        _ input: PlanningInput,
        _ plan: Plan,
        _ session: ProviderSession,
        _ directory: FleetDirectory
    ) async throws -> PlanningInput {
        guard session.rehearse != nil else { return input }
        let due = Planner.rehearsalsToVerify(plan, input)
        return try await rehearse(due, input, .afterRun, session, directory)
    }

    /// Forgets what was known of nodes on which something is about to run.
    func forgetRehearsals(
        _ plan: Plan,
        _ input: PlanningInput,
        _ directory: FleetDirectory
    ) throws {
        var ledger = input.rehearsals
        ledger.forget(plan, input.failedTargets)
        if ledger != input.rehearsals { try StateFile.write(ledger, to: directory.rehearsals) }
    }

    /// Forgets what is gone.
    func settleRehearsals(_ input: inout PlanningInput, _ directory: FleetDirectory) throws {
        var ledger = input.rehearsals
        ledger.settle(input)
        guard ledger != input.rehearsals else { return }
        try StateFile.write(ledger, to: directory.rehearsals)
        input.rehearsals = ledger
    }

    private func rehearse(
        _ due: [PlannedRehearsal],
        _ input: PlanningInput,
        _ moment: RehearsalLedger.Moment,
        _ session: ProviderSession,
        _ directory: FleetDirectory
    ) async throws -> PlanningInput {
        guard let rehearse = session.rehearse, !due.isEmpty else { return input }
        let byNode = Dictionary(grouping: due.prefix(Self.rehearsalsMax), by: \.node)
        var rest = input.desired.nodes.compactMap { node in
            byNode[node.name].map { (node, $0) }
        }[...]
        let start = configuration.now()
        var ledger = input.rehearsals
        await withTaskGroup(of: [(PlannedRehearsal, RehearsedOutcome?)].self) { group in
            func startNext() {
                guard let (node, rehearsals) = rest.popFirst() else { return }
                group.addTask { Array(zip(rehearsals, await rehearse(node, rehearsals))) }
            }
            for _ in 0..<Self.nodesAtOnce { startNext() }
            for await results in group {
                for case (let rehearsal, let outcome?) in results {
                    let entry = RehearsalLedger.Entry(rehearsedAt: start, outcome: outcome)
                    ledger.note(entry, of: rehearsal, moment)
                }
                startNext()
            }
        }
        var input = input
        if ledger != input.rehearsals {
            try StateFile.write(ledger, to: directory.rehearsals)
            input.rehearsals = ledger
        }
        // What was run is reported all the same; before a run there is nothing to report.
        if moment == .anyTime { try Task.checkCancellation() }
        return input
    }
}
